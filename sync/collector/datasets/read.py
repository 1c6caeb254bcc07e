"""Read: what the database has of a month, some thousand rows at a time, so that memory does not grow with it."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, select

from sync.collector.replica.shown import BEYOND, DAY, HALF, IN_MONTH, IN_WEEK, LEVEL_NAMES, MONTH, WEEK
from sync.collector.store.schema import journal, rating, reason_choice, shown_count, shown_stream

AT_ONCE = 4000
GRAINS = (HALF, DAY, IN_WEEK, WEEK, IN_MONTH, MONTH, BEYOND)
Rows = Sequence[tuple[Any, ...]]

SHOWN = (
    "number INTEGER, series VARCHAR, question VARCHAR, stream VARCHAR, grain VARCHAR, first DATE, last DATE, "
    "part VARCHAR, n1 BIGINT, n2 BIGINT, n3 BIGINT, n4 BIGINT, n5 BIGINT"
)
"""The columns of ``shown_in``."""
RATED = (
    "number INTEGER, survey VARCHAR, question VARCHAR, day DATE, part VARCHAR, standing VARCHAR, level TINYINT, "
    "first_level TINYINT, reasons VARCHAR[]"
)
"""The columns of ``rated_in``."""


def shown_in(connection: Connection, first: date, last: date) -> Iterator[Rows]:
    """Every sum of a month, of each span there is; of what goes beyond a month, that which ends in this one."""
    c, stream = shown_count.c, shown_stream.c
    columns = (c.counter_id, c.survey, c.question, c.stream, c.grain, c.first, c.last, c.part)
    keys = select(stream.survey, stream.question, stream.stream)
    # By the key of the table, one range after the other: in one condition all years would be passed over.
    for key in connection.execute(keys.order_by(*keys.selected_columns)).all():
        for grain in GRAINS:
            end = c.last if grain == BEYOND else c.first
            of_it = (c.survey == key.survey, c.question == key.question, c.stream == key.stream, c.grain == grain)
            wanted = select(*columns, *(c[name] for name in LEVEL_NAMES)).where(*of_it, end.between(first, last))
            for rows in _some_of(connection, wanted):
                yield [tuple(row) for row in rows]


def rated_in(connection: Connection, first: date, last: date) -> Iterator[Rows]:
    """Every rating of a month, a journal after the other."""
    r = rating.c
    columns = (r.seq, r.counter_id, r.survey, r.question, r.day, r.part, r.standing, r.level, r.first_level)
    for journal_id in connection.execute(select(journal.c.journal_id).order_by(journal.c.journal_id)).scalars().all():
        of_it = select(*columns).where(r.journal_id == journal_id, r.day.between(first, last)).order_by(r.seq)
        for rows in _some_of(connection, of_it):
            reasons = _reasons(connection, journal_id, rows[0].seq, rows[-1].seq)
            yield [(*row[1:], reasons.get(row.seq, [])) for row in rows]


def _reasons(connection: Connection, journal_id: str, first: int, last: int) -> dict[int, list[str]]:
    c = reason_choice.c
    wanted = select(c.rating_seq, c.reason).where(c.journal_id == journal_id, c.rating_seq.between(first, last))
    rows = connection.execute(wanted.order_by(c.rating_seq, c.reason))
    return {seq: [reason for _, reason in some] for seq, some in groupby(rows, key=lambda row: row[0])}


def _some_of(connection: Connection, wanted: Any) -> Iterator[Sequence[Any]]:
    with connection.execute(wanted.execution_options(yield_per=AT_ONCE)) as found:
        yield from found.partitions()
