"""Simulated visits without end: the screen must not grow. ``python tests/soak.py [visits]``; ``make soak``: 100,000.

Time is the test's own, so that a visit takes as long as drawing it. Prints memory as it goes; exits 1 when
it grew by more than GROWTH_MB_MAX between the first tenth and the end.
"""

import gc
import os
import sys
import time
from concurrent.futures import Future
from pathlib import Path
from types import SimpleNamespace
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ |= {"SDL_VIDEODRIVER": "offscreen", "SDL_AUDIODRIVER": "dummy"}

from tests.builders import FrozenClock  # noqa: E402 - the path comes first

VISITS = 100_000
GROWTH_MB_MAX = 6.0
REPORTS = 20


class Disk:
    """Keeps everything, and only the number of it."""

    kept = 0

    def record(self, _fact: Any) -> "Future[Any]":
        self.kept += 1
        receipt: Future[Any] = Future()
        receipt.set_result(SimpleNamespace(seq=self.kept))
        return receipt


def main(visits: int) -> int:
    app, disk, clock = open_kiosk()
    for n in range(visits // 10):
        visit(app, clock, n)
    began, start = memory_mb(), time.monotonic()
    for n in range(visits):
        visit(app, clock, n)
        if (n + 1) % max(1, visits // REPORTS) == 0:
            rate = (n + 1) / (time.monotonic() - start)
            print(f"{n + 1:>8} visits  {memory_mb():7.1f} MB  {rate:5.0f} visits/s", flush=True)
    grown = memory_mb() - began
    print(f"grown by {grown:.1f} MB over {visits} visits; {disk.kept} entries kept")
    return 0 if grown <= GROWTH_MB_MAX else 1


def open_kiosk() -> tuple[Any, Disk, FrozenClock]:
    from kiosk.domain.survey import load_survey
    from kiosk.domain.visit import VisitRules
    from kiosk.resources import resource
    from kiosk.ui.app import Setup, WindowOptions, prepare_window

    prepare_window(WindowOptions(480, 320, fullscreen=False))  # fewer pixels, more visits
    from kivy.base import runTouchApp

    from kiosk.ui import hands, pace
    from kiosk.ui.stage import KioskApp

    runTouchApp(embedded=True)
    pace.FPS_AWAKE = pace.FPS_IDLE = pace.FPS_RESTING = 0
    hands.PRESS_LOOK_S_MIN = 0.0
    disk, clock = Disk(), FrozenClock()
    survey = load_survey(resource("config", "surveys", "sipas-5.toml"))
    app = KioskApp(Setup(survey, disk, clock, {"vi": "Phường Bình An"}, rules=VisitRules(words=True)))
    app._run_prepare()
    return app, disk, clock


def visit(app: Any, clock: FrozenClock, n: int) -> None:
    """One citizen: another language in every third visit, reasons, sometimes words; every tenth lets it rest."""
    flow = app.flow
    if n % 3 == 0:
        app.turn_language()
    flow.press_face(1 + n % 5)
    frame(app, clock)
    flow.toggle_reason("wait")
    flow.finish_reasons()
    frame(app, clock)
    for key in "ghees":
        app.page._strike(key)
    flow.finish_words()
    frame(app, clock)
    wait(app, clock, 5)
    if n % 10 == 0:
        wait(app, clock, 31)
        flow.wake()
        frame(app, clock)


def wait(app: Any, clock: FrozenClock, seconds: float) -> None:
    clock.advance(seconds)
    app._tick(0)
    frame(app, clock)


def frame(app: Any, clock: FrozenClock) -> None:
    """The screen that is due, drawn once."""
    from kivy.base import EventLoop

    clock.advance(0.1)
    for _ in range(2):
        EventLoop.idle()


def memory_mb() -> float:
    gc.collect()
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if sys.argv[1:] else VISITS))
