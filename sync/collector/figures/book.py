"""Book: everything one report says of a place in a period, made once by ``figures.maker``.

The report pages, ``/v1/report``, CSV, XLSX, PDF, mails and cases all take it from here, so these cannot disagree; the
page Today and ``/v1/tallies`` have tables of their own (``figures.today``). What may not be shown never comes in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from kiosk.domain.numbers.disclosure import Policy
from kiosk.domain.numbers.measures import Method
from kiosk.domain.visit.survey import Question, Survey
from sync.collector.calendar.periods import Period
from sync.collector.figures.kiosks import Freshness
from sync.collector.figures.lines import HalfDay, Line, ReasonLine, ReasonMonth, Week
from sync.collector.figures.places import Place
from sync.collector.figures.queries.asked import Asked


@dataclass(frozen=True, slots=True)
class Joined:
    """A counter that was moved into the place, or out of it."""

    left: Place
    now: Place
    day: date
    """The first on which it stood there."""
    compares: bool
    """Whether both periods are taken as it stands now: it was moved before the one that the report is about."""


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
    asked: Asked
    question: Question | None
    others: Mapping[Asked, int]
    """Every question that was answered in the period."""
    me: Line
    children: tuple[Line, ...]
    counters: tuple[Line, ...]
    """Every counter at or below the place."""
    weeks: tuple[Week, ...]
    reasons: tuple[ReasonLine, ...]
    half_days: tuple[HalfDay, ...]
    kiosks: tuple[tuple[Place, Freshness], ...]
    method: Method = Method.TOP2BOX
    """How the figure that this report is about is computed."""
    versus: Line | None = None
    """Another place in the same period, where a comparison was asked for."""
    reason_months: tuple[ReasonMonth, ...] = ()
    """The reasons over time, where that was asked for."""
    peers: tuple[Place, ...] = ()
    """The places that it may be compared with: its neighbours, as far as the reader may see them."""
    joined: tuple[Joined, ...] = ()
    """The counters that came or went, so far as that touches the comparison."""
    undated: tuple[Place, ...] = ()
    """The counters some of whose ratings stand on the day of their receipt."""

    @property
    def is_open(self) -> bool:
        """Whether the period is not over."""
        return self.period.is_open(self.today)

    @property
    def levels(self) -> tuple[int, ...]:
        """The levels to show: all of the scale, and any other that was stored."""
        scale = {level.value for level in self.question.levels} if self.question else set()
        return tuple(sorted(scale | set(self.me.shown.counts)))


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
    over_time: bool = False
    """Whether the reasons of the months before are wanted too."""
    seen: str = ""
    """The subtree that the reader may see: the way from the top begins there."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for every report at this moment."""

    now: datetime
    today: date
    policy: Policy
    surveys: Mapping[str, Survey]
    present: tuple[str, str]
    """Today and its part: nothing of it is told."""
