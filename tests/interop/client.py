"""The API as a client reads it that others generate: openapi-python-client. Run by ``make client``.

It comes into an environment of its own, from the package index: what it needs would hold our own packages back. Where
that index does not answer, it says that it was not run.
"""

import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from sync.collector.api.data.examples import example
from tests.sync.collector.api.examples import Entitled, entitled
from tests.sync.collector.api.test_manual_calls import served

GENERATOR = ("openapi-python-client==0.29.1", "httpx==0.28.1", "attrs==26.1.0")
_READS = """
import json, sys
from client import AuthenticatedClient
from client.api.comments import get_comments
from client.api.fleet import get_fleet
from client.api.numbers import (
    get_closed, get_counters, get_participation, get_report, get_series, get_tallies,
)
from client.types import UNSET
import datetime
url, token = sys.argv[1:]
days = {"from_": datetime.date(2026, 11, 16), "to": datetime.date(2026, 11, 20)}
asked = {
    "counters": (get_counters, {"unit": "XA", "limit": 1}),
    "series": (get_series, days),
    "tallies": (get_tallies, {**days, "limit": 1}),
    "report": (get_report, {"unit": "XA", "period": "2026-11"}),
    "participation": (get_participation, days),
    "comments": (get_comments, {}),
    "fleet": (get_fleet, {}),
    "closed": (get_closed, {"unit": "XA", "period": "2026-11"}),
}
with AuthenticatedClient(url, token, raise_on_unexpected_status=True) as client:
    told = {name: door.sync(client=client, **more).to_dict() for name, (door, more) in asked.items()}
with AuthenticatedClient(url, "hailong_0") as stranger:
    told["refused"] = get_fleet.sync(client=stranger).to_dict()
json.dump(told, sys.stdout)
"""


def main() -> int:
    """Generate the client and have it read every door; the exit code."""
    with tempfile.TemporaryDirectory() as scratch, entitled() as world:
        folder = Path(scratch)
        venv.create(folder / "env", with_pip=True)
        fetched = _run(folder, "-m", "pip", "install", "--quiet", *GENERATOR)
        if fetched.returncode:
            print(f"not run: {GENERATOR[0]} cannot be fetched\n{fetched.stderr}")
            return 0
        return _generated(folder, world)


def _generated(folder: Path, world: Entitled) -> int:
    (folder / "openapi.json").write_bytes(world.client.get("/openapi.json").content)
    asked = ("generate", "--path", "openapi.json", "--output-path", "client", "--meta", "none")
    made = _run(folder, "-m", "openapi_python_client", *asked)
    print(made.stdout)
    with served(world) as url:
        read = _run(folder, "-c", _READS, url, world.token)
    if made.returncode or read.returncode:
        print(made.stderr, read.stderr)
        return 1
    told = json.loads(read.stdout)
    wrong = [name for name, said in told.items() if not _is_so(world, name, said)]
    print(f"read by the generated client: {', '.join(told)}; otherwise than answered: {', '.join(wrong) or 'none'}")
    return len(wrong) > 0


def _is_so(world: Entitled, name: str, said: object) -> bool:
    """Whether the client understood what our examples say."""
    return said == example("problem_401.json" if name == "refused" else f"{name}.json")


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(folder / "env" / "bin" / "python"), *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600)


if __name__ == "__main__":
    sys.exit(main())
