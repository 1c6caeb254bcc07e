"""What a kiosk takes while nobody is there: a share of one core and memory, at 1280x800 with software GL."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from harness import Figure

HERE = Path(__file__).parent
SETTLED_S = 14.0
"""By then the other screens are built and the resting one is up."""
WATCHED_S = 20.0
CORE_SHARE = 0.01
PSS_MB = 185.0


def figures() -> Iterator[Figure]:
    environment = os.environ | {"SDL_VIDEODRIVER": "offscreen", "SDL_AUDIODRIVER": "dummy"}
    environment |= {"PYTHONPATH": str(HERE.parent.parent), "LIBGL_ALWAYS_SOFTWARE": "1"}
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(
            [sys.executable, str(HERE / "kiosk_idle.py"), folder], env=environment, stdout=subprocess.PIPE
        ) as running,
    ):
        try:
            assert running.stdout is not None
            assert running.stdout.readline() == b"first frame\n"
            time.sleep(SETTLED_S)
            share = _core_share(running.pid, WATCHED_S)
            pss = _pss_mb(running.pid)
        finally:
            running.kill()
    yield Figure("resting kiosk, share of one core", share, "", CORE_SHARE, 1.0)
    yield Figure("resting kiosk, memory (PSS)", pss, "MB", PSS_MB, 1.0)


def _core_share(pid: int, seconds: float) -> float:
    before, began = _cpu_s(pid), time.monotonic()
    time.sleep(seconds)
    return (_cpu_s(pid) - before) / (time.monotonic() - began)


def _cpu_s(pid: int) -> float:
    """Processor time of all its threads; finer than the ticks of /proc/pid/stat."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


def _pss_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
