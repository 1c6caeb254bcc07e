"""Marks: by which it is known, of all units at once, whether anything of a month changed since it was last looked at.

A month's report is made of the rows that are read here; so a unit whose rows are the same needs no report made to
compare. The mark of a unit is the sum of those of its counters, in whatever order they come.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

from sync.collector.figures.places import EVERYTHING, Places
from sync.collector.figures.queries.grains import Days
from sync.collector.replica.shown import BEYOND, LEVEL_NAMES, MONTH, NOWHERE, month_of
from sync.collector.store.schema import block, block_piece, served_count, shown_count, uncut_count

NO_MARK = ""
"""The mark of a unit of which nothing is there in the month, or nothing any more."""
_WIDTH = 2**256
"""Marks are added up within as many bits as one has."""


@dataclass(frozen=True, slots=True)
class Marks:
    """By which it is known whether anything of a month changed; ``NOWHERE`` is the whole office."""

    by_unit: Mapping[int, str]
    """The mark of every unit of the tree; NO_MARK where nothing is."""
    rated: frozenset[int]
    """The units with ratings in the month: transactions alone are no reason to close it."""


def read_marks(connection: Connection, places: Places, month: date) -> Marks:
    """The marks of the month that begins on ``month``."""
    days = Days(*month_of(month))
    units = {key: unit_id for unit_id, key in places.unit_of.items()} | {EVERYTHING: NOWHERE}
    homes = {**places.key_of, **{-unit_id: key for key, unit_id in units.items()}}
    rated, sums, with_ratings = _by_number(_rated(connection, days)), dict[str, int](), set[str]()
    served = _by_number(_served(connection, days))
    for number in {**rated, **served}:
        if (key := homes.get(number)) is None:
            continue
        rows = [*sorted(rated.get(number, ())), *served.get(number, ())]
        mark = int.from_bytes(sha256(repr((number, rows)).encode()).digest())
        for above in places.up_from(key):
            sums[above] = (sums.get(above, 0) + mark) % _WIDTH
        if number in rated:
            with_ratings.update(places.up_from(key))
    by_unit = {unit_id: f"{sums[key]:064x}" if key in sums else NO_MARK for key, unit_id in units.items()}
    return Marks(by_unit, frozenset(units[key] for key in with_ratings if key in units))


def _by_number(rows: Iterable[Any]) -> dict[int, list[tuple[str, ...]]]:
    """Rows by the counter, or the unit below nought, that they are about, which each names first."""
    found: dict[int, list[tuple[str, ...]]] = {}
    for number, *row in rows:
        found.setdefault(number, []).append(tuple(map(str, row)))
    return found


def _rated(connection: Connection, days: Days) -> Iterator[Any]:
    s = shown_count.c
    shown = select(s.counter_id, s.survey, s.question, s.stream, *(s[name] for name in LEVEL_NAMES))
    # A row whose ratings were all taken off stays with noughts and tells as much as none.
    some = or_(*(s[name] != 0 for name in LEVEL_NAMES))
    yield from connection.execute(shown.where(s.grain == MONTH, s.first == days.first, some))
    u = uncut_count.c
    uncut = select(u.counter_id, u.journal_id, u.survey, u.question, u.standing, func.sum(u.n))
    of_month = and_(u.day.between(*days), u.n > 0)
    yield from connection.execute(
        uncut.where(of_month).group_by(u.counter_id, u.journal_id, u.survey, u.question, u.standing)
    )
    b, p = block.c, block_piece.c
    same = and_(p.journal_id == b.journal_id, p.last_seq == b.last_seq)
    about = (p.counter_id, b.series, b.question, p.standing, b.is_tail, b.fault)
    n = func.sum(sum((p[name] for name in LEVEL_NAMES[1:]), p[LEVEL_NAMES[0]]))
    pieces = select(*about, n).join_from(block, block_piece, same).where(p.day.between(*days)).group_by(*about)
    touches = and_(b.last_day >= days.first, b.first_day <= days.last)
    yield from connection.execute(pieces.where(b.shown_at.is_(None), touches))
    yield from connection.execute(pieces.where(b.shown_at.is_not(None), touches, b.grain == BEYOND))


def _served(connection: Connection, days: Days) -> Iterator[Any]:
    c = served_count.c
    wanted = select(c.counter_id, c.ratings, c.transactions, c.known, c.days)
    yield from connection.execute(wanted.where(c.grain == MONTH, c.first == days.first))
