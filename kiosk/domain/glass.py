"""Glass: tells presses from everything else that touches a screen.

A press is one finger that goes down on a target, alone, and comes up on the same
target while the same screen is showing. A second finger, a palm, a swipe, a wipe, a
finger left lying, a driver's double report and a finger that was down before the
screen changed are none.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from enum import StrEnum

from kiosk.domain.instant import Instant


class Touch(StrEnum):
    """What one finger's way from down to up was."""

    PRESS = "press"
    SECOND_FINGER = "second finger"
    SLID_OFF = "slid off"
    OTHER_SCREEN = "began on another screen"
    TOO_SOON = "too soon after the press before"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class GlassRules:
    """Where the line runs between a press and an accident, in seconds."""

    interval_s_min: float = 0.3
    """A finger down sooner than this after the last press came up bounced, or trembles."""
    held_s_max: float = 5.0
    """A finger that stays longer is a thing leaning on the glass; it no longer blocks the others."""


@dataclass(slots=True)
class _Finger:
    down_us: int
    target: Hashable
    showing: int
    alone: bool


class Glass:
    """The fingers on the glass now, and when the last press ended."""

    def __init__(self, rules: GlassRules | None = None) -> None:
        rules = rules or GlassRules()
        self._interval_us = _microseconds(rules.interval_s_min)
        self._held_us = _microseconds(rules.held_s_max)
        self._fingers: dict[Hashable, _Finger] = {}
        self._pressed_us: int | None = None

    def down(self, finger: Hashable, target: Hashable, showing: int, at: Instant) -> bool:
        """A finger came down on a target (or on none); true if it may become a press, so show the pressed look."""
        # A driver may lose an "up"; a finger forgotten on the glass must not block the kiosk for ever.
        self._fingers = {k: f for k, f in self._fingers.items() if at.mono_us - f.down_us <= self._held_us}
        alone = not self._fingers
        self._fingers[finger] = _Finger(at.mono_us, target, showing, alone)
        return alone and not self._bounced(at.mono_us)

    def up(self, finger: Hashable, target: Hashable, showing: int, at: Instant) -> Touch:
        """A finger left the glass over a target (or over none), while the ``showing``-th screen was up."""
        down = self._fingers.pop(finger, None)
        if down is None:
            return Touch.HELD
        touch = self._judge(down, target, showing, at)
        if touch is Touch.PRESS:
            self._pressed_us = at.mono_us
        return touch

    def _judge(self, down: _Finger, target: Hashable, showing: int, at: Instant) -> Touch:
        if not down.alone:
            return Touch.SECOND_FINGER
        if down.showing != showing:
            return Touch.OTHER_SCREEN
        if down.target is None or down.target != target:
            return Touch.SLID_OFF
        if self._bounced(down.down_us):
            return Touch.TOO_SOON
        return Touch.HELD if at.mono_us - down.down_us > self._held_us else Touch.PRESS

    def _bounced(self, down_us: int) -> bool:
        return self._pressed_us is not None and down_us - self._pressed_us < self._interval_us


def _microseconds(seconds: float) -> int:
    return round(seconds * 1_000_000)
