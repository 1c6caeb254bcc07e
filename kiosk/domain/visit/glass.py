"""Glass: tells presses from everything else that touches a screen.

A press is one finger that goes down on a target and comes up on the same target while the same screen is showing,
without having wandered or lain there. Where two fingers mean two answers neither is one; a palm, a swipe, a wipe, a
finger left lying, a driver's double report and a finger that was down before the screen changed are none. A hand that
rests beside the answers is nobody's business. Keys are struck: the next one may go down before the last is up.

All of it is judged by when it happened, never by when somebody came to handle it.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from enum import StrEnum
from math import dist

from kiosk.domain.instant import Instant


class Touch(StrEnum):
    """What one finger's way from down to up was."""

    PRESS = "press"
    STRUCK = "a key that was struck when the next finger came"
    SECOND_FINGER = "second finger"
    AMBIGUOUS = "two fingers on two answers"
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
    """The same for one key of a keyboard; and keys that went down closer together may be a palm's."""
    held_s_max: float = 3.0
    """A finger that stays longer is a thing leaning on the glass; it no longer blocks the others."""
    fingers_max: int = 2
    """More at once are a palm, a sleeve or a cloth: then none of them is a press."""
    travel_mm_max: float = 15.0
    """A finger that was farther away from where it came down wipes or swipes; an unsteady hand stays nearer."""
    landing_s_max: float = 0.2
    """What comes down on nothing so shortly before a finger is its hand; what lay there before only rests."""
    moment_s: float = 0.03
    """What comes down so close together came down at once, whichever the panel tells first."""


PointMm = tuple[float, float]
"""Where on the glass, in millimetres."""
_ANYWHERE: PointMm = (0.0, 0.0)


@dataclass(slots=True)
class _Finger:
    down_us: int
    target: Hashable
    showing: Hashable
    place: PointMm
    key: bool
    spoiled: Touch | None = None
    """Why it can no longer be a press."""


@dataclass(slots=True)
class _Press:
    """The last one."""

    up_us: int
    target: Hashable
    showing: Hashable
    key: bool


class Glass:
    """The fingers on the glass now, and when the last press ended."""

    def __init__(self, rules: GlassRules | None = None) -> None:
        rules = rules or GlassRules()
        self._interval_us = _microseconds(rules.interval_s_min)
        self._key_interval_us = _microseconds(rules.key_interval_s_min)
        self._held_us = _microseconds(rules.held_s_max)
        self._landing_us = _microseconds(rules.landing_s_max)
        self._moment_us = _microseconds(rules.moment_s)
        self._fingers_max = rules.fingers_max
        self._travel_mm_max = rules.travel_mm_max
        self._fingers: dict[Hashable, _Finger] = {}
        self._last: _Press | None = None

    def overtaken(self, at: Instant, by: Hashable = None) -> list[Hashable]:
        """The keys that are struck now, in order, because the next finger acts; ask before telling of it.

        ``by`` names a finger that leaves: the keys that went down before it come first. Without it a finger comes.
        """
        fingers = self._fingers
        leaving = fingers.get(by)
        if by is not None and (leaving is None or not leaving.key):
            return []
        first_us = at.mono_us - self._held_us
        last_us = at.mono_us - self._key_interval_us if leaving is None else leaving.down_us
        keys = {name: finger for name, finger in fingers.items() if finger.key and finger is not leaving}
        struck = [name for name, key in keys.items() if key.spoiled is None and first_us <= key.down_us <= last_us]
        for name in struck:
            fingers[name].spoiled = Touch.STRUCK
            # Since it came down, for it is not up yet: the other thumb may follow on the very same key.
            self._last = _Press(fingers[name].down_us, fingers[name].target, fingers[name].showing, key=True)
        return struck

    def down(
        self,
        finger: Hashable,
        target: Hashable,
        showing: Hashable,
        at: Instant,
        place: PointMm = _ANYWHERE,
        key: bool = False,
    ) -> bool:
        """A finger came down on a target (or on none); true if it may become a press, so show the pressed look."""
        # A driver may lose an "up"; a finger forgotten on the glass must not block the kiosk for ever.
        self._fingers = {k: f for k, f in self._fingers.items() if at.mono_us - f.down_us <= self._held_us}
        new = _Finger(at.mono_us, target, showing, place, key)
        others = [f for f in self._fingers.values() if not self._rests(f, new)]
        self._fingers[finger] = new
        if len(others) >= self._fingers_max:
            for each in (new, *others):
                each.spoiled = Touch.PALM
        elif target is None:
            self._spoil(*(f for f in others if self._at_once(f, new) and not f.key), why=Touch.SECOND_FINGER)
        else:
            self._judge_beside(new, others)
        return self.may_press(finger)

    def may_press(self, finger: Hashable) -> bool:
        """Whether it is down and may still become a press."""
        found = self._fingers.get(finger)
        return found is not None and found.target is not None and found.spoiled is None

    def spoiled(self, finger: Hashable) -> Touch | None:
        """Why it can no longer become a press; None while it can, or when it is not on the glass."""
        found = self._fingers.get(finger)
        return None if found is None else found.spoiled

    def move(self, finger: Hashable, place: PointMm) -> bool:
        """A finger slid; false if it can no longer become a press."""
        found = self._fingers.get(finger)
        if found is not None and dist(found.place, place) > self._travel_mm_max:
            self._spoil(found, why=Touch.WANDERED)
        return found is not None and found.spoiled is None

    def lapsed(self, at: Instant) -> list[Hashable]:
        """The fingers that have lain on a target too long since this was last asked: they are no presses."""
        on_targets = {name: finger for name, finger in self._fingers.items() if finger.target is not None}
        first_us = at.mono_us - self._held_us
        over = [name for name, finger in on_targets.items() if finger.spoiled is None and finger.down_us < first_us]
        for name in over:
            self._fingers[name].spoiled = Touch.HELD
        return over

    def up(self, finger: Hashable, target: Hashable, showing: Hashable, at: Instant) -> Touch:
        """A finger left the glass over a target (or over none), while this screen was showing."""
        down = self._fingers.pop(finger, None)
        if down is None:
            return Touch.HELD
        touch = self._judge(down, target, showing, at)
        if touch is Touch.PRESS:
            self._last = _Press(at.mono_us, target, showing, down.key)
        return touch

    def _judge(self, down: _Finger, target: Hashable, showing: Hashable, at: Instant) -> Touch:
        if down.spoiled is not None and down.spoiled is not Touch.TOO_SOON:
            return down.spoiled
        if down.showing != showing:
            return Touch.OTHER_SCREEN
        if down.target is None or down.target != target:
            return Touch.SLID_OFF
        if at.mono_us - down.down_us > self._held_us:
            return Touch.HELD
        return down.spoiled or Touch.PRESS

    def _judge_beside(self, new: _Finger, others: list[_Finger]) -> None:
        """One that came down on a target, while these are on the glass."""
        if self._bounced(new):
            new.spoiled = Touch.TOO_SOON
        elif new.key:
            if any(not f.key for f in others):
                new.spoiled = Touch.SECOND_FINGER
        elif rivals := [f for f in others if f.target not in (None, new.target)]:
            self._spoil(new, *rivals, why=Touch.AMBIGUOUS)
        elif others:
            new.spoiled = Touch.SECOND_FINGER

    def _rests(self, finger: _Finger, new: _Finger) -> bool:
        """Whether it is none of the new one's business: struck, or lying beside the answers since before."""
        if finger.spoiled is Touch.STRUCK:
            return True
        landed_before = new.down_us - finger.down_us > self._landing_us
        return finger.target is None and finger.spoiled is not Touch.WANDERED and landed_before

    def _at_once(self, finger: _Finger, new: _Finger) -> bool:
        return new.down_us - finger.down_us <= self._moment_us

    def _spoil(self, *fingers: _Finger, why: Touch) -> None:
        for finger in fingers:
            finger.spoiled = finger.spoiled or why

    def _bounced(self, new: _Finger) -> bool:
        last = self._last
        if last is None:
            return False
        since_us = new.down_us - last.up_us
        if last.showing == new.showing and (new.key or last.key):
            # Keys are struck one right after the other, and a second thumb is on "done" at once.
            return new.target == last.target and since_us < self._key_interval_us
        return since_us < (self._key_interval_us if new.key else self._interval_us)


def _microseconds(seconds: float) -> int:
    return round(seconds * 1_000_000)
