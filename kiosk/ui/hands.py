"""Hands: every finger on the window, brought to the glass; what the glass calls a press becomes one."""

from collections.abc import Callable
from typing import Any

from kivy.clock import Clock as Frames
from kivy.uix.widget import Widget

from kiosk.domain.glass import Glass, Touch
from kiosk.domain.instant import Clock
from kiosk.ui.parts import PressTarget
from kiosk.ui.screens.page import Page

PRESS_LOOK_S_MIN = 0.12
"""A quick tap is still seen."""


class Hands(Widget):
    """The root of the window: no part below it ever sees a touch, so all rules are in one place."""

    def __init__(self, glass: Glass, clock: Clock, showing: Callable[[], int], on_touch: Callable[[], None]) -> None:
        super().__init__()
        self.page: Page | None = None
        self._glass = glass
        self._clock = clock
        self._showing = showing
        self._touched = on_touch
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
        target = self._target(touch)
        self._touched()
        if self._glass.down(touch.uid, target, self._showing(), self._clock.now()) and target is not None:
            self._holding[touch.uid] = target
            target.pressed = True
            self._look_ends = float(Frames.get_time()) + PRESS_LOOK_S_MIN
        return True

    def on_touch_move(self, touch: Any) -> bool:
        """A finger that leaves its target no longer holds it."""
        held = self._holding.get(touch.uid)
        if held is not None:
            held.pressed = self._target(touch) is held
        return True

    def on_touch_up(self, touch: Any) -> bool:
        """A finger left: the look goes, and a press happens if it was one."""
        if not _is_finger(touch):
            return True
        held = self._holding.pop(touch.uid, None)
        kind = self._glass.up(touch.uid, self._target(touch), self._showing(), self._clock.now())
        if held is None:
            return True
        if kind is Touch.PRESS:
            Frames.schedule_once(lambda _elapsed: self._release(held), self.look_left_s)
            held.dispatch("on_press")
        else:
            held.pressed = False
        return True

    def let_go(self) -> None:
        """Forget what is held: another screen is coming up, and it has no memory of this one."""
        for target in self._holding.values():
            target.pressed = False
        self._holding.clear()

    def _release(self, target: PressTarget) -> None:
        if target not in self._holding.values():
            target.pressed = False

    def _target(self, touch: Any) -> PressTarget | None:
        return self.page.target_at(*touch.pos) if self.page else None


def _is_finger(touch: Any) -> bool:
    """Not a wheel, not a right click: a long press arrives as one."""
    return "button" not in touch.profile or touch.button == "left"
