"""Copied: the sums of some units and of half a year, beside the database, in memory.

A report reads some sums of a few counters; where the database has thousands of them, each such question passes over
those of all others. So whoever makes the reports of many units takes their sums out once and asks the copy.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import sqlalchemy
from sqlalchemy import ColumnElement, Connection, Date, Select, String, Table, and_, cast, or_, select
from sqlalchemy.pool import StaticPool

from kiosk.journal.disk.engine import sqlite_module
from sync.collector.figures.places import Place, Places
from sync.collector.figures.queries.waits import ASIDE_STREAMS
from sync.collector.figures.reasons import MONTHS
from sync.collector.replica.shown import BEYOND, MONTH, NOWHERE, WEEK, month_after
from sync.collector.replica.tally import COUNTED
from sync.collector.store.bulk import insert_rows
from sync.collector.store.schema import metadata, served_count, shown_count, shown_unit_count

COUNTERS_MAX = 60
"""A unit with more of them reads the database: its share of the sums is large."""
UNITS_MAX = 400
UNITS_MIN = 12
"""For fewer the copy is not worth its while."""
_ROWS = 20_000


def in_batches(places: Places, units: Collection[Place]) -> Iterator[tuple[list[Place], bool]]:
    """These units, neighbours together, and whether a copy of their sums is worth its while."""
    small: list[Place] = []
    large: list[Place] = []
    for place in sorted(units, key=lambda place: place.key):
        (small if len(places.counters(place.key)) <= COUNTERS_MAX else large).append(place)
    for first in range(0, len(small), UNITS_MAX):
        batch = small[first : first + UNITS_MAX]
        yield batch, len(batch) >= UNITS_MIN
    yield from (([place], False) for place in large)


@contextmanager
def copied_sums(connection: Connection, places: Places, units: Collection[Place], month: date) -> Iterator[Connection]:
    """What is shown of these units' counters, in the month and the half year before it."""
    engine = sqlalchemy.create_engine("sqlite://", module=sqlite_module(), poolclass=StaticPool)
    trees = [places.subtree(unit.key) for unit in units]
    counters = {number for tree in trees for number in tree.key_of}
    inside = {unit_id for tree in trees for unit_id in tree.unit_of}
    wanted = {
        shown_count: {NOWHERE, *counters, *(-unit_id for unit_id in inside)},
        shown_unit_count: inside,
        served_count: counters,
    }
    try:
        with engine.begin() as copy:
            metadata.create_all(copy, list(wanted))
            for table, numbers in wanted.items():
                _copy(connection, copy, table, month, numbers)
            yield copy
    finally:
        engine.dispose()


def _copy(connection: Connection, copy: Connection, table: Table, month: date, wanted: Collection[int]) -> None:
    names = [column.name for column in table.c]
    found = connection.execute(_rows_of(table, month, wanted).execution_options(yield_per=_ROWS))
    for some in found.partitions():
        insert_rows(copy, table, {}, names, some)


def _rows_of(table: Table, month: date, wanted: Collection[int]) -> Select[Any]:
    since, c = month, table.c
    for _ in range(MONTHS):
        since = (since - timedelta(days=1)).replace(day=1)
    number = c.unit_id if table is shown_unit_count else c.counter_id
    # Days as text, as they are inserted: to make days of them takes longer than all the rest.
    columns = [cast(one, String) if isinstance(one.type, Date) else one for one in c]
    rows = select(*columns).where(c.first >= since, c.first < month_after(month), (number + 0).in_(wanted))
    in_weeks: ColumnElement[bool] = c.grain.in_((WEEK, BEYOND))
    if table is not served_count:
        # Of weeks a report tells what counts and what was set aside, and no reason.
        in_weeks = and_(in_weeks, c.stream.in_((COUNTED, *ASIDE_STREAMS)))
    return rows.where(or_(c.grain == MONTH, in_weeks))
