"""Watched: what the signs are read from, by counter and half day, all of it over. Pure.

Moments are used here to count what came quickly or late in the day, and go no further: what leaves this
package is counts of five and more over days.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from kiosk.domain.instant import monday_of
from sync.collector.replica.stretch import ANY_PART

SLOT_S = 1800
FEW = 5
"""A day has 48 half hours."""


class HalfDay(NamedTuple):
    """A part of a day, in the order of time: "am" comes before "pm"."""

    day: str
    part: str


@dataclass(frozen=True, slots=True)
class Pressed:
    """What one counter got in one half day."""

    levels: "Counter[int]"
    """Of what counts."""
    quick: int = 0
    """How many followed another within the shortest time that serving somebody takes."""
    quick_levels: "Counter[int]" = field(default_factory=Counter)
    """The levels of those."""
    slots: "Counter[int]" = field(default_factory=Counter)
    """By half hour of the day."""
    outside: int = 0
    """Set aside as out of hours."""
    untold: int = 0
    """Set aside as that too, by a kiosk that did not know that the office worked then."""
    on_day_off: int = 0
    """Counted, on a day off that the kiosk did not know of."""

    def __add__(self, other: "Pressed") -> "Pressed":
        """What was pressed in the same half day on two surveys."""
        return Pressed(
            self.levels + other.levels,
            self.quick + other.quick,
            self.quick_levels + other.quick_levels,
            self.slots + other.slots,
            self.outside + other.outside,
            self.untold + other.untold,
            self.on_day_off + other.on_day_off,
        )

    @property
    def n(self) -> int:
        """How many count."""
        return self.levels.total()

    @property
    def while_closed(self) -> int:
        """How many were pressed while the office was closed."""
        return self.outside + self.on_day_off


@dataclass(frozen=True, slots=True)
class Watched:
    """One counter over a stretch of days."""

    counter_id: int
    half_days: Mapping[HalfDay, Pressed]
    served: Mapping[str, int] = field(default_factory=dict)
    """Transactions by day, where somebody typed them in."""
    has_kiosk: bool = True
    heard: bool = True
    """Whether all its kiosks call."""
    open_days: frozenset[str] = frozenset()
    """The days on which its office is open, as the calendar has it."""

    @property
    def n(self) -> int:
        """How many count."""
        return sum(one.n for one in self.half_days.values())

    def after(self, day: str) -> "Watched":
        """What came on later days alone."""
        later = {half: pressed for half, pressed in self.half_days.items() if half.day > day}
        return replace(self, half_days=later, served={on: n for on, n in self.served.items() if on > day})

    def of_part(self, part: str) -> dict[HalfDay, Pressed]:
        """The mornings or the afternoons."""
        return {half: pressed for half, pressed in self.half_days.items() if half.part == part}


class Gathered(NamedTuple):
    """What was pressed in a window."""

    visits: list[Watched]
    """Every counter, each visit once: of each survey its main question."""
    by_series: list[list[Watched]]
    """The counters where each question of each survey was answered; the one answered most comes last."""


class Sign(StrEnum):
    """What is the matter with a counter's numbers."""

    BURST = "burst"
    """Many presses follow each other faster than anybody is served."""
    CLOSING = "closing"
    """Plainly more are pressed just before closing than elsewhere."""
    ONE_LEVEL = "one_level"
    """Nearly all chose the same face."""
    CAPACITY = "capacity"
    """More ratings than people served, or than can be served."""
    OUTSIDE = "outside"
    """Presses outside hours."""
    UNPRESSED = "unpressed"
    """Nobody presses any more where somebody pressed every day; whether its kiosk is silent is another matter."""
    JOURNAL = "journal"
    """A kiosk's journal lost or repeats what was written."""


PRESSED_UP = frozenset({Sign.BURST, Sign.CLOSING, Sign.ONE_LEVEL, Sign.CAPACITY})
"""Signs of ratings that count and perhaps should not: they can be set aside."""


@dataclass(frozen=True, slots=True)
class FoundSign:
    """One sign at one counter, with the evidence: numbers for a sentence, none of them a single rating's."""

    counter_id: int
    sign: Sign
    first: str
    last: str
    part: str
    """Where nearly all of it lies in mornings or afternoons; ANY_PART else."""
    evidence: Mapping[str, Any]


def span_of(halves: Iterable[HalfDay]) -> tuple[str, str]:
    """The first and the last day."""
    days = [half.day for half in halves]
    return min(days), max(days)


def by_week(weights: Mapping[HalfDay, int], watched: Mapping[HalfDay, Pressed]) -> list[list[Any]]:
    """Monday, how many of the sign, of how many ratings; None for fewer than five, which nobody needs to know."""
    found: dict[str, list[int]] = {}
    for half, pressed in watched.items():
        day = date.fromisoformat(half.day)
        week = found.setdefault(monday_of(day).isoformat(), [0, 0])
        week[0] += weights.get(half, 0)
        week[1] += pressed.n
    return [[monday, *[None if 0 < n < FEW else n for n in counts]] for monday, counts in sorted(found.items())]


def part_of(weights: Mapping[HalfDay, int]) -> str:
    """The part of the day in which nine of ten lie."""
    by_part: Counter[str] = Counter()
    for half, n in weights.items():
        by_part[half.part] += n
    part, n = by_part.most_common(1)[0]
    return part if n * 10 >= by_part.total() * 9 else ANY_PART
