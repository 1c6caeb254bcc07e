"""A kiosk on SDL's offscreen driver, with real touches and a disk that does what the test says."""

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import pytest

from kiosk.base.resources import resource
from kiosk.base.survey_file import load_survey
from kiosk.domain.visit.rating import Fact
from kiosk.domain.visit.rules import VisitRules
from kiosk.domain.visit.visit import Step
from tests.builders import FrozenClock
from tests.citizens import fill_a_corner_only

OFFICE = {"vi": "Trung tâm Phục vụ hành chính công phường Bình An"}
COUNTER = {"vi": "Quầy 3 · Hộ tịch – Chứng thực", "en": "Counter 3 · Civil status – Certification"}
NAMES = (
    {"vi": "Hộ tịch – Chứng thực", "en": "Civil status – Certification"},
    {"vi": "Đất đai – Môi trường", "en": "Land – Environment"},
    {"vi": "Đăng ký kinh doanh", "en": "Business registration"},
    {"vi": "Trả kết quả", "en": "Results"},
)
DEADLINE_S = 60.0
_WIDTHS_MAX = 100_000


@dataclass
class Entry:
    seq: int


@dataclass
class Disk:
    """A recorder; ``answers`` is "kept", "refused" or "later"."""

    answers: str = "kept"
    facts: list[Fact] = field(default_factory=list)
    waiting: list[tuple[int, "Future[Entry]"]] = field(default_factory=list)

    def record(self, fact: Fact) -> "Future[Entry]":
        self.facts.append(fact)
        self.waiting.append((len(self.facts), Future()))
        future = self.waiting[-1][1]
        if self.answers != "later":
            self.answer(self.answers)
        return future

    def answer(self, how: str) -> None:
        while self.waiting:
            seq, future = self.waiting.pop(0)
            if how == "kept":
                future.set_result(Entry(seq))
            else:
                future.set_exception(OSError("no space left on device"))


class Bench:
    """The running app, a finger, and frames on demand."""

    def __init__(self, app: Any, disk: Disk, clock: FrozenClock, fingers: Any) -> None:
        self.app, self.disk, self.clock, self.fingers = app, disk, clock, fingers

    def frames(self, n: int = 1) -> None:
        from kivy.base import EventLoop

        for _ in range(n):
            EventLoop.idle()

    def until(self, true: Callable[[], bool]) -> None:
        end = time.monotonic() + DEADLINE_S
        while not true():
            assert time.monotonic() < end, "the screen did not get there"
            self.frames()

    def until_step(self, step: Step) -> None:
        self.until(lambda: self.app.step_shown is step)

    def tap(self, target: Any) -> None:
        self.clock.advance(0.4)
        self.fingers.tap(target.center)
        self.frames(2)

    def tap_at(self, x: float, y: float) -> None:
        self.clock.advance(0.4)
        self.fingers.tap((x, y))
        self.frames(2)

    def press_face(self, level: int) -> None:
        self.tap(self.app.page.face_tile(level))

    def pass_time(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.app.flow.tick()

    @property
    def levels(self) -> list[int]:
        return [fact.level for fact in self.disk.facts if hasattr(fact, "standing")]


@pytest.fixture(scope="session")
def window() -> Any:
    os.environ["SDL_VIDEODRIVER"] = "offscreen"
    os.environ["SDL_AUDIODRIVER"] = "dummy"
    from kivy.base import runTouchApp

    from kiosk.ui.app import WindowOptions, prepare_window
    from kiosk.ui.parts import parts
    from kiosk.ui.stage import pointers, transitions

    # frames as fast as they come, and no long looks: what is tested does not depend on either
    transitions.FPS_AWAKE = transitions.FPS_IDLE = transitions.FPS_RESTING = 0
    pointers.PRESS_LOOK_S_MIN = 0.01
    # the same words are measured for the same letters all day long
    parts.text_width = lru_cache(_WIDTHS_MAX)(parts.text_width)
    opened = prepare_window(WindowOptions(1280, 800, fullscreen=False))
    runTouchApp(embedded=True)
    fill_a_corner_only()
    return opened


@pytest.fixture
def open_kiosk(window: Any, clock: FrozenClock) -> Iterator[Callable[..., Bench]]:
    with kiosks(window, clock) as open_one:
        yield open_one


@contextmanager
def kiosks(window: Any, clock: FrozenClock) -> Iterator[Callable[..., Bench]]:
    """Opens kiosks, which are closed at the end."""
    from kivy.base import EventLoop

    from kiosk.ui.stage.made_touches import Fingers
    from kiosk.ui.stage.stage import KioskApp
    from kiosk.ui.wiring.wiring import HallCounter, Wiring

    opened: list[tuple[Any, Any]] = []

    def open_one(
        survey: str = "sipas-5",
        questions: int = 1,
        counters: int = 0,
        more: dict[str, Any] | None = None,
        **rules: Any,
    ) -> Bench:
        disk = Disk()
        loaded = load_survey(resource("config", "surveys", f"{survey}.toml"))
        asked = tuple(replace(loaded.questions[0], id=f"question-{n}") for n in range(1, questions))
        hall = tuple(HallCounter(f"Q{n}", str(n), NAMES[n % len(NAMES)]) for n in range(1, counters + 1))
        wiring = Wiring(
            replace(loaded, questions=(*loaded.questions, *asked)), disk, clock, OFFICE, COUNTER, counters=hall,
            rules=VisitRules(counters=tuple(counter.code for counter in hall), **rules), **(more or {}),
        )  # fmt: skip
        app = KioskApp(wiring)
        app._run_prepare()
        fingers = Fingers()
        EventLoop.add_input_provider(fingers)
        opened.append((app, fingers))
        bench = Bench(app, disk, clock, fingers)
        bench.frames(2)
        return bench

    yield open_one
    for app, fingers in opened:
        app.dispatch("on_stop")
        EventLoop.remove_input_provider(fingers)
        window.remove_widget(app.root)


@pytest.fixture
def kiosk(open_kiosk: Callable[..., Bench]) -> Bench:
    return open_kiosk()
