"""Glass: tells presses from everything else that touches a screen.

A press is one finger that goes down on a target, alone, and comes up on the same
target while the same screen is showing, without having wandered. A second finger, a
palm, a swipe, a wipe, a finger left lying, a driver's double report and a finger that
was down before the screen changed are none.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from enum import StrEnum
from math import dist

from kiosk.domain.instant import Instant


class Touch(StrEnum):
    """What one finger's way from down to up was."""

    PRESS = "press"
    SECOND_FINGER = "second finger"
    PALM = "palm"
    SLID_OFF = "slid off"
    WANDERED = "wandered"
    OTHER_SCREEN = "began on another screen"
    TOO_SOON = "too soon after the press before"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class GlassRules:
    """Where the line runs between a press and an accident, in seconds."""

    interval_s_min: float = 0.3
    """A finger down sooner than this after the last press came up bounced, or trembles."""
    key_interval_s_min: float = 0.05
    """The same for the keys of a keyboard, which are struck one after the other."""
    held_s_max: float = 3.0
    """A finger that stays longer is a thing leaning on the glass; it no longer blocks the others."""
    fingers_max: int = 2
    """More at once are a palm, a sleeve or a cloth: then none of them is a press."""
    travel_mm_max: float = 15.0
    """A finger that was farther away from where it came down wipes or swipes; an unsteady hand stays nearer."""


Place = tuple[float, float]
"""Where on the glass, in millimetres."""
_ANYWHERE: Place = (0.0, 0.0)


@dataclass(slots=True)
class _Finger:
    down_us: int
    target: Hashable
    showing: Hashable
    place: Place
    alone: bool
    bounced: bool
    spoiled: Touch | None = None


class Glass:
    """The fingers on the glass now, and when the last press ended."""

    def __init__(self, rules: GlassRules | None = None) -> None:
        rules = rules or GlassRules()
        self._interval_us = _microseconds(rules.interval_s_min)
        self._key_interval_us = _microseconds(rules.key_interval_s_min)
        self._held_us = _microseconds(rules.held_s_max)
        self._fingers_max = rules.fingers_max
        self._travel_mm_max = rules.travel_mm_max
        self._fingers: dict[Hashable, _Finger] = {}
        self._pressed_us: int | None = None

    def down(
        self,
        finger: Hashable,
        target: Hashable,
        showing: Hashable,
        at: Instant,
        place: Place = _ANYWHERE,
        key: bool = False,
    ) -> bool:
        """A finger came down on a target (or on none); true if it may become a press, so show the pressed look."""
        # A driver may lose an "up"; a finger forgotten on the glass must not block the kiosk for ever.
        self._fingers = {k: f for k, f in self._fingers.items() if at.mono_us - f.down_us <= self._held_us}
        alone, bounced = not self._fingers, self._bounced(at.mono_us, key)
        self._fingers[finger] = _Finger(at.mono_us, target, showing, place, alone, bounced)
        if len(self._fingers) > self._fingers_max:
            self._spoil(*self._fingers.values(), why=Touch.PALM)
        return alone and not bounced

    def move(self, finger: Hashable, place: Place) -> bool:
        """A finger slid; false if it can no longer become a press."""
        found = self._fingers.get(finger)
        if found is not None and dist(found.place, place) > self._travel_mm_max:
            self._spoil(found, why=Touch.WANDERED)
        return found is not None and found.spoiled is None

    def up(self, finger: Hashable, target: Hashable, showing: Hashable, at: Instant) -> Touch:
        """A finger left the glass over a target (or over none), while this screen was showing."""
        down = self._fingers.pop(finger, None)
        if down is None:
            return Touch.HELD
        touch = self._judge(down, target, showing, at)
        if touch is Touch.PRESS:
            self._pressed_us = at.mono_us
        return touch

    def _judge(self, down: _Finger, target: Hashable, showing: Hashable, at: Instant) -> Touch:
        if down.spoiled is not None:
            return down.spoiled
        if not down.alone:
            return Touch.SECOND_FINGER
        if down.showing != showing:
            return Touch.OTHER_SCREEN
        if down.target is None or down.target != target:
            return Touch.SLID_OFF
        if down.bounced:
            return Touch.TOO_SOON
        return Touch.HELD if at.mono_us - down.down_us > self._held_us else Touch.PRESS

    def _spoil(self, *fingers: _Finger, why: Touch) -> None:
        for finger in fingers:
            finger.spoiled = finger.spoiled or why

    def _bounced(self, down_us: int, key: bool) -> bool:
        interval_us = self._key_interval_us if key else self._interval_us
        return self._pressed_us is not None and down_us - self._pressed_us < interval_us


def _microseconds(seconds: float) -> int:
    return round(seconds * 1_000_000)
