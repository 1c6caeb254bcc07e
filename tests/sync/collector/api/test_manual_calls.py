"""The manual's calls of the API do what it says, as they are written there."""

import os
import re
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn

from tests.sync.collector.api.examples import Entitled

MANUAL = Path("config", "OPERATIONS.md")


def calls() -> str:
    """Every call that the manual shows."""
    (found,) = [block for block in re.findall(r"^```sh\n(.*?)^```$", MANUAL.read_text("utf-8"), re.M | re.S)
                if "curl" in block]  # fmt: skip
    return found


@contextmanager
def served(world: Entitled) -> Iterator[str]:
    """The office's collector on loopback."""
    config = uvicorn.Config(world.client.app, port=0, lifespan="off", log_config=None)  # type: ignore[arg-type]
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        thread.join(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def ran(world: Entitled, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[bytes]]:
    """What came of all of them, one after another, in a folder."""
    folder = tmp_path_factory.mktemp("calls")
    with served(world) as url:
        environment = {"PATH": os.environ["PATH"], "HAILONG": url, "TOKEN": world.token}
        command = ["bash", "-e", "-c", calls()]
        return folder, subprocess.run(command, cwd=folder, env=environment, capture_output=True, timeout=60)


def test_every_call_is_answered(ran: tuple[Path, subprocess.CompletedProcess[bytes]], world: Entitled) -> None:
    folder, done = ran

    assert (done.returncode, done.stderr) == (0, b"")
    month = "from=2026-11-01&to=2026-11-30"
    for told in (f"/v1/series?{month}", f"/v1/participation?{month}", "/v1/comments", "/log/checkpoint"):
        assert world.ask(told)[1] in done.stdout, told
    assert (folder / "tallies.csv").read_bytes() == world.ask(f"/v1/tallies?{month}&form=csv")[1]
    assert (folder / "report.json").read_bytes() == world.ask("/v1/report?unit=XA&period=2026-11")[1]
    assert (folder / "fleet.csv").read_bytes().startswith(b"kiosk,unit,counter")
    assert (folder / "kept.csv").stat().st_size > 1000


def test_whoever_has_the_report_gets_nothing_again(ran: tuple[Path, subprocess.CompletedProcess[bytes]]) -> None:
    folder, _ = ran
    again = folder / "again.json"

    assert not again.exists() or again.stat().st_size == 0


def test_every_door_is_in_the_manual() -> None:
    said = calls()

    assert all(f"/v1/{name}?" in said or f'/v1/{name}"' in said for name in
               ("counters", "series", "tallies", "report", "participation", "comments", "fleet"))  # fmt: skip
    assert not re.search(r"[?&](access_)?token=", said)
