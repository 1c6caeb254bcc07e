"""Reports: tables of measures per counter, the same object for the page, the API and the exports.

Read from tallies, never from ratings. Every number stands with its method, numerator and
denominator, what was set aside, and how fresh it is; what few ratings would give away,
``kiosk.domain.disclosure`` leaves out before anything is computed.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from kiosk.domain.disclosure import Disclosed, Policy, Shown, Slice, disclose
from kiosk.domain.measures import Share, top2box
from kiosk.domain.rating import Standing
from kiosk.domain.survey import Level, Question, Survey
from sync.collector.errors import UsageWrong
from sync.collector.presstime import LocalDays
from sync.collector.schema import counter, device, device_status, journal, tally, unit

SILENT_AFTER = timedelta(minutes=15)
"""A kiosk calls once a minute; one that has not for so long is silent."""
ASIDE = tuple(standing for standing in Standing if standing is not Standing.COUNTED)


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
class Kiosk:
    """How fresh what one kiosk sent is."""

    device_id: str
    last_contact: datetime | None
    pending: int | None
    silent: bool


@dataclass(frozen=True, slots=True)
class Place:
    """One counter, and the kiosks that stand there."""

    code: str
    name: str
    unit: str
    kiosks: tuple[Kiosk, ...]


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

    @property
    def kiosks(self) -> tuple[Kiosk, ...]:
        """Every kiosk of every counter."""
        return tuple(kiosk for place in self.places for kiosk in place.kiosks)


class _Asked(NamedTuple):
    survey: str
    question: str


class _Count(NamedTuple):
    counter_id: int
    day: str
    part: str
    level: int
    standing: str
    n: int


def make_report(
    connection: Connection, span: Span, now: datetime, days: LocalDays, policy: Policy, surveys: Mapping[str, Survey]
) -> Report:
    """The report of ``span`` as far as ``policy`` lets it be shown at ``now``.

    Raises UsageWrong for a unit or counter that is not there.
    """
    places = _read_places(connection, span, now)
    counts = _read_counts(connection, span, places)
    if not counts and surveys:
        first = next(iter(surveys.values()))
        counts = {_Asked(first.ref, first.questions[0].id): []}
    closed = _closed_at(days, now)
    tables = [_table(asked, found, places, closed, policy, surveys) for asked, found in counts.items()]
    return Report(span, now, policy, tuple(tables), tuple(places.values()))


def _closed_at(days: LocalDays, now: datetime) -> Callable[[str, str], bool]:
    present = days.today(now)
    return lambda day, part: (day, part) < present


def _table(
    asked: _Asked, counts: Sequence[_Count], places: Mapping[int, Place], closed: Callable[[str, str], bool],
    policy: Policy, surveys: Mapping[str, Survey],
) -> Table:  # fmt: skip
    question = _question(asked, surveys)
    satisfied = {level.value for level in question.levels if level.satisfied} if question else set()
    plain = disclose(_slices(counts, places, {Standing.COUNTED}), closed, policy)
    aside = disclose(_slices(counts, places, ASIDE), closed, policy)
    aside_counts = _aside_counts(counts)
    rows = tuple(
        _row(place, plain.cells[counter_id], aside.cells[counter_id], aside_counts.get(counter_id, {}), satisfied)
        for counter_id, place in places.items()
    )
    return Table(asked.survey, asked.question, question, rows, _total(plain, aside, aside_counts, satisfied))


def _row(
    place: Place | None, shown: Shown, aside: Shown, aside_counts: Mapping[Standing, int], satisfied: Collection[int]
) -> Row:
    share = top2box(shown.counts, satisfied) if satisfied and not shown.hidden else None
    # With both shares in hand, their difference is the set-aside ratings: as few of them are as telling.
    both = share is not None and not aside.hidden and not aside.waiting and bool(aside.counts)
    together = Counter(shown.counts) + Counter(aside.counts)
    return Row(place, shown, share, aside_counts, top2box(together, satisfied) if both else None)


def _total(
    plain: Disclosed[int], aside: Disclosed[int], aside_counts: Mapping[int, Mapping[Standing, int]],
    satisfied: Collection[int],
) -> Row:  # fmt: skip
    together: Counter[Standing] = Counter()
    for counts in aside_counts.values():
        together.update(counts)
    return _row(None, plain.total, aside.total, together, satisfied)


def _slices(counts: Iterable[_Count], places: Iterable[int], standings: Collection[str]) -> list[Slice[int]]:
    """The counts as the disclosure takes them; every counter has a slice, so that "n = 0" is told as well."""
    by_part: dict[tuple[int, str, str], Counter[int]] = {(counter_id, "", ""): Counter() for counter_id in places}
    for count in counts:
        if count.standing in standings:
            by_part.setdefault((count.counter_id, count.day, count.part), Counter())[count.level] += count.n
    return [Slice(counter_id, day, part, dict(levels)) for (counter_id, day, part), levels in by_part.items()]


def _aside_counts(counts: Iterable[_Count]) -> dict[int, "Counter[Standing]"]:
    found: dict[int, Counter[Standing]] = {}
    for count in counts:
        if count.standing != Standing.COUNTED:
            found.setdefault(count.counter_id, Counter())[Standing(count.standing)] += count.n
    return found


def _question(asked: _Asked, surveys: Mapping[str, Survey]) -> Question | None:
    survey = surveys.get(asked.survey)
    if survey is None:
        return None
    return next((question for question in survey.questions if question.id == asked.question), None)


def _read_counts(connection: Connection, span: Span, places: Mapping[int, Place]) -> dict[_Asked, list[_Count]]:
    key = (tally.c.survey, tally.c.question, tally.c.counter_id, tally.c.day, tally.c.part, tally.c.level)
    rows = connection.execute(
        select(*key, tally.c.standing, func.sum(tally.c.n))
        .where(tally.c.day.between(span.first, span.last))
        .group_by(*key, tally.c.standing)
        .having(func.sum(tally.c.n) != 0)
        .order_by(tally.c.survey, tally.c.question)
    )
    found: dict[_Asked, list[_Count]] = {}
    for survey, question, counter_id, day, part, level, standing, n in rows:
        if counter_id in places:
            count = _Count(counter_id, day.isoformat(), part, level, standing, int(n))
            found.setdefault(_Asked(survey, question), []).append(count)
    return found


def _read_places(connection: Connection, span: Span, now: datetime) -> dict[int, Place]:
    """The counters of the span in the order of unit and code, with their kiosks."""
    wanted = select(counter, unit.c.name.label("unit_name")).join(unit).order_by(unit.c.path, counter.c.code)
    wanted = wanted.where(unit.c.path.startswith(span.path, autoescape=True))
    if span.unit is not None:
        wanted = wanted.where(unit.c.path.startswith(_path_of(connection, span), autoescape=True))
    if span.counter is not None:
        wanted = wanted.where(counter.c.code == span.counter)
    rows = connection.execute(wanted).all()
    if span.counter is not None and not rows:
        raise UsageWrong("there is no counter {code}", code=span.counter)
    kiosks = read_kiosks(connection, now)
    return {
        row.counter_id: Place(row.code, row.name, row.unit_name, tuple(kiosks.get(row.counter_id, ()))) for row in rows
    }


def _path_of(connection: Connection, span: Span) -> str:
    path = connection.execute(select(unit.c.path).where(unit.c.code == span.unit)).scalar_one_or_none()
    # A unit that may not be seen is as one that is not there.
    if path is None or not path.startswith(span.path):
        raise UsageWrong("there is no unit {code}", code=span.unit)
    return str(path)


def read_kiosks(connection: Connection, now: datetime) -> dict[int, list[Kiosk]]:
    """The kiosks that stand at each counter, and how fresh they are."""
    sent = select(journal.c.device_id, func.max(journal.c.last_received_at).label("at")).group_by(journal.c.device_id)
    last = sent.subquery("last")
    rows = connection.execute(
        select(device.c.device_id, device.c.counter_id, last.c.at, device_status.c.received_at, device_status.c.status)
        .outerjoin(last, last.c.device_id == device.c.device_id)
        .outerjoin(device_status, device_status.c.device_id == device.c.device_id)
        .where(device.c.revoked_at.is_(None))
        .order_by(device.c.device_id)
    )
    found: dict[int, list[Kiosk]] = {}
    for device_id, counter_id, sent_at, status_at, status in rows:
        contact = max((at for at in (sent_at, status_at) if at is not None), default=None)
        pending = status.get("pending") if isinstance(status, dict) else None
        silent = contact is None or now - contact > SILENT_AFTER
        found.setdefault(counter_id, []).append(Kiosk(device_id, contact, pending, silent))
    return found
