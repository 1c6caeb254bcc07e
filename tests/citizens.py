"""Citizens: one visit after another on the real window, with real touches, the real recorder and its journal.

Only time is made: the clock jumps over what a citizen waits for, and drawing is done once for each screen, of which
one corner is filled in. All that a frame could keep is there: widgets, textures, meshes, events, touches, futures
and committed entries.
"""

import time
from pathlib import Path
from typing import Any

from kiosk.base.errors import SpokenError
from kiosk.domain.visit.door import Room
from kiosk.domain.visit.visit import Step
from tests.builders import FrozenClock

PIN = "314159"
DEADLINE_S = 60.0
SCISSOR_TEST = 0x0C11
"""OpenGL's number for it; Kivy names only what it uses itself."""


def open_kiosk(folder: Path) -> "Citizens":
    """A kiosk whose journal is in ``folder``, and the citizens in front of it."""
    from datetime import timedelta

    from kiosk.base.resources import resource
    from kiosk.base.survey_file import load_survey
    from kiosk.domain.visit.rules import VisitRules
    from kiosk.journal.journal import Journal
    from kiosk.journal.recorder import Recorder
    from kiosk.journal.upkeep.upkeep import Upkeep
    from kiosk.ui.app import WindowOptions, Wiring, prepare_window
    from kiosk.ui.wiring.desk import Delivery, Desk

    prepare_window(WindowOptions(480, 320, fullscreen=False))
    from kivy.base import runTouchApp

    from kiosk.ui.parts import front
    from kiosk.ui.stage import pointers, transitions
    from kiosk.ui.stage.stage import KioskApp

    runTouchApp(embedded=True)
    transitions.FPS_AWAKE = transitions.FPS_IDLE = transitions.FPS_RESTING = 0
    pointers.PRESS_LOOK_S_MIN = pointers.KEY_LOOK_S_MIN = 0.0
    front.FADE_S = 0.001
    clock = FrozenClock()
    path = folder / "journal.db"
    upkeep = Upkeep(path, clock, timedelta(days=400))
    recorder = Recorder(
        lambda: Journal.open(path, clock, "soak", allow_any_disk=True), tidy=upkeep.tidy, look=upkeep.look
    )
    desk = Desk(lambda pin: pin == PIN, _no_tally, Delivery)
    survey = load_survey(resource("config", "surveys", "sipas-5.toml"))
    app = KioskApp(
        Wiring(survey, recorder, clock, {"vi": "Phường Bình An"}, rules=VisitRules(words=True), sound=True, desk=desk)
    )
    app._run_prepare()
    fill_a_corner_only()
    return Citizens(app, clock, recorder)


def _no_tally() -> Any:
    """The staff are told why there are no numbers."""
    raise SpokenError("The journal is being used.")


def fill_a_corner_only() -> None:
    """From now on all is drawn, but a corner alone is filled: in software that takes nine tenths of a visit."""
    from kivy.graphics.opengl import glEnable, glScissor

    glEnable(SCISSOR_TEST)
    glScissor(0, 0, 16, 16)


class Citizens:
    """They come one by one; ``thanked`` counts those who were."""

    def __init__(self, app: Any, clock: FrozenClock, recorder: Any) -> None:
        from kivy.base import EventLoop
        from kivy.clock import Clock
        from kivy.lang import Builder

        from kiosk.ui.stage.made_touches import Fingers

        self.app, self.clock, self.recorder = app, clock, recorder
        self.thanked = 0
        self._loop, self._frame_clock, self._rules = EventLoop, Clock, Builder
        self._fingers = Fingers()
        EventLoop.add_input_provider(self._fingers)
        self._frames(3)

    def visit(self, n: int) -> None:
        """The n-th citizen: the face, reasons for every other, words for every fifth, now and then all the rest."""
        if n % 25 == 0:
            self._rest()
        if n % 10 == 0:
            self._tap(self.app.page.ids.language)
        if n % 50 == 0:
            self._tap(self.app.page.ids.text_size)
            self._listen()
        if n % 7 == 0:
            self._wipe()
        self._tap(self.app.page.face_tile(1 + n % 5))
        self._until(Step.REASONS)
        self._give_reasons(n)
        self._until(Step.WORDS)
        self._give_words(n)
        self._until(Step.THANKS)
        self.thanked += 1
        self._pass(5)
        self._until(Step.QUESTION)
        if n % 200 == 0:
            self._let_staff_in()

    def _listen(self) -> None:
        # Where there is no recording, none is offered, and something else may lie there.
        if self.app.page.ids.listen.opacity:
            self._tap(self.app.page.ids.listen)

    def close(self) -> None:
        """Let go of the journal."""
        self.recorder.close()

    def _give_reasons(self, n: int) -> None:
        page = self.app.page
        for k in range(n % 4):
            self._tap(page.reason_tile(n + 3 * k))
        if n % 11 == 0:
            self._choose_again(n)
            page = self.app.page
        self._tap(page.ids.done if n % 4 else page.ids.skip)

    def _choose_again(self, n: int) -> None:
        self._tap(self.app.page.ids.again)
        self._until(Step.QUESTION)
        self._tap(self.app.page.face_tile(1 + (n + 2) % 5))
        self._until(Step.REASONS)

    def _give_words(self, n: int) -> None:
        page = self.app.page
        if n % 5 == 0:
            for key in "ghees":
                self._tap(page.keyboard.key(key))
        self._tap(page.ids.done if n % 5 == 0 else page.ids.skip)

    def _rest(self) -> None:
        """Nobody comes; then somebody wakes the screen."""
        self._pass(31)
        self._until(Step.RESTING)
        self._pass(1)
        self._tap_at(self.app.pointers.width / 2, self.app.pointers.height / 2)
        self._until(Step.QUESTION)

    def _wipe(self) -> None:
        """A sleeve over the glass: no vote."""
        self.clock.advance(0.4)
        finger = self._fingers.down((20, 20))
        for x in range(40, 440, 80):
            self._fingers.slide(finger, (x, 160))
        self._fingers.up(finger)
        self._frames(2)

    def _let_staff_in(self) -> None:
        width, height = self.app.pointers.size
        for x in (5, width - 5):
            finger = self._fingers.down((x, height - 5))
            self._frames(1)
            self.clock.advance(1.6)
            self._fingers.up(finger)
            self._frames(1)
        self._pass(0)
        self._until(Room.PIN)
        for digit in PIN:
            self._tap(self.app.page.pad_key(digit))
        self._until(Room.DESK)
        self._pass(121)
        self._until(Step.QUESTION, Step.RESTING)
        if self.app.step_shown is Step.RESTING:
            self._tap_at(width / 2, height / 2)
            self._until(Step.QUESTION)

    def _tap(self, target: Any) -> None:
        self._tap_at(*target.center)

    def _tap_at(self, x: float, y: float) -> None:
        self.clock.advance(0.4)
        finger = self._fingers.down((x, y))
        self._frames(1)
        self._fingers.up(finger)
        self._frames(1)

    def _pass(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.app._tick(0)

    def _until(self, *steps: Step | Room) -> None:
        deadline = time.monotonic() + DEADLINE_S
        self._frames(1)
        while self.app.step_shown not in steps:
            if time.monotonic() > deadline:
                raise AssertionError(f"{self.app.step_shown} instead of {steps[0]}")
            time.sleep(0.0002)  # lets the recorder's thread have the interpreter
            self._frames(1)
        self._loop.idle()

    def _frames(self, n: int) -> None:
        """As ``EventLoop.idle``, but for the drawing."""
        for _ in range(n):
            self._frame_clock.tick()
            self._loop.dispatch_input()
            self._rules.sync()
            self._frame_clock.tick_draw()
            self._rules.sync()
