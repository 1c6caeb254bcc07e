"""Door: behind it the staff find their screens; who may come in, and when it closes by itself.

Pure rules, as for a visit: time comes in as an argument, and a PIN is judged elsewhere.
"""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from kiosk.domain.instant import Instant
from kiosk.domain.maintenance import Maintenance, Work

PIN_DIGITS = 6


class Room(StrEnum):
    """Where the door has led to; each has one screen, and OUTSIDE is the citizen's."""

    OUTSIDE = "outside"
    PIN = "pin"
    DESK = "desk"
    """The day's tally, how the kiosk is, and what can be done."""
    CLEANING = "cleaning"
    TOUCH_TEST = "touch test"
    CHECKS = "checks"
    """Sound and brightness."""
    ENROLMENT = "enrolment"
    DAYS = "days"
    """Each of the last days, week by week."""
    SERVED = "served"
    """How many transactions were served on a day."""


@dataclass(frozen=True, slots=True)
class DoorRules:
    """The settings of the door, in seconds."""

    stay_s: float = 120.0
    """Untouched for so long, the door closes."""
    cleaning_s: float = 30.0
    delay_s_first: float = 5.0
    """After a wrong PIN the next one must wait; after each further one twice as long …"""
    delay_s_max: float = 900.0
    """… up to this."""


class Door:
    """The one door of one kiosk."""

    def __init__(self, rules: DoorRules | None = None, faces: int = 5) -> None:
        self._rules = rules or DoorRules()
        self._faces = faces
        self.room = self._came_from = Room.OUTSIDE
        self.showing = 0
        """Grows with every change of room."""
        self._called = False
        """Somebody far away opened one room: from there no way leads to the desk."""
        self.judging = False
        """A PIN was typed and is not judged yet."""
        self.hits: Counter[int] = Counter()
        """Of the touch test, by level."""
        self.strays = 0
        self._done: list[Maintenance] = []
        self._digits = ""
        self._wrong = 0
        self._closed_until_us = 0
        self._entered_us = 0
        self._touched_us = 0

    @property
    def digits(self) -> int:
        """How many digits of the PIN are typed; which, nobody is told."""
        return len(self._digits)

    def wait_s(self, at: Instant) -> int:
        """So many whole seconds no PIN is taken."""
        return max(0, -(-(self._closed_until_us - at.mono_us) // 1_000_000))

    def left_s(self, at: Instant) -> int:
        """So many whole seconds the cleaning still lasts."""
        return max(0, -(-(self._entered_us + _microseconds(self._rules.cleaning_s) - at.mono_us) // 1_000_000))

    def time_left(self, at: Instant) -> float:
        """The share of its time that the room still stays open, from 1 to 0."""
        if self.room is Room.CLEANING:
            return max(0.0, 1 - (at.mono_us - self._entered_us) / _microseconds(self._rules.cleaning_s))
        return max(0.0, 1 - (at.mono_us - self._touched_us) / _microseconds(self._rules.stay_s))

    @property
    def passes(self) -> bool:
        """Whether the touch test holds: each face once, and nothing besides."""
        return self._hits == (1,) * self._faces and not self.strays

    def work_due(self) -> tuple[Maintenance, ...]:
        """What was done and is to be recorded now, each given out once."""
        due, self._done = tuple(self._done), []
        return due

    # What the staff do. What has no meaning in this room changes nothing.

    def knock(self, at: Instant) -> None:
        """The hidden gesture was made."""
        if self.room is Room.OUTSIDE:
            self._enter(Room.PIN, at)

    def type_digit(self, digit: str, at: Instant) -> str | None:
        """One more digit; with the last one the whole PIN comes back, to be judged."""
        if self.room is not Room.PIN or self.judging or self.wait_s(at):
            return None
        self._digits += digit
        if len(self._digits) < PIN_DIGITS:
            return None
        self.judging = True
        return self._digits

    def erase_digit(self) -> None:
        """Take one back."""
        if not self.judging:
            self._digits = self._digits[:-1]

    def judge(self, right: bool, at: Instant) -> None:
        """The PIN was right, or it was not: then the next one waits, longer each time."""
        self.judging = False
        self._digits = ""
        if right:
            self._wrong = 0
            if self.room is Room.PIN:
                self._enter(Room.DESK, at)
            return
        delay_s = min(self._rules.delay_s_first * 2**self._wrong, self._rules.delay_s_max)
        self._wrong += 1
        self._closed_until_us = at.mono_us + _microseconds(delay_s)

    def go(self, room: Room, at: Instant) -> None:
        """From the desk, or from the days, to another room."""
        if self.room in (Room.DESK, Room.DAYS):
            self._came_from = self.room
            self._enter(room, at)

    def call(self, room: Room, at: Instant) -> None:
        """IT staff ask for a room from afar: whoever stands there has that one and, without a PIN, no other."""
        if self.room is Room.OUTSIDE:
            self._enter(room, at)
            self._called = True

    def back(self, at: Instant) -> None:
        """To where one came from; from the desk, before the PIN, or from a room that was called, outside."""
        if self._called or self.room in (Room.OUTSIDE, Room.PIN, Room.DESK):
            self._enter(Room.OUTSIDE, at)
        else:
            self._enter(self._came_from if self.room is Room.SERVED else Room.DESK, at)

    def hit(self, level: int) -> None:
        """The touch test: a press on a face arrived."""
        self.hits[level] += 1

    def stray(self) -> None:
        """The touch test: a touch arrived that was no press on a face."""
        if self.room is Room.TOUCH_TEST:
            self.strays += 1

    def start_test(self, at: Instant) -> None:
        """The touch test from its beginning; what it read so far is a result too."""
        if self.hits or self.strays:
            self._done.append(Maintenance(at, Work.TEST, self._hits, self.strays))
        self.hits.clear()
        self.strays = 0

    def close_screen(self, at: Instant) -> None:
        """The staff end the kiosk's run, or start it again."""
        self.start_test(at)
        self._done.append(Maintenance(at, Work.SERVICE))

    def touch(self, at: Instant) -> None:
        """Somebody is still there."""
        self._touched_us = at.mono_us

    def tick(self, at: Instant) -> None:
        """Let time pass."""
        if self.room is not Room.OUTSIDE and self.time_left(at) <= 0:
            self._enter(Room.OUTSIDE, at)

    def _enter(self, room: Room, at: Instant) -> None:
        self.room = room
        self._called = False
        self.showing += 1
        self._entered_us = self._touched_us = at.mono_us
        if not self.judging:
            self._digits = ""
        self.start_test(at)
        if room is Room.CLEANING:
            self._done.append(Maintenance(at, Work.CLEANING))

    @property
    def _hits(self) -> tuple[int, ...]:
        return tuple(self.hits[level] for level in range(1, self._faces + 1))


def _microseconds(seconds: float) -> int:
    return round(seconds * 1_000_000)
