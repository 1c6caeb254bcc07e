"""Lines: what one place, week, half day or reason comes to in a report. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import dropwhile
from typing import NamedTuple

from kiosk.domain.numbers.disclosure import Shown
from kiosk.domain.numbers.measures import Figure, Method, Score, Share, differs, mean5, points_between, top2box
from kiosk.domain.visit.rating import Standing
from kiosk.domain.visit.survey import Reason
from sync.collector.figures.places import Place
from sync.collector.figures.queries.waits import Why
from sync.collector.figures.reason_ranks import Rank


@dataclass(frozen=True, slots=True)
class Answered:
    """Who took part, where the transactions served are known."""

    share: Share
    known: int
    """How many of the counters' days are known of …"""
    of: int
    """… so many with ratings."""


@dataclass(frozen=True)
class PlaceLine:
    """What one place got in the period."""

    place: Place
    shown: Shown
    before: Shown
    aside: Mapping[Standing, int]
    """What was set aside, by reason; never hidden, for it says nothing of anybody's opinion."""
    both: Shown | None
    """By level, what was counted with as much of what was set aside as may be shown; None where none may."""
    answered: Answered | None
    satisfied: frozenset[int]
    spark: tuple["Week", ...] = ()
    method: Method = Method.TOP2BOX
    """How the figure that the page is about is computed."""
    waits: Mapping[Why, int] = field(default_factory=dict)
    """How many ratings that count are not shown here, by why, of half days that are over; nothing is nought."""
    is_running: bool = False
    """Whether a half day of the period is not over: whether anybody pressed in it, nobody is told."""

    @property
    def n(self) -> int | None:
        """How many ratings are shown; None where hidden."""
        return self.shown.n

    @property
    def aside_n(self) -> int:
        """How many were set aside."""
        return sum(self.aside.values())

    @property
    def recorded(self) -> int:
        """How many ratings there are in all, of half days that are over: counted and shown, waiting, and set aside."""
        return (self.shown.n or 0) + self.waiting_n + self.aside_n

    @property
    def waiting_n(self) -> int:
        """How many ratings that count are not shown here."""
        return sum(self.waits.values())

    @property
    def is_told(self) -> bool:
        """Whether there is anything to say of it: somebody pressed in a half day that is over."""
        return bool(self.recorded or self.shown.hidden)

    @property
    def with_aside(self) -> Figure | None:
        """The figure with what was set aside; None where that would give a set-aside rating away."""
        return figure_of(self.method, self.both, self.satisfied) if self.both else None

    @property
    def untold(self) -> int:
        """How many of the set aside are not in the figure with them: their levels wait until they are enough."""
        return max(0, (self.shown.n or 0) + self.aside_n - (self.both.n or 0)) if self.both else self.aside_n

    @property
    def parts(self) -> Share | None:
        """How many were satisfied of how many, also where that is too few for a percentage; None where hidden."""
        return top2box(self.shown.counts, self.satisfied) if self.satisfied and not self.shown.hidden else None

    @property
    def parts_with_aside(self) -> Share | None:
        """How many were satisfied of how many, with what was set aside."""
        return top2box(self.both.counts, self.satisfied) if self.both and self.parts else None

    @cached_property
    def share(self) -> Share | None:
        """The share of the satisfied, where the base carries one."""
        return self._share(self.shown)

    @cached_property
    def share_before(self) -> Share | None:
        """The share of the satisfied in the other period."""
        return self._share(self.before)

    @cached_property
    def figure(self) -> Figure | None:
        """What the page is about, where the base carries it."""
        return self.share if self.method is Method.TOP2BOX else figure_of(self.method, self.shown, self.satisfied)

    @cached_property
    def figure_before(self) -> Figure | None:
        """What the page is about, in the other period."""
        if self.method is Method.TOP2BOX:
            return self.share_before
        return figure_of(self.method, self.before, self.satisfied)

    @cached_property
    def bad(self) -> Share | None:
        """The share of the dissatisfied: of the levels below the middle of the scale."""
        return top2box(self.shown.counts, self.unsatisfied) if self.share else None

    @property
    def bad_before(self) -> Share | None:
        """The share of the dissatisfied in the other period."""
        return top2box(self.before.counts, self.unsatisfied) if self.share_before else None

    @property
    def mean(self) -> Score | None:
        """The mean in percent of five, where the base carries one."""
        return mean5(self.shown.counts) if self.share else None

    @property
    def unsatisfied(self) -> frozenset[int]:
        """The levels of the dissatisfied: as many from below as are satisfied from above, never the middle."""
        return dissatisfied_of(self.satisfied)

    @cached_property
    def points(self) -> Decimal | None:
        """Percentage points more than in the other period."""
        now, then = self.figure, self.figure_before
        return points_between(now, then) if now and then else None

    @cached_property
    def is_clear(self) -> bool:
        """Whether that change is more than chance."""
        now, then = self.figure, self.figure_before
        return bool(now and then and differs(now, then))

    def _share(self, shown: Shown) -> Share | None:
        return top2box(shown.counts, self.satisfied) if shown.percent and self.satisfied and shown.n else None


def figure_of(method: Method, shown: Shown, satisfied: Collection[int]) -> Figure | None:
    """The figure of what is shown; None where the base does not carry one."""
    if not (shown.percent and satisfied and shown.n):
        return None
    return mean5(shown.counts) if method is Method.MEAN5 else top2box(shown.counts, satisfied)


class Week(NamedTuple):
    """One finished week of a place."""

    first: date
    shown: Shown
    aside: int
    share: Figure | None
    """The figure that the page is about."""


def begun(weeks: Sequence[Week]) -> tuple[Week, ...]:
    """The weeks from the first on in which anybody pressed: before it there was nothing to count."""
    return tuple(dropwhile(lambda week: not (week.shown.n or week.shown.hidden or week.aside), weeks))


@dataclass(frozen=True, slots=True)
class HalfDay:
    """One half day of a counter, for the map."""

    day: date
    part: str
    n: int | None
    """None where so few rated that they wait for others."""
    bad: int


class WeekdayHalf(NamedTuple):
    """A half day of the week at a counter: how many were satisfied in it, in the period and in the other one."""

    weekday: int | None
    """0 is Monday; None: every day of the week."""
    part: str
    now: Share
    before: Share


def dissatisfied_of(satisfied: Collection[int]) -> frozenset[int]:
    """The levels of the dissatisfied: as many from below as are satisfied from above, never the middle."""
    return frozenset(range(1, 1 + min(len(satisfied), 5 - len(satisfied) if satisfied else 0)))


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """How often a reason was chosen."""

    id: str
    reason: Reason | None
    n: int | None
    """None where so few chose it that a reason may point at a person."""
    share: Share | None
    """Of the ratings counted."""
    share_before: Share | None
    by_child: Mapping[str, int | None] = field(default_factory=dict)
    rank: Rank | None = None
    """Between which places it stands; None where the base carries no ranking."""

    @property
    def points(self) -> Decimal | None:
        """Percentage points more than in the other period."""
        return points_between(self.share, self.share_before) if self.share and self.share_before else None

    @property
    def is_clear(self) -> bool:
        """Whether that change is more than chance."""
        return bool(self.share and self.share_before and differs(self.share, self.share_before))


class ReasonMonth(NamedTuple):
    """What was chosen in one month."""

    first: date
    n: int
    """Ratings counted."""
    chosen: Mapping[str, int]
    """By reason."""
