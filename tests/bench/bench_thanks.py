"""From the press to a thanks that may be shown, with a million entries in the journal and readers at work."""

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from bench_journal import ENTRIES, _fill
from harness import Figure

from kiosk.base.clock import SystemClock
from kiosk.journal.journal import Journal
from kiosk.journal.reader import JournalReader

HERE = Path(__file__).parent
BUILD = HERE.parent.parent / "build"
THANKS_MS = 100.0
BATCH_LINES, BATCH_BYTES = 500, 256 * 1024


def figures() -> Iterator[Figure]:
    BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD) as folder:
        path = Path(folder) / "kiosk" / "journal.db"
        path.parent.mkdir()
        clock = SystemClock(ZoneInfo("Asia/Ho_Chi_Minh"))
        Journal.open(path, clock, "bench", allow_any_disk=True).close()
        _fill(path, clock)
        times = sorted(_times(Path(folder), path))
    yield Figure(
        f"press to thanks-ready commit, p99, {ENTRIES:,} entries", times[int(0.99 * len(times))], "ms", THANKS_MS, 1.0
    )
    yield Figure("the same, median", times[len(times) // 2], "ms", THANKS_MS)


def _times(folder: Path, path: Path) -> list[float]:
    """While a reader takes one batch after the other out of the journal, as the agent does after an outage."""
    environment = os.environ | {"SDL_VIDEODRIVER": "offscreen", "SDL_AUDIODRIVER": "dummy"}
    environment["PYTHONPATH"] = str(HERE.parent.parent)
    done = threading.Event()
    agent = threading.Thread(target=_read_on, args=(path, done))
    agent.start()
    try:
        run = subprocess.run(
            [sys.executable, str(HERE / "screen_visits.py"), str(folder)],
            env=environment, stdout=subprocess.PIPE, check=True, text=True, timeout=300,
        )  # fmt: skip
    finally:
        done.set()
        agent.join()
    return [float(line) for line in run.stdout.split()]


def _read_on(path: Path, done: threading.Event) -> None:
    with JournalReader(path) as reader:
        cursor = reader.anchor()
        while not done.wait(0.01):
            batch = reader.batch_after(cursor, BATCH_LINES, BATCH_BYTES)
            cursor = batch.end if batch else reader.anchor()
