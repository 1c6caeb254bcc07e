"""From the press to the thanks, with a million entries in the journal, and with both cores burning.

The second time agent, nightly check and upgrade work as hard as they can beside the screen, three programs on two
cores: one that reads the journal in batches as after an outage, one that checks it, one that unpacks, writes and syncs.
Where control groups can be made (as root), all four have the weights of their units, as on a kiosk; elsewhere their
niceness alone, which says less. The rows tell which.

Until the disk has the rating, until the screen's thread knows, and until the page that says so is set: that is ours.
What is drawn then is drawn by the processor here, and by the graphics chip on a kiosk: it has rows that only inform.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from bench_journal import ENTRIES, _fill
from harness import Figure

from kiosk.base.clock import SystemClock
from kiosk.journal.journal import Journal

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
BUILD = ROOT / "build"
THANKS_MS = 100.0
BURNERS = {
    "agent": """
import sys
from pathlib import Path
from kiosk.journal.reader import JournalReader
with JournalReader(Path(sys.argv[1])) as reader:
    cursor = reader.anchor()
    while True:
        batch = reader.batch_after(cursor, 500, 256 * 1024)
        cursor = batch.end if batch else reader.anchor()
""",
    "maintenance": """
import sys
from pathlib import Path
from kiosk.journal.reader import JournalReader
from kiosk.journal.upkeep.whole import verify_whole
while True:
    with JournalReader(Path(sys.argv[1])) as reader:
        verify_whole(reader)
""",
    "update": """
import os, sys, zlib
packed = zlib.compress(os.urandom(1 << 20) + bytes(7 << 20))
while True:
    with open(sys.argv[2], "wb") as file:
        for _ in range(8):
            file.write(zlib.decompress(packed))
            file.flush()
            os.fsync(file.fileno())
""",
}
"""By unit: a program that works without end on the journal and a file of its own."""
GROUPS = ((Path("/sys/fs/cgroup/cpu"), "cpu.shares", 10.24), (Path("/sys/fs/cgroup"), "cpu.weight", 1.0))
"""Where control groups are made, by version: the file of a group's weight, and what one of systemd's is there."""
_ENTER = 'echo $$ >"$0/cgroup.procs" && exec "$@"'


def figures() -> Iterator[Figure]:
    BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD) as folder, ExitStack() as stack:
        path = Path(folder) / "kiosk" / "journal.db"
        path.parent.mkdir()
        clock = SystemClock(ZoneInfo("Asia/Ho_Chi_Minh"))
        Journal.open(path, clock, "bench", allow_any_disk=True).close()
        _fill(path, clock)
        places = stack.enter_context(_placed())
        yield from _pressing(Path(folder), places, f"{ENTRIES:,} entries")
        how = "weights" if places["kiosk"][0] == "sh" else "nice"
        with _burning(path, Path(folder) / "unpacked", places):
            yield from _pressing(Path(folder), places, f"agent, check, upgrade ({how})")


def _pressing(folder: Path, places: dict[str, list[str]], which: str) -> Iterator[Figure]:
    told = _times(folder, places["kiosk"])
    yield _p99(told, "kept", f"press to disk, p99, {which}", 1.0)
    yield _p99(told, "told", "to the screen's thread, p99", 1.0)
    yield _p99(told, "turned", "to the thanks' page set, p99", 1.0)
    yield Figure("the same, median", median(each["turned"] for each in told), "ms", THANKS_MS)
    yield _p99(told, "drawn", "to its first frame without a graphics chip, p99", None)
    yield Figure("the same, median", median(each["drawn"] for each in told), "ms", THANKS_MS)
    for kept, of in (("kept", "until the disk has it"), ("drawn", "until the first frame")):
        worked, waited = (
            median(sum(thread[which] for thread in each["threads"][kept].values()) for each in told)
            for which in (0, 1)
        )  # fmt: skip
        yield Figure(f"all threads {of}: at work, beside waiting for a core", worked, "ms", waited)


def _p99(told: list[dict[str, Any]], stamp: str, name: str, budget: float | None) -> Figure:
    return Figure(name, sorted(each[stamp] for each in told)[int(0.99 * len(told))], "ms", THANKS_MS, budget)


@contextmanager
def _burning(path: Path, file: Path, places: dict[str, list[str]]) -> Iterator[None]:
    """The kiosk's other programs at work."""
    with ExitStack() as stack:
        for unit, code in BURNERS.items():
            burner = subprocess.Popen(
                [*places[unit], *_disk(unit), sys.executable, "-c", code, str(path), str(file)],
                env=os.environ | {"PYTHONPATH": str(ROOT)},
            )
            stack.callback(burner.wait)
            stack.callback(burner.kill)
        yield


@contextmanager
def _placed() -> Iterator[dict[str, list[str]]]:
    """By unit, the command in front of a program that gives it the unit's place among the others."""
    for root, file, factor in GROUPS:
        with ExitStack() as stack:
            try:
                groups = {unit: root / f"hailong-bench-{os.getpid()}-{unit}" for unit in ("kiosk", *BURNERS)}
                for unit, group in groups.items():
                    group.mkdir()
                    stack.callback(group.rmdir)
                    (group / file).write_text(str(round(factor * _said(unit, "CPUWeight"))))
            except OSError:
                continue
            yield {unit: ["sh", "-c", _ENTER, str(group)] for unit, group in groups.items()}
            return
    yield {unit: ["nice", "-n", str(_behind(unit))] for unit in ("kiosk", *BURNERS)}


def _behind(unit: str) -> int:
    """How far the unit stands behind the screen's, which is at 0 here: below that nobody gets without rights."""
    return min(19, _said(unit, "Nice") - _said("kiosk", "Nice"))


def _disk(unit: str) -> list[str]:
    classes = {"idle": ["ionice", "-c", "3"], "best-effort": ["ionice", "-c", "2", "-n", "7"]}
    found = re.search("^IOSchedulingClass=(.+)$", _text(unit), re.MULTILINE)
    return classes[found[1]] if found else []


def _said(unit: str, key: str) -> int:
    found = re.search(f"^{key}=(-?[0-9]+)$", _text(unit), re.MULTILINE)
    assert found is not None
    return int(found[1])


def _text(unit: str) -> str:
    return (ROOT / "config" / "systemd" / f"hailong-{unit}.service").read_text("utf-8")


def _times(folder: Path, place: list[str]) -> list[dict[str, Any]]:
    """What ``screen_visits.py`` says of each press."""
    environment = os.environ | {"SDL_VIDEODRIVER": "offscreen", "SDL_AUDIODRIVER": "dummy"}
    environment["PYTHONPATH"] = str(ROOT)
    run = subprocess.run(
        [*place, sys.executable, str(HERE / "screen_visits.py"), str(folder)],
        env=environment, stdout=subprocess.PIPE, check=True, text=True, timeout=900,
    )  # fmt: skip
    return [json.loads(line) for line in run.stdout.splitlines()]
