"""Made touches: fingers that a program makes, for demonstrations and tests, through the same input path as real ones.

A finger is a Kivy motion event from an input provider; the window moves it through
Kivy's post-processing to the widgets on its next frame, as it does with the panel's.
"""

import itertools
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from kivy.base import EventLoop
from kivy.clock import Clock as Frames
from kivy.core.window import Window
from kivy.input import MotionEvent, MotionEventProvider

from kiosk.domain.visit.door import Room
from kiosk.domain.visit.visit import Step
from kiosk.ui.wiring.wiring import RunningKiosk

WAIT_S_MAX = 30.0
"""A screen that has not come by then will not come."""

Point = tuple[float, float]


class Finger(MotionEvent):
    """One finger, from down to up."""

    button: str

    def __init__(self, point: Point, button: str = "left", ago_s: float = 0.0) -> None:
        self.ago_s = ago_s
        share = {"x": point[0] / Window.width, "y": point[1] / Window.height, "button": button}
        super().__init__("kiosk", f"finger{next(_numbers)}", share, is_touch=True, type_id="touch")

    def depack(self, args: dict[str, Any]) -> None:
        """Take a new place."""
        self.profile = ["pos", "button"]
        self.sx, self.sy = args["x"], args["y"]
        self.button = args["button"]
        super().depack(args)

    def move_to(self, point: Point) -> None:
        """Slide to a place on the window, in pixels."""
        self.move({"x": point[0] / Window.width, "y": point[1] / Window.height, "button": self.button})


class Fingers(MotionEventProvider):
    """An input provider whose fingers are moved by a program."""

    def __init__(self) -> None:
        super().__init__("kiosk", "")
        self._queue: deque[tuple[str, Finger, Point | None]] = deque()

    def down(self, point: Point, button: str = "left", ago_s: float = 0.0) -> Finger:
        """Put a finger on the glass, now or so long ago; it arrives with the next frame."""
        finger = Finger(point, button, ago_s)
        self._queue.append(("begin", finger, None))
        return finger

    def slide(self, finger: Finger, point: Point) -> None:
        """Move it."""
        self._queue.append(("update", finger, point))

    def up(self, finger: Finger) -> None:
        """Lift it."""
        self._queue.append(("end", finger, None))

    def tap(self, point: Point, ago_s: float = 0.0) -> None:
        """Down and up in one frame."""
        self.up(self.down(point, ago_s=ago_s))

    def update(self, dispatch_fn: Callable[[str, MotionEvent], None]) -> None:
        """Hand over what happened since the last frame; Kivy calls this."""
        while self._queue:
            kind, finger, point = self._queue.popleft()
            if point is not None:
                finger.move_to(point)
            if kind == "end":
                finger.update_time_end()
            dispatch_fn(kind, finger)


class PressDriver:
    """Presses faces like a queue of citizens: every level in turn, every other visit with reasons.

    Give it to the kiosk as ``on_started``. When it has pressed ``presses`` faces it calls
    ``on_finished`` with itself and then stops the app. ``thanked`` and ``refused`` count what
    the citizens saw; ``stuck`` names the screen that never came.
    """

    def __init__(
        self,
        presses: int,
        screenshots_dir: Path | None = None,
        on_finished: "Callable[[PressDriver], None] | None" = None,
        stop_at_end: bool = True,
    ) -> None:
        self.presses = presses
        self.pressed = 0
        self.thanked = 0
        self.refused = 0
        self.stuck: Step | None = None
        self.screenshots: list[Path] = []
        self._folder = screenshots_dir
        self._on_finished = on_finished
        self._stop_at_end = stop_at_end
        self._fingers = Fingers()

    def __call__(self, app: RunningKiosk) -> None:
        """Begin; the app calls this when its first frame is up."""
        self._app = app
        EventLoop.add_input_provider(self._fingers)
        self._script = self._visits()
        # the lambda keeps the driver alive: Kivy holds methods weakly
        Frames.schedule_interval(lambda elapsed: self._step(elapsed), 0)

    def _step(self, _elapsed: float) -> bool:
        try:
            next(self._script)
        except StopIteration:
            self._finish()
            return False
        return True

    def _finish(self) -> None:
        EventLoop.remove_input_provider(self._fingers)
        if self._on_finished:
            self._on_finished(self)
        if self._stop_at_end:
            self._app.stop()

    def _visits(self) -> Iterator[None]:
        faces = len(self._app.wiring.survey.questions[0].levels)
        for n in range(self.presses):
            if self.stuck is not None:
                return
            yield from self._wait(Step.QUESTION)
            yield from self._shoot("question")
            self.pressed += 1
            yield from self._tap(lambda page, n=n: page.face_tile(_level(n, faces)), hold_name="pressed")  # type: ignore[misc]
            if self._app.wiring.survey.reasons:
                yield from self._wait(Step.REASONS, Step.NOT_RECORDED)
                yield from self._answer(n)
            yield from self._wait(Step.THANKS, Step.NOT_RECORDED)
            yield from self._note_end()
        yield from self._wait(Step.QUESTION)

    def _answer(self, n: int) -> Iterator[None]:
        """Reasons in every other visit, one to three of them; "skip" in the others."""
        if self._step_shown() is not Step.REASONS:
            return
        if n % 2:
            for k in range(1 + n // 2 % 3):
                yield from self._tap(lambda page, k=k: page.reason_tile(n + 3 * k))  # type: ignore[misc]
        yield from self._shoot("reasons")
        yield from self._tap(lambda page: page.ids.done if n % 2 else page.ids.skip)

    def _note_end(self) -> Iterator[None]:
        shown = self._step_shown()
        self.thanked += shown is Step.THANKS
        if shown is Step.THANKS:
            yield from self._shoot("thanks")
        elif shown is Step.NOT_RECORDED:
            self.refused += 1
            yield from self._shoot("not_recorded")
            yield from self._tap(lambda page: page.ids.end)

    def _tap(self, choose: Callable[[Any], Any], hold_name: str = "") -> Iterator[None]:
        """One press, once the glass takes presses again."""
        yield from self._pause(self._app.wiring.glass.interval_s_min)
        finger = self._fingers.down(choose(self._app.page).center)
        yield
        yield
        if hold_name:
            yield from self._shoot(hold_name)
        self._fingers.up(finger)
        yield
        yield

    def _wait(self, *steps: Step) -> Iterator[None]:
        began = Frames.get_time()
        while self._step_shown() not in steps:
            if Frames.get_time() - began > WAIT_S_MAX:
                self.stuck = steps[0]
                return
            yield

    def _pause(self, seconds: float) -> Iterator[None]:
        began = Frames.get_time()
        while Frames.get_time() - began <= seconds:
            yield

    def _shoot(self, name: str) -> Iterator[None]:
        """Save a picture of each screen once, after its fade."""
        if self._folder is None or any(path.stem == name for path in self.screenshots):
            return
        yield from self._pause(0.4 if name != "pressed" else 0)
        self.screenshots.append(save_screenshot(self._folder / f"{name}.png"))

    def _step_shown(self) -> Step | Room:
        return self._app.step_shown


def save_screenshot(path: Path) -> Path:
    """Write what the window shows as a PNG; an older picture is replaced."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Window.dispatch("on_draw")  # the back buffer is undefined after a flip
    written = Path(Window.screenshot(name=str(path)))  # Kivy puts a number into the name
    return written.replace(path)


def _level(n: int, faces: int) -> int:
    return 1 + (n * 3 + n // faces) % faces


_numbers = itertools.count(1)
