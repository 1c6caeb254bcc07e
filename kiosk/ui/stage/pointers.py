"""Pointers: every finger on the window, brought to the glass; what the glass calls a press becomes one."""

from collections.abc import Callable, Hashable
from typing import Any, Protocol

from kivy.clock import Clock as Frames
from kivy.input import MotionEvent
from kivy.uix.widget import Widget

from kiosk.domain.instant import Clock, Instant
from kiosk.domain.visit.glass import Glass, Touch
from kiosk.domain.visit.knock import Corner, Knock
from kiosk.ui.parts.page import Page
from kiosk.ui.parts.parts import PressTarget

PRESS_LOOK_S_MIN = 0.12
"""How long the pressed look stays at least, so that a quick tap is seen."""
KEY_LOOK_S_MIN = 0.05
CORNER_MM = 22.0
"""How far the corners of the staff's gesture reach."""

_SAID = (Touch.HELD, Touch.AMBIGUOUS, Touch.PALM, Touch.SECOND_FINGER)
"""Why nothing came of a finger that seemed to press; whoever swiped or wiped knows it."""

Point = tuple[float, float]


class Screens(Protocol):
    """Which screen is wanted, and which was seen; two that are equal are the same screen."""

    @property
    def due(self) -> Hashable:
        """The screen that is wanted now."""
        ...

    def seen_at(self, at: Instant) -> Hashable:
        """The screen that was on the glass at a moment."""
        ...


class Watcher(Protocol):
    """Who is told what fingers do."""

    def note_touch(self) -> None:
        """A finger came down somewhere."""
        ...

    def note_press(self) -> None:
        """A finger pressed something."""
        ...

    def note_missed(self, why: Touch) -> None:
        """A finger that seemed to press pressed nothing."""
        ...


class Pointers(Widget):
    """The root of the window: no part below it ever sees a touch, so all rules are in one place."""

    def __init__(self, glass: Glass, clock: Clock, screens: Screens, watcher: Watcher) -> None:
        super().__init__()
        _keep_origins()
        self.page: Page | None = None
        self.knock = Knock()
        self.pixels_per_mm = 1.0
        self.covered: Callable[[Point], bool] = lambda _point: False
        """Whether something lies over the page there."""
        self._glass = glass
        self._clock = clock
        self._screens = screens
        self._watcher = watcher
        self._holding: dict[Any, PressTarget] = {}
        self._look_ends = 0.0

    @property
    def look_left_s(self) -> float:
        """How long the pressed look must still be seen."""
        return max(0.0, self._look_ends - float(Frames.get_time()))

    def on_touch_down(self, touch: Any) -> bool:
        """A finger came down: if it may become a press, its target answers on the next frame."""
        if not _is_finger(touch):
            return True
        # Where it came down, not where it is: a quick wipe begins and ends between two frames, and its touch
        # has moved on before we hear of it.
        came_down = touch.opos
        target, at = self._target(came_down), self._happened(touch)
        self._watcher.note_touch()
        self.knock.down(touch.uid, self._corner(came_down), at)
        if target is not None:
            self._strike(self._glass.overtaken(at))
        key = target is not None and target.key
        may_press = self._glass.down(touch.uid, target, self._screens.seen_at(at), at, self._place(came_down), key)
        if may_press and target is not None:
            self._holding[touch.uid] = target
            target.pressed = True
            self._look_ends = float(Frames.get_time()) + (KEY_LOOK_S_MIN if key else PRESS_LOOK_S_MIN)
        self._drop_spoiled()
        return True

    def on_touch_move(self, touch: Any) -> bool:
        """A finger that leaves its target, or wanders, no longer holds it."""
        if self._corner(touch.pos) is None:
            self.knock.up(touch.uid, self._happened(touch))
        still = self._glass.move(touch.uid, self._place(touch.pos))
        held = self._holding.get(touch.uid)
        if held is not None:
            held.pressed = still and self._target(touch.pos) is held
        return True

    def on_touch_up(self, touch: Any) -> bool:
        """A finger left: the look goes, and a press happens if it was one."""
        if not _is_finger(touch):
            return True
        at = self._happened(touch)
        self.knock.up(touch.uid, at)
        self._strike(self._glass.overtaken(at, by=touch.uid))
        held = self._holding.pop(touch.uid, None)
        kind = self._glass.up(touch.uid, self._target(touch.pos), self._screens.due, at)
        if kind is Touch.PRESS and held is not None:
            self._press(held)
            return True
        if held is not None:
            held.pressed = False
            self._tell_missed(kind)
        if self.page is not None and kind is not Touch.STRUCK:
            self.page.tell_stray()
        return True

    def look_at_held(self) -> None:
        """Give up on fingers that have lain too long; call it a few times a second, after the touches of a frame."""
        if self._glass.lapsed(self._clock.now()):
            self._drop_spoiled()

    def let_go(self) -> None:
        """Forget what is held: another screen is coming up, and it has no memory of this one."""
        for target in self._holding.values():
            target.pressed = False
        self._holding.clear()

    def _happened(self, touch: Any) -> Instant:
        """When it happened, as far as whoever read the touch knows: a slow frame handles it later."""
        return self._clock.now().before(getattr(touch, "ago_s", 0.0))

    def _strike(self, fingers: list[Hashable]) -> None:
        for finger in fingers:
            held = self._holding.pop(finger, None)
            if held is not None:
                self._press(held)

    def _press(self, target: PressTarget) -> None:
        Frames.schedule_once(lambda _elapsed: self._release(target), self.look_left_s)
        self._watcher.note_press()
        target.dispatch("on_press")

    def _drop_spoiled(self) -> None:
        """Take the pressed look from what is no press any more, and say why."""
        for finger in list(self._holding):
            why = self._glass.spoiled(finger)
            if why in _SAID:
                self._holding.pop(finger).pressed = False
                self._tell_missed(why)

    def _tell_missed(self, why: Touch | None) -> None:
        if why in _SAID:
            self._watcher.note_missed(why)

    def _release(self, target: PressTarget) -> None:
        if target not in self._holding.values():
            target.pressed = False

    def _place(self, point: Point) -> Point:
        return point[0] / self.pixels_per_mm, point[1] / self.pixels_per_mm

    def _corner(self, point: Point) -> Corner | None:
        reach = CORNER_MM * self.pixels_per_mm
        if point[1] < self.get_root_window().height - reach:
            return None
        if point[0] <= reach:
            return Corner.LEFT
        return Corner.RIGHT if point[0] >= self.get_root_window().width - reach else None

    def _target(self, point: Point) -> PressTarget | None:
        return self.page.target_at(*point) if self.page and not self.covered(point) else None


def _is_finger(touch: Any) -> bool:
    """Whether this is a finger or the left button; a wheel is not, nor a right click, as which a long press arrives."""
    return "button" not in touch.profile or touch.button == "left"


def _keep_origins() -> None:
    """Let every touch know where it came down; Kivy would take its first place to be where it is at the next frame."""
    # Kivy's own switch for it, which each touch sets when it is made: so that it cannot be set, for all of them.
    MotionEvent.sync_with_dispatch = property(lambda _touch: False, lambda _touch, _sync: None)
