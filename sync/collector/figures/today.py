"""Today: counts per counter and question with their freshness, for the page Today and for ``/v1/tallies``.

The report pages, the files and ``/v1/report`` are made by ``figures.maker``; both read the same shown counts, by the
same queries and with the same places and kiosks. Participation is not in it: ``/v1/tallies`` says null there.
Read from what may be shown, never from ratings.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Connection, or_, select

from kiosk.domain.numbers.disclosure import Policy, Shown, shown_sum
from kiosk.domain.numbers.measures import Share, top2box
from kiosk.domain.visit.rating import Standing
from kiosk.domain.visit.survey import Level, Question
from sync.collector.errors import UsageWrong
from sync.collector.figures.book import Rules
from sync.collector.figures.kiosks import Freshness, read_kiosks
from sync.collector.figures.places import Place, counter_place
from sync.collector.figures.queries.asked import Asked, asked_first, question_of, survey_of
from sync.collector.figures.queries.counts import (
    NO_LEVELS,
    Keys,
    Levels,
    by_level,
    read_asked,
    read_levels,
    undated_counters,
)
from sync.collector.figures.queries.grains import Days, to_the_end
from sync.collector.figures.queries.waits import read_aside, read_waits
from sync.collector.fleet.kiosks.hours import Missed
from sync.collector.replica.tally import ASIDE, COUNTED
from sync.collector.store.schema import counter, unit


@dataclass(frozen=True, slots=True)
class Span:
    """Which days and counters a report is about."""

    first: date
    last: date
    unit: str | None = None
    """A unit's code; its whole subtree."""
    counter: str | None = None
    """A counter's code."""
    path: str = ""
    """The path of the unit whose subtree may be seen; empty is every unit."""


@dataclass(frozen=True, slots=True)
class Row:
    """What one counter, or all together, got for one question."""

    place: Place | None
    """None for the total."""
    shown: Shown
    share: Share | None
    """The share of the satisfied; None where hidden or where the survey's levels are not known."""
    aside: Mapping[Standing, int]
    """What was set aside, by reason; never hidden, for it says nothing of anybody's opinion."""
    share_with_aside: Share | None
    """The same share had nothing been set aside; None where that would give a set-aside rating away."""

    @property
    def aside_n(self) -> int:
        """How many were set aside."""
        return sum(self.aside.values())

    @property
    def recorded(self) -> int:
        """How many ratings are shown in all, counted and set aside."""
        return (self.shown.n or 0) + self.aside_n


@dataclass(frozen=True, slots=True)
class Table:
    """One question of one survey, by counter."""

    survey: str
    question: str
    asked: Question | None
    """The question as its survey has it; None for a survey this collector does not know."""
    rows: tuple[Row, ...]
    total: Row

    @property
    def levels(self) -> tuple[int, ...]:
        """The levels to show: all of the scale, and any other that was stored."""
        scale = {level.value for level in self.asked.levels} if self.asked else set()
        return tuple(sorted(scale | set(self.total.shown.counts)))

    def level(self, value: int) -> Level | None:
        """The scale's level of this value."""
        return next((level for level in self.asked.levels if level.value == value), None) if self.asked else None


@dataclass(frozen=True, slots=True)
class Report:
    """The numbers of a span of days."""

    span: Span
    made_at: datetime
    policy: Policy
    tables: tuple[Table, ...]
    places: tuple[Place, ...] = field(default=())
    undated: tuple[Place, ...] = ()
    """The counters some of whose ratings stand on the day of their receipt."""

    @property
    def kiosks(self) -> tuple[Freshness, ...]:
        """Every kiosk of every counter."""
        return tuple(kiosk for place in self.places for kiosk in place.kiosks)


def make_report(
    connection: Connection,
    span: Span,
    rules: Rules,
    missed: Missed,
) -> Report:
    """The report of ``span`` as far as it may be shown.

    Raises UsageWrong for a unit or counter that is not there.
    """
    places = _read_places(connection, span, missed)
    keys = {counter_id: str(counter_id) for counter_id in places}
    days = to_the_end(Days(span.first, span.last), rules.today)
    found = list(read_asked(connection, days)) or [asked_first(rules.surveys)]
    tables = [_table(connection, asked, days, places, keys, rules) for asked in found]
    unknown = undated_counters(connection, span.first, span.last)
    undated = tuple(place for counter_id, place in places.items() if counter_id in unknown)
    return Report(span, rules.now, rules.policy, tuple(tables), tuple(places.values()), undated)


def _table(
    connection: Connection,
    asked: Asked,
    days: Days,
    places: Mapping[int, Place],
    keys: Keys,
    rules: Rules,
) -> Table:
    question, survey = question_of(asked, rules.surveys), survey_of(asked, rules.surveys)
    satisfied = {level.value for level in question.levels if level.satisfied} if question else set()
    counted, aside = (read_levels(connection, keys, asked, stream, days) for stream in (COUNTED, ASIDE))
    why = read_aside(connection, keys, asked, days, rules.present)
    waits = read_waits(connection, keys, asked, days, rules.present)

    def row(place: Place | None, of: Collection[str]) -> Row:
        shown = shown_sum(
            _sum(counted, of),
            few=not waits.few.isdisjoint(of),
            coming=not waits.coming.isdisjoint(of),
            policy=rules.policy,
        )
        standings = sum((why.get(key, Counter()) for key in of), Counter[Standing]())
        return _row(place, shown, _sum(aside, of), standings, satisfied)

    rows = tuple(row(place, (keys[counter_id],)) for counter_id, place in places.items())
    return Table(
        survey.ref if survey else asked.survey, asked.question, question, rows, row(None, tuple(keys.values()))
    )


def _row(
    place: Place | None,
    shown: Shown,
    aside: Mapping[int, int],
    standings: Mapping[Standing, int],
    satisfied: Collection[int],
) -> Row:
    share = top2box(shown.counts, satisfied) if satisfied and not shown.hidden else None
    together = Counter(shown.counts) + Counter(aside)
    return Row(place, shown, share, standings, top2box(together, satisfied) if share is not None and aside else None)


def _sum(levels: Mapping[str, Levels], of: Collection[str]) -> dict[int, int]:
    together: Counter[int] = Counter()
    for key in of:
        together.update(by_level(levels.get(key, NO_LEVELS)))
    return dict(together)


def _read_places(connection: Connection, span: Span, missed: Missed) -> dict[int, Place]:
    """The counters of the span in the order of unit and code, with their kiosks."""
    wanted = (
        select(counter, unit.c.name.label("unit_name"), unit.c.path).join(unit).order_by(unit.c.path, counter.c.code)
    )
    wanted = wanted.where(unit.c.path.startswith(span.path, autoescape=True))
    # Where a counter stood until it was moved, and since, belongs to its own days.
    wanted = wanted.where(
        or_(counter.c.until.is_(None), counter.c.until > span.first),
        or_(counter.c.since.is_(None), counter.c.since <= span.last),
    )
    if span.unit is not None:
        wanted = wanted.where(unit.c.path.startswith(_path_of(connection, span), autoescape=True))
    if span.counter is not None:
        wanted = wanted.where(counter.c.code == span.counter)
    rows = connection.execute(wanted).all()
    if span.counter is not None and not rows:
        raise UsageWrong("there is no counter {code}", code=span.counter)
    kiosks = read_kiosks(connection, missed)
    return {
        row.counter_id: counter_place(row, row.path, row.unit_name, tuple(kiosks.get(row.counter_id, ())))
        for row in rows
    }


def _path_of(connection: Connection, span: Span) -> str:
    path = connection.execute(select(unit.c.path).where(unit.c.code == span.unit)).scalar_one_or_none()
    # A unit that may not be seen is as one that is not there.
    if path is None or not path.startswith(span.path):
        raise UsageWrong("there is no unit {code}", code=span.unit)
    return str(path)
