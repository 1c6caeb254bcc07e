"""Read: what the database has of a month, some thousand rows at a time, so that memory does not grow with it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Connection, Date, Select, String, bindparam, select

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
    c = shown_stream.c
    keys = connection.execute(select(c.survey, c.question, c.stream).order_by(c.survey, c.question, c.stream)).all()
    # By the key of the table, one range after the other: in one condition all years would be passed over.
    for key in keys:
        for grain in GRAINS:
            values = {**key._mapping, "grain": grain, "begin": first, "end": last}
            for rows in _some_of(connection, _BEYOND if grain == BEYOND else _WITHIN, values):
                yield [tuple(row) for row in rows]


def rated_in(connection: Connection, first: date, last: date) -> Iterator[Rows]:
    """Every rating of a month, a journal after the other."""
    r = rating.c
    columns = (r.seq, r.counter_id, r.survey, r.question, r.day, r.part, r.standing, r.level, r.first_level)
    for journal_id in connection.execute(select(journal.c.journal_id).order_by(journal.c.journal_id)).scalars().all():
        of_it = select(*columns).where(r.journal_id == journal_id, r.day.between(first, last)).order_by(r.seq)
        for rows in _some_of(connection, of_it, {}):
            reasons = _reasons(connection, journal_id, rows[0].seq, rows[-1].seq)
            yield [(*row[1:], reasons.get(row.seq, [])) for row in rows]


def _reasons(connection: Connection, journal_id: str, first: int, last: int) -> dict[int, list[str]]:
    c = reason_choice.c
    wanted = select(c.rating_seq, c.reason).where(c.journal_id == journal_id, c.rating_seq.between(first, last))
    rows = connection.execute(wanted.order_by(c.rating_seq, c.reason))
    return {seq: [reason for _, reason in some] for seq, some in groupby(rows, key=lambda row: row[0])}


def _some_of(connection: Connection, wanted: Any, values: Mapping[str, Any]) -> Iterator[Sequence[Any]]:
    with connection.execute(wanted, values, execution_options={"yield_per": AT_ONCE}) as found:
        yield from found.partitions()


def _shown(end: ColumnElement[date]) -> Select[Any]:
    """The sums of one stream and span of which a day lies in a month."""
    c = shown_count.c
    columns = (c.counter_id, c.survey, c.question, c.stream, c.grain, c.first, c.last, c.part)
    of_it = (c[name] == bindparam(name, type_=String) for name in ("survey", "question", "stream", "grain"))
    inside = end.between(bindparam("begin", type_=Date), bindparam("end", type_=Date))
    return select(*columns, *(c[name] for name in LEVEL_NAMES)).where(*of_it, inside)


_WITHIN, _BEYOND = _shown(shown_count.c.first), _shown(shown_count.c.last)
