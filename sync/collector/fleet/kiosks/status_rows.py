"""Rows of a status: what keeps many kiosks' words at once, and what finds them, with one value for all of them.

A driver spends more on many values than the database on keeping them. So the rows go as one JSON text, and on
PostgreSQL into both tables by one statement; SQLite takes one for each table.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    Connection,
    String,
    TypeDecorator,
    any_,
    bindparam,
    func,
    select,
    type_coerce,
)


class StatusRow(NamedTuple):
    """What is kept of one kiosk's word; moments in microseconds since 1970."""

    device_id: str
    received_us: int
    ahead_us: int
    """How far the kiosk's wall clock is ahead of ours."""
    status: str
    """JSON. In the rows it is a text: PostgreSQL reads a NUL in a text of JSON, but not within JSON."""
    day: str
    gap_s: int


def keep_rows(connection: Connection, rows: Sequence[StatusRow]) -> None:
    """Keep each kiosk's word in the place of an earlier one, and that it was heard.

    Another process may have kept a later word by now.
    """
    if not rows:
        return
    said = msgspec.json.encode(rows).decode()
    for statement in _SQLITE if connection.dialect.name == "sqlite" else (_POSTGRESQL,):
        connection.exec_driver_sql(statement, (said,))


_POSTGRESQL = """
WITH said AS MATERIALIZED (
    SELECT (one ->> 0)::uuid AS device_id,
        timestamptz 'epoch' + (one ->> 1)::bigint * interval '1 microsecond' AS received_at,
        (one ->> 2)::bigint AS clock_ahead_us, (one ->> 3)::json AS status, (one ->> 4)::date AS day,
        (one ->> 5)::integer AS gap_s
    FROM json_array_elements(%s::json) AS one
), status AS (
    INSERT INTO device_status (device_id, received_at, clock_ahead_us, status)
    SELECT device_id, received_at, clock_ahead_us, status FROM said
    ON CONFLICT (device_id) DO UPDATE SET received_at = excluded.received_at,
        clock_ahead_us = excluded.clock_ahead_us, status = excluded.status
        WHERE excluded.received_at >= device_status.received_at
)
INSERT INTO device_day (device_id, day, heard, last_at, gap_s)
SELECT device_id, day, 1, received_at, gap_s FROM said
ON CONFLICT (device_id, day) DO UPDATE SET heard = device_day.heard + 1,
    last_at = greatest(device_day.last_at, excluded.last_at), gap_s = greatest(device_day.gap_s, excluded.gap_s)
"""
# SQLite takes ON CONFLICT after a SELECT for the ON of a join, unless there is a WHERE.
_SQLITE = (
    """
INSERT INTO device_status (device_id, received_at, clock_ahead_us, status)
SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?) WHERE true
ON CONFLICT (device_id) DO UPDATE SET received_at = excluded.received_at,
    clock_ahead_us = excluded.clock_ahead_us, status = excluded.status
    WHERE excluded.received_at >= device_status.received_at
""",
    """
INSERT INTO device_day (device_id, day, heard, last_at, gap_s)
SELECT value ->> 0, value ->> 4, 1, value ->> 1, value ->> 5 FROM json_each(?) WHERE true
ON CONFLICT (device_id, day) DO UPDATE SET heard = device_day.heard + 1,
    last_at = max(device_day.last_at, excluded.last_at), gap_s = max(device_day.gap_s, excluded.gap_s)
""",
)


class _Texts(TypeDecorator[Sequence[str]]):
    """Texts as one value."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Any, _dialect: Any) -> str:
        """The texts as JSON."""
        return msgspec.json.encode(value).decode()


def among(wanted: Column[Any], name: str, is_sqlite: bool) -> ColumnElement[bool]:
    """Whether a column has one of the values that the parameter ``name`` brings, as texts."""
    if is_sqlite:
        values = func.json_each(bindparam(name, type_=_Texts())).table_valued("value")
        return type_coerce(wanted, String).in_(select(values.c.value))
    return wanted == any_(bindparam(name, type_=ARRAY(wanted.type)))
