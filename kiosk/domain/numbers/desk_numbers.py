"""Desk numbers: what a kiosk tells of a period from its own cuts, and what waits, with why.

A cut counts, whole, in every period that holds all its half days; elsewhere its ratings wait. So what is
recorded is what is shown and what waits, in every period, and no difference of two periods, or of two moments,
is less than a whole cut. How many were recorded is counted exactly: it tells nobody's opinion.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields

from kiosk.domain.numbers.blocks import HalfDay

CounterHalfDay = tuple[HalfDay, str]
"""A half day and a counter's code; empty where the kiosk serves one counter only."""


@dataclass(frozen=True, slots=True)
class Held:
    """The counted ratings of one cut."""

    counter: str
    counts: Mapping[int, int]
    """By level; those of a tail are never told."""
    pieces: Mapping[HalfDay, int]
    """How many of them came in each half day."""
    is_tail: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many recorded ratings are not among those shown, by why."""

    uncut: int = 0
    """No block holds them yet: they are too few so far."""
    straddling: int = 0
    """Their block has other half days, too: it counts in a longer period."""
    tail: int = 0
    """They were too few when a month ended or the kiosk was moved."""
    centre: int = 0
    """This kiosk does not cut them: the collector does."""

    @property
    def n(self) -> int:
        """All of them."""
        return self.uncut + self.straddling + self.tail + self.centre


@dataclass(frozen=True, slots=True)
class Told:
    """What may be told of a period."""

    counts: Mapping[int, int]
    """By level: whole blocks."""
    waiting: Waiting

    @property
    def n(self) -> int:
        """How many ratings are shown."""
        return sum(self.counts.values())

    @property
    def recorded(self) -> int:
        """How many there are, those of half days that are not over apart."""
        return self.n + self.waiting.n


@dataclass(frozen=True)
class DeskNumbers:
    """The ratings of one series at one kiosk."""

    held: Iterable[Held]
    uncut: Mapping[CounterHalfDay, int]
    """Of half days that are over."""
    centre: Mapping[CounterHalfDay, int]
    _of_day: dict[str, list[Held]] = field(default_factory=dict, init=False)
    _rest_of_day: dict[str, list[tuple[str, CounterHalfDay, int]]] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        for held in self.held:
            for day in {day for day, _ in held.pieces}:
                self._of_day.setdefault(day, []).append(held)
        for why, rest in (("uncut", self.uncut), ("centre", self.centre)):
            for place, n in rest.items():
                self._rest_of_day.setdefault(place[0][0], []).append((why, place, n))

    def told(self, first: HalfDay, last: HalfDay) -> Told:
        """The half days from ``first`` to ``last``, both included, of all counters together."""
        counts: Counter[int] = Counter()
        waiting: Counter[str] = Counter()
        for held in self._touching(first[0], last[0]):
            _count(held, first, last, counts, waiting)
        for day in _between(self._rest_of_day, first[0], last[0]):
            for why, (half_day, _), n in self._rest_of_day[day]:
                if first <= half_day <= last:
                    waiting[why] += n
        return Told(counts, Waiting(**{each.name: waiting[each.name] for each in fields(Waiting)}))

    def recorded_at(self, day: str) -> Mapping[str, int]:
        """How many were recorded at each counter on a day, in one pass: a hall has many."""
        found: Counter[str] = Counter()
        for held in self._of_day.get(day, ()):
            found[held.counter] += sum(n for (of_day, _), n in held.pieces.items() if of_day == day)
        for _, (_, counter), n in self._rest_of_day.get(day, ()):
            found[counter] += n
        return found

    def _touching(self, first_day: str, last_day: str) -> Iterable[Held]:
        """The cuts of these days, each once."""
        found = {id(held): held for day in _between(self._of_day, first_day, last_day) for held in self._of_day[day]}
        return found.values()


def _between(days: Mapping[str, object], first: str, last: str) -> Iterable[str]:
    if first == last:
        return (first,) if first in days else ()
    return [day for day in days if first <= day <= last]


def _count(held: Held, first: HalfDay, last: HalfDay, counts: Counter[int], waiting: Counter[str]) -> None:
    within = sum(n for half_day, n in held.pieces.items() if first <= half_day <= last)
    if held.is_tail:
        waiting["tail"] += within
    elif within == sum(held.pieces.values()):
        counts.update(held.counts)
    else:
        waiting["straddling"] += within
