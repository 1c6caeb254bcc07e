"""Closing: when a month is closed, whose reports are due, and what is made of each: the first, or a correction."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, select

from sync.collector.calendar.periods import Kind, period_of
from sync.collector.closed.basis import pack
from sync.collector.closed.changes import Change, change_between
from sync.collector.closed.frozen import freeze, thaw
from sync.collector.closed.kept import UnitMonth, keep_basis, keep_numbers, newest_numbers, units_kept
from sync.collector.closed.marks import read_marks
from sync.collector.closed.resting import read_basis
from sync.collector.figures.book import Book, Closing, Correction, Order, Rules
from sync.collector.figures.maker import make_book
from sync.collector.figures.places import EVERYTHING, Place, Places
from sync.collector.figures.series import Series
from sync.collector.replica.shown import NOWHERE, month_after
from sync.collector.store.bulk import insert_rows
from sync.collector.store.schema import closed_look, first_closed, micros

WHY_MAX = 500
AGAIN_AFTER = timedelta(hours=1)
"""So long a unit whose report failed is left alone."""
_LOOK = ("unit_id", "month", "mark", "waits")


class Look(NamedTuple):
    """What was last seen of a unit's month."""

    mark: str
    waits: bool
    failed_at: datetime | None
    fault: str | None

    def is_apart(self, now: datetime) -> bool:
        """Whether it failed so lately that it is left alone."""
        return self.failed_at is not None and now - self.failed_at < AGAIN_AFTER


class Due(NamedTuple):
    """A unit whose month is to be looked at."""

    key: UnitMonth
    mark: str


@dataclass(frozen=True, slots=True)
class Made:
    """What came of a look at a unit's month."""

    number: int
    numbers: bytes | None
    """The report to keep; None where nothing changed, or too little."""
    waits: bool
    basis: bytes | None = None
    """What that report rests on, packed."""


def closed_from(month: date, after_days: int) -> date:
    """The day from which the month that begins on ``month`` is closed: so many whole days after its end."""
    return month_after(month) + timedelta(days=after_days)


def months_closed(connection: Connection, today: date, after_days: int) -> list[date]:
    """The months that are closed by today, the newest first; none before this collector began to close them."""
    found: list[date] = []
    first = connection.execute(select(first_closed.c.month)).scalar_one_or_none()
    while first is not None and closed_from(first, after_days) <= today:
        found.insert(0, first)
        first = month_after(first)
    return found


def begin(connection: Connection, today: date) -> None:
    """Close months from this one on, unless it was said before from which."""
    rows = [(1, today.replace(day=1).isoformat())]
    insert_rows(connection, first_closed, {}, ("row_id", "month"), rows, then="ON CONFLICT (row_id) DO NOTHING")


def has_begun(connection: Connection) -> bool:
    """Whether it was said from which month on is closed."""
    return connection.execute(select(first_closed.c.row_id)).first() is not None


def read_looks(connection: Connection, month: date) -> dict[int, Look]:
    """By unit, what was last seen of a month."""
    c = closed_look.c
    wanted = select(c.unit_id, c.mark, c.waits, c.failed_at, c.fault).where(c.month == month)
    return {unit_id: Look(*row) for unit_id, *row in connection.execute(wanted)}


def units_due(connection: Connection, places: Places, month: date, now: datetime) -> list[Due]:
    """The units of which something came, changed or went since the last look; those that failed lately are left alone.

    A unit whose ratings all went, or are at other units now, is among them as long as its report says otherwise. One
    that has no counter any more, now or before, is not: nobody can ask for its report.
    """
    looks, marks = read_looks(connection, month), read_marks(connection, places, month)
    wanted = (marks.rated | looks.keys() | units_kept(connection, month)) & marks.by_unit.keys()
    return [
        Due(UnitMonth(unit_id, month), marks.by_unit[unit_id])
        for unit_id in sorted(wanted)
        if (look := looks.get(unit_id)) is None
        or (not look.is_apart(now) and (look.mark != marks.by_unit[unit_id] or look.failed_at is not None))
    ]


def place_of(places: Places, unit_id: int) -> Place:
    """A unit's place, or the whole office's."""
    return places[EVERYTHING if unit_id == NOWHERE else places.unit_of[unit_id]]


def unit_id_of(place: Place) -> int:
    """By which number a unit's months are kept.

    Raises KeyError for a counter.
    """
    if place.key == EVERYTHING:
        return NOWHERE
    if place.unit_id is None:
        raise KeyError(place.key)
    return place.unit_id


def look_at(
    connection: Connection,
    places: Places,
    key: UnitMonth,
    rules: Rules,
    answered: Mapping[Series, int],
    sums: Connection | None = None,
) -> Made:
    """Make a unit's report as it is now, and compare it with the one that was kept last.

    A month without ratings has no first report; it has a correction where its ratings went.
    """
    place, kept = place_of(places, key.unit_id), newest_numbers(connection, key)
    before = None if kept is None else thaw(kept)
    tree = places.subtree(place.key)
    # A correction is about the question of the first report, whatever is answered most by now in the whole office.
    asked = before.asked.code if before else ""
    order = Order(tree[place.key], period_of(Kind.MONTH, key.month), asked=asked, in_detail=True)
    book = make_book(connection, tree, order, rules, answered, sums)
    if before is None:
        first = freeze(replace(book, closing=Closing(rules.now))) if book.recorded else None
        basis = pack(read_basis(connection, tree, tree[place.key], key.month)) if first is not None else None
        return Made(0, first, waits=False, basis=basis)
    change = change_between(before, book)
    if change is None or not change.may_go:
        return Made(0, None, waits=change is not None)
    corrected = _corrected(before, change, rules.now)
    basis = pack(read_basis(connection, tree, tree[place.key], key.month))
    return Made(corrected.number, freeze(replace(book, closing=corrected)), waits=False, basis=basis)


def _corrected(before: Book, change: Change, now: datetime) -> Closing:
    closing = before.closing
    assert closing is not None  # noqa: S101 - whatever is kept was closed
    correction = Correction(closing.number + 1, now, change.causes, change.changed)
    return Closing(closing.made_at, (*closing.corrections, correction))


def keep(connection: Connection, due: Due, made: Made, now: datetime) -> None:
    """Keep what came of a look; raises IntegrityError where another collector was quicker."""
    if made.numbers is not None:
        keep_numbers(connection, due.key, made.number, now, made.numbers)
    if made.basis is not None:
        keep_basis(connection, due.key, made.number, made.basis)
    then = "ON CONFLICT (unit_id, month) DO UPDATE SET mark = excluded.mark, waits = excluded.waits, "
    rows = [(due.key.unit_id, due.key.month.isoformat(), due.mark, made.waits)]
    insert_rows(connection, closed_look, {}, _LOOK, rows, then=f"{then}failed_at = NULL, fault = NULL")


def note_failed(connection: Connection, keys: Iterable[UnitMonth], now: datetime, why: str) -> None:
    """Write down that these reports, or their files, could not be made."""
    then = "ON CONFLICT (unit_id, month) DO UPDATE SET failed_at = excluded.failed_at, fault = excluded.fault"
    rows = [(unit_id, month.isoformat(), "", False, micros(now), why[:WHY_MAX]) for unit_id, month in keys]
    insert_rows(connection, closed_look, {}, (*_LOOK, "failed_at", "fault"), rows, then=then)
