"""Book: everything one report says of a place in a period, made once by ``figures.maker``.

Every page (Today too), ``/v1/report``, ``/v1/tallies``, CSV, XLSX, PDF, mails and cases take it from here, so these
cannot disagree. What may not be shown never comes in.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property

from kiosk.domain.numbers.disclosure import Policy
from kiosk.domain.numbers.measures import Method
from kiosk.domain.visit.survey import Level, Question, Survey
from sync.collector.calendar.periods import Period
from sync.collector.figures.kiosks import Freshness
from sync.collector.figures.lines import HalfDay, PlaceLine, ReasonLine, ReasonMonth, Week, WeekdayHalf
from sync.collector.figures.places import Place
from sync.collector.figures.queries.asked import Asked
from sync.collector.figures.queries.waits import Why
from sync.collector.figures.series import Series


@dataclass(frozen=True, slots=True)
class Joined:
    """A counter that was moved into the place, or out of it."""

    left: Place
    now: Place
    day: date
    """The first on which it stood there."""
    compares: bool
    """Whether both periods are taken as it stands now: it was moved before the one that the report is about."""


class Cause(StrEnum):
    """What changed a month after it was closed, as far as its numbers tell."""

    LATE = "late"
    """Ratings came that had not been there."""
    AWAY = "away"
    """Ratings belong elsewhere now: a counter or kiosk was moved, from a day of that month on."""
    SHOWN = "shown"
    """Ratings are shown that waited."""
    DECIDED = "decided"
    """Somebody decided about suspicious ratings, or took that back."""
    SERVED = "served"
    """Transactions were typed in or corrected."""


@dataclass(frozen=True, slots=True)
class Sums:
    """What a correction tells of one question, before or after it."""

    n: int
    """Counted ratings that are shown."""
    satisfied: int
    aside: int
    waiting: int
    transactions: int | None
    percent: bool
    """Whether ``n`` carries a percentage."""
    rated: int | None = None
    """Visits rated on the days of these transactions."""

    @property
    def recorded(self) -> int:
        """All of them together."""
        return self.n + self.aside + self.waiting


@dataclass(frozen=True, slots=True)
class Changed:
    """One question whose numbers a correction changed; without any, it was not answered before."""

    code: str
    before: Sums
    after: Sums


@dataclass(frozen=True, slots=True)
class Correction:
    """What was published of a month after it was closed."""

    number: int
    """From 1."""
    made_at: datetime
    causes: tuple[Cause, ...]
    changed: tuple[Changed, ...]
    """Of the place as a whole; nothing where only places below it changed."""


@dataclass(frozen=True, slots=True)
class Closing:
    """That the month of a report was closed, and what was corrected since."""

    made_at: datetime
    """When its first report was made."""
    corrections: tuple[Correction, ...] = ()
    waits: bool = False
    """Whether something changed that is too little to be published yet."""
    is_live: bool = False
    """Whether the report that tells of it has the numbers of now: only those of a unit are kept."""

    @property
    def number(self) -> int:
        """0 for the first report, then the number of the newest correction."""
        return len(self.corrections)


@dataclass(frozen=True)
class Part:
    """What one question of one survey got, all its versions of the same levels together."""

    series: Series
    me: PlaceLine
    """All counters of the place together."""
    children: tuple[PlaceLine, ...]
    """The places right below; of a question beside the one of the report only those where somebody answered it."""
    counters: tuple[PlaceLine, ...]
    """Every counter at or below the place, by the same rule."""
    method: Method
    left_out: int = 0
    """At how many places right below nobody answered it: they are in no table of it."""

    @property
    def question(self) -> Question | None:
        """The question, where its survey is known."""
        return self.series.question

    @cached_property
    def levels(self) -> tuple[int, ...]:
        """The levels to show: all of the scale, and any other that was stored."""
        return tuple(sorted({*self._scale, *self.me.shown.counts}))

    def level(self, value: int) -> Level | None:
        """The scale's level of this value."""
        return self._scale.get(value)

    @cached_property
    def _scale(self) -> dict[int, Level]:
        return {level.value: level for level in self.question.levels} if self.question else {}


@dataclass(frozen=True, slots=True)
class Book:
    """One report."""

    place: Place
    way: tuple[Place, ...]
    period: Period
    """As asked for."""
    days: Period
    """As much of it as has begun."""
    before: Period
    today: date
    made_at: datetime
    policy: Policy
    parts: tuple[Part, ...]
    """What the report is about first, and behind it every other question that was answered at the place."""
    answered: Mapping[Series, int]
    """Every question that was answered in the period, wherever."""
    weeks: tuple[Week, ...]
    reasons: tuple[ReasonLine, ...]
    half_days: tuple[HalfDay, ...]
    kiosks: tuple[tuple[Place, Freshness], ...]
    method: Method = Method.TOP2BOX
    """How the figure that this report is about is computed."""
    versus: PlaceLine | None = None
    """Another place in the same period, where a comparison was asked for."""
    reason_months: tuple[ReasonMonth, ...] = ()
    """The reasons over time, where that was asked for."""
    peers: tuple[Place, ...] = ()
    """The places that it may be compared with: its neighbours, as far as the reader may see them."""
    joined: tuple[Joined, ...] = ()
    """The counters that came or went, so far as that touches the comparison."""
    published: Mapping[str, datetime] = field(default_factory=dict)
    """When the versions came that did something otherwise than the one before, as far as they are the office's own."""
    undated: tuple[Place, ...] = ()
    """The counters some of whose ratings stand on the day of their arrival."""
    closing: Closing | None = None
    """Where the period is a month that was closed."""
    told_later: int = 0
    """How many ratings from the end of its last month were told in a later one, by the rule before blocks."""
    told_before: int = 0
    """How many from before its first month are told in it, by the same rule."""
    digest: str = ""
    """SHA-256 (hex) of the numbers as they were kept; nothing of a report that is not one of these."""
    address: str = ""
    """Under which this digest can be looked up, for papers."""
    weekday_halves: tuple[WeekdayHalf, ...] = ()
    """Of a counter, the half days of the week and all mornings and afternoons, where the periods are short enough."""

    @property
    def is_kept(self) -> bool:
        """Whether its numbers are those that were kept when its month was closed or corrected."""
        return self.closing is not None and not self.closing.is_live

    @property
    def is_open(self) -> bool:
        """Whether the period is not over."""
        return self.period.is_open(self.today)

    @property
    def main(self) -> Part:
        """What the report is about."""
        return self.parts[0]

    @property
    def others(self) -> tuple[Part, ...]:
        """What was answered beside it at the place."""
        return self.parts[1:]

    @property
    def asked(self) -> Asked:
        """The question that the report is about."""
        return self.main.series.asked

    @property
    def question(self) -> Question | None:
        """The question as the newest version of its survey has it; None where it is not known."""
        return self.main.question

    @property
    def me(self) -> PlaceLine:
        """The place's numbers."""
        return self.main.me

    @property
    def children(self) -> tuple[PlaceLine, ...]:
        """The places right below."""
        return self.main.children

    @property
    def counters(self) -> tuple[PlaceLine, ...]:
        """Every counter at or below the place."""
        return self.main.counters

    @property
    def levels(self) -> tuple[int, ...]:
        """The levels to show: all of the scale, and any other that was stored."""
        return self.main.levels

    @property
    def recorded(self) -> int:
        """How many ratings are told of in all, of every question: counted and shown, waiting, and set aside."""
        return sum(part.me.recorded for part in self.parts)

    @property
    def waits(self) -> "Counter[Why]":
        """How many ratings that count are not shown, of every question, by why."""
        return sum((Counter(part.me.waits) for part in self.parts), Counter())

    @property
    def is_running(self) -> bool:
        """Whether a half day of the period is not over: what it brings is told when it is."""
        return any(part.me.is_running for part in self.parts)


@dataclass(frozen=True, slots=True)
class Order:
    """What report is wanted."""

    place: Place
    period: Period
    other: Period | None = None
    """What to compare with; by default the one before."""
    asked: str = ""
    """Which question, as Asked.code; by default the one answered most."""
    method: Method = Method.TOP2BOX
    versus: Place | None = None
    """Another place to compare with."""
    in_detail: bool = False
    """Whether the reasons are wanted of each place right below as well, and of the months before."""
    seen: str = ""
    """The subtree that the reader may see: the way from the top begins there."""
    brief: bool = False
    """Whether the counts of the period are enough: no weeks, no reasons, nothing of the period before."""
    weeks: bool = True
    """Whether the weeks up to the period's end are wanted."""
    only_lines: bool = False
    """Whether each counter's line is enough: no weeks, no reasons, no half days, no other question, no unit."""
    answered: Period | None = None
    """Of which days to tell who took part; by default of the period's."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for every report at this moment."""

    now: datetime
    today: date
    policy: Policy
    surveys: Mapping[str, Survey]
    present: tuple[str, str]
    """Today and its part: nothing of it is told."""

    def is_running(self, days: Period) -> bool:
        """Whether the present half day lies in these days, of which nothing is told before it is over."""
        return self.policy.delay and days.first <= self.today <= days.last
