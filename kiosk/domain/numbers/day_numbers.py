"""Day numbers: what may be shown of each day of one kiosk, and of several days together.

Nobody who reads the numbers at any two moments, or takes any of them from any other, may
be left with fewer ratings than the smallest cell. So there is one grain: the ratings that
one part of a day adds to what is shown of it. The parts of a day are these grains; several
days together are the sum of what is shown of each, and what is too little for its own day
goes out with its whole week, once that is over.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from kiosk.domain.numbers.disclosure import Hidden, Policy, Shown, Slice, disclose, hide_few, hide_levels
from kiosk.domain.office_day import PARTS

Closed = Callable[[str, str], bool]
"""Whether a part of a day is over."""

Scale = Mapping[int, bool]
"""The levels of a question, and whether each counts as satisfied."""

DaySlice = Slice[str]
"""The ratings of one counter (its code is the cell) in one part of one day."""


@dataclass(frozen=True, slots=True)
class DayNumbers:
    """What may be shown of one day."""

    day: date
    counts: Mapping[int, int]
    """By level; empty where hidden. What ``kept_back`` names is for sums only."""
    hidden: Hidden | None
    """Why the day has no numbers."""
    kept_back: frozenset[int]
    """Levels whose own numbers are not told: together they are what the others leave of ``n``."""
    parts: Mapping[str, "int | Hidden"]
    """How many ratings each part of the day has."""
    counters: Mapping[str, "int | Hidden"]
    """How many ratings each counter has, once the day is over."""
    is_over: bool
    """Whether no rating of it can come any more."""
    more: bool
    """Whether the day has ratings that are not in its numbers: too few, and on a day that is over for good."""

    @property
    def n(self) -> "int | Hidden":
        """How many ratings are shown, or why none are."""
        return self.hidden or sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Numbers:
    """What may be shown of several days."""

    days: tuple[DayNumbers, ...]
    _left_over: Mapping[date, Mapping[int, int]]
    """What single days could not show, by the Monday of its week, where that is over and it is enough."""
    _policy: Policy

    def together(self, first: date, last: date) -> Shown:
        """The days from ``first`` to ``last``: what each of them shows, and the rest of the whole weeks among them."""
        among = [numbers for numbers in self.days if first <= numbers.day <= last]
        sum_of = sum((Counter(numbers.counts) for numbers in among), Counter[int]())
        for monday, counts in self._left_over.items():
            if first <= monday and monday + timedelta(days=6) <= last:
                sum_of.update(counts)
        more = any(numbers.hidden or numbers.more for numbers in among)
        return Shown(sum_of, None, more, sum_of.total() >= self._policy.percent_min)


def day_numbers(
    slices: Iterable[DaySlice], days: Sequence[date], closed: Closed, policy: Policy, scale: Scale
) -> Numbers:
    """What may be shown of ``days``, which are consecutive; ``closed`` tells whether a part of a day is over.

    A week's rest is known only where the whole week is among the days.
    """
    is_over: Closed = lambda day, part: not policy.delay or closed(day, part)  # noqa: E731
    of_day: dict[str, list[DaySlice]] = {}
    for piece in slices:
        of_day.setdefault(piece.day, []).append(piece)
    shown, rest = [], {}
    for day in days:
        one = _Day(day.isoformat(), of_day.get(day.isoformat(), ()), is_over, policy)
        shown.append(one.numbers(scale))
        rest[day] = one.rest
    return Numbers(tuple(shown), _left_over(rest, is_over, policy), policy)


def monday_of(day: date) -> date:
    """The first day of its week."""
    return day - timedelta(days=day.weekday())


class _Day:
    """One day's ratings, and what was shown of them as its parts went by."""

    def __init__(self, day: str, slices: Iterable[DaySlice], is_over: Closed, policy: Policy) -> None:
        self._day, self._policy = day, policy
        self._slices = tuple(slices)
        self._over = [is_over(day, part) for part in PARTS]
        self._counts = [_sum(piece for piece in self._slices if piece.part == part) for part in PARTS]
        pieces = [Slice("", day, part, counts) for part, counts in zip(PARTS, self._counts, strict=True)]
        self._views = [Counter(_view(pieces[: place + 1], is_over, policy)) for place in range(-1, len(PARTS))]

    @property
    def rest(self) -> "Counter[int]":
        """What the day does not show."""
        return sum(self._counts, Counter()) - self._views[-1]

    def numbers(self, scale: Scale) -> DayNumbers:
        """What may be shown of it."""
        counts, over = self._views[-1], all(self._over)
        hidden = None
        if not counts.total() and (self.rest or not over):
            hidden = Hidden.FEW if over else Hidden.OPEN
        parts = {part: self._part(place) for place, part in enumerate(PARTS)}
        return DayNumbers(
            date.fromisoformat(self._day),
            counts,
            hidden,
            self._kept_back(scale),
            parts,
            self._counters() if over else {},
            is_over=over,
            more=over and bool(self.rest),
        )

    def _kept_back(self, scale: Scale) -> frozenset[int]:
        satisfied = [level for level, is_satisfied in scale.items() if is_satisfied]
        others = [level for level, is_satisfied in scale.items() if not is_satisfied]
        kept_back = hide_levels(self._views[-1], satisfied, self._policy.cell_min)
        # Of the dissatisfied, what each part of the day added is looked at: who read before it knows the rest.
        for before, after in pairwise(self._views):
            kept_back |= hide_levels(after - before, others, self._policy.cell_min)
        return kept_back

    def _part(self, place: int) -> int | Hidden:
        if not self._over[place]:
            return Hidden.OPEN
        came = (self._views[place + 1] - self._views[place]).total()
        if not came:
            return Hidden.FEW if self._counts[place] else 0
        # Together with what was too little before: which part brought how much, is not told.
        alone = came == self._counts[place].total()
        return came if alone else Hidden.PARTNER

    def _counters(self) -> dict[str, int | Hidden]:
        """How many each counter has of what is shown; told once, when the day is over."""
        out = [part for place, part in enumerate(PARTS) if self._views[place] != self._views[-1]]
        sizes: Counter[str] = Counter()
        for piece in self._slices:
            if piece.part in out:
                sizes[piece.cell] += sum(piece.counts.values())
        hidden = hide_few(sizes, self._policy.cell_min)
        return {counter: hidden.get(counter) or n for counter, n in sizes.items()}


def _view(pieces: Sequence[DaySlice], is_over: Closed, policy: Policy) -> Mapping[int, int]:
    if not any(piece.counts for piece in pieces):
        return {}
    shown = disclose(pieces, is_over, policy).cells.get("", Shown())
    return {level: n for level, n in shown.counts.items() if n}


def _left_over(rest: Mapping[date, "Counter[int]"], is_over: Closed, policy: Policy) -> dict[date, "Counter[int]"]:
    """By Monday: what the days of a whole week do not show, where it is over and together enough."""
    found = {}
    for monday in (day for day in rest if not day.weekday()):
        week = [monday + timedelta(days=place) for place in range(7)]
        if all(day in rest and is_over(day.isoformat(), part) for day in week for part in PARTS):
            together = sum((rest[day] for day in week), Counter())
            if together.total() >= max(policy.cell_min, policy.step):
                found[monday] = together
    return found


def _sum(slices: Iterable[DaySlice]) -> "Counter[int]":
    together: Counter[int] = Counter()
    for piece in slices:
        together.update(piece.counts)
    return +together
