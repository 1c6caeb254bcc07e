"""From the press to a thanks that may be shown, with a million entries in the journal, and with both cores burning.

The second time agent, nightly check and upgrade work as hard as they can beside the screen, three programs on two
cores: one that computes, one that reads the journal and checks it, one that unpacks, writes and syncs. Each has the
niceness of its unit; the units' weights need systemd and are not in these figures, which they would only better.
"""

import os
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

from bench_journal import ENTRIES, _fill
from harness import Figure

from kiosk.base.clock import SystemClock
from kiosk.journal.journal import Journal
from kiosk.journal.reader import JournalReader

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
BUILD = ROOT / "build"
THANKS_MS = 100.0
BATCH_LINES, BATCH_BYTES = 500, 256 * 1024
BURNERS = {
    "agent": "while True: sum(range(100_000))",
    "maintenance": """
import sys
from pathlib import Path
from kiosk.journal.reader import JournalReader
from kiosk.journal.upkeep.verify import verify_journal
while True:
    with JournalReader(Path(sys.argv[1])) as reader:
        verify_journal(reader)
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


def figures() -> Iterator[Figure]:
    BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD) as folder:
        path = Path(folder) / "kiosk" / "journal.db"
        path.parent.mkdir()
        clock = SystemClock(ZoneInfo("Asia/Ho_Chi_Minh"))
        Journal.open(path, clock, "bench", allow_any_disk=True).close()
        _fill(path, clock)
        yield from _pressing(Path(folder), path, f"{ENTRIES:,} entries")
        with _burning(path, Path(folder) / "unpacked"):
            yield from _pressing(Path(folder), path, "agent, check, upgrade at their nice")


def _pressing(folder: Path, path: Path, which: str) -> Iterator[Figure]:
    kept, told = map(sorted, zip(*_times(folder, path), strict=True))
    yield Figure(f"press to thanks-ready commit, p99, {which}", told[int(0.99 * len(told))], "ms", THANKS_MS, 1.0)
    yield Figure("the same, median", told[len(told) // 2], "ms", THANKS_MS)
    yield Figure("of it until the disk has it, p99", kept[int(0.99 * len(kept))], "ms", THANKS_MS)


@contextmanager
def _burning(path: Path, file: Path) -> Iterator[None]:
    """The kiosk's other programs at work."""
    with ExitStack() as stack:
        for unit, code in BURNERS.items():
            burner = subprocess.Popen(
                ["nice", "-n", str(_behind(unit)), *_disk(unit), sys.executable, "-c", code, str(path), str(file)],
                env=os.environ | {"PYTHONPATH": str(ROOT)},
            )
            stack.callback(burner.wait)
            stack.callback(burner.kill)
        yield


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


def _times(folder: Path, path: Path) -> list[tuple[float, float]]:
    """Until the disk has each press, and until the screen's thread knows.

    While a reader takes one batch after the other out of the journal, as the agent does after an outage.
    """
    environment = os.environ | {"SDL_VIDEODRIVER": "offscreen", "SDL_AUDIODRIVER": "dummy"}
    environment["PYTHONPATH"] = str(ROOT)
    done = threading.Event()
    agent = threading.Thread(target=_read_on, args=(path, done))
    agent.start()
    try:
        run = subprocess.run(
            [sys.executable, str(HERE / "screen_visits.py"), str(folder)],
            env=environment, stdout=subprocess.PIPE, check=True, text=True, timeout=600,
        )  # fmt: skip
    finally:
        done.set()
        agent.join()
    pairs = (line.split() for line in run.stdout.splitlines())
    return [(float(kept), float(told)) for kept, told in pairs]


def _read_on(path: Path, done: threading.Event) -> None:
    with JournalReader(path) as reader:
        cursor = reader.anchor()
        while not done.wait(0.01):
            batch = reader.batch_after(cursor, BATCH_LINES, BATCH_BYTES)
            cursor = batch.end if batch else reader.anchor()
