"""Marks: by which it is known, of all units at once, whether anything of a month changed since it was last looked at.

A month's report is made of the rows that are read here; so a unit whose rows are the same needs no report made to
compare. The mark of a unit is the sum of those of its counters, in whatever order they come.
"""

from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, and_, func, select

from sync.collector.figures.places import Places
from sync.collector.figures.queries.grains import Days
from sync.collector.replica.shown import BEYOND, LEVEL_NAMES, MONTH, NOWHERE, month_of
from sync.collector.store.schema import block, block_piece, served_count, shown_count, uncut_count

_WIDTH = 2**256
"""Marks are added up within as many bits as one has."""


def read_marks(connection: Connection, places: Places, month: date) -> dict[int, str]:
    """The mark of every unit with ratings in the month that begins on ``month``; ``NOWHERE`` is the whole office."""
    days = Days(*month_of(month))
    found: dict[str, int] = {}
    homes = {**places.key_of, **{-unit_id: key for unit_id, key in places.unit_of.items()}, NOWHERE: ""}
    for number, rows in _rows_by_number(connection, days).items():
        if (key := homes.get(number)) is not None:
            mark = int.from_bytes(sha256(repr((number, sorted(rows))).encode()).digest())
            for above in places.up_from(key):
                found[above] = (found.get(above, 0) + mark) % _WIDTH
    units = {key: unit_id for unit_id, key in places.unit_of.items()} | {"": NOWHERE}
    return {units[key]: f"{mark:064x}" for key, mark in found.items() if key in units}


def _rows_by_number(connection: Connection, days: Days) -> dict[int, list[tuple[str, ...]]]:
    """Every row of the month by the counter, or the unit below nought, that it is about."""
    found: dict[int, list[tuple[str, ...]]] = {}
    served: dict[int, list[tuple[str, ...]]] = {}
    for number, *row in _rated(connection, days):
        found.setdefault(number, []).append(tuple(map(str, row)))
    for number, *row in _served(connection, days):
        served.setdefault(number, []).append(tuple(map(str, row)))
    # Transactions of a counter that nobody rated are no reason to close its month.
    return {number: [*rows, *served.get(number, ())] for number, rows in found.items()}


def _rated(connection: Connection, days: Days) -> Iterator[Any]:
    s = shown_count.c
    shown = select(s.counter_id, s.survey, s.question, s.stream, *(s[name] for name in LEVEL_NAMES))
    yield from connection.execute(shown.where(s.grain == MONTH, s.first == days.first))
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
