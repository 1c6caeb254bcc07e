"""Unread list: what was kept of kiosks' entries and not counted: which, since when, and why.

Of half days that are over alone: a number that moves with a press tells whoever watches it when somebody pressed.
"""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Row, Select, func, select

from sync.collector.calendar.half_days import HalfDay, half_day_at, told_until
from sync.collector.fleet.kiosks.beyond import counter_in
from sync.collector.replica.aside import printable
from sync.collector.replica.projection_rows import UnreadReason
from sync.collector.replica.stored import stored_entries
from sync.collector.store.schema import counter, device, journal, unit, unread

GROUPS_MAX = 1000
"""So many are listed at most; how many more there are is told."""


class Wanted(NamedTuple):
    """Which entries are asked for; what is empty leaves nothing out."""

    path: str = ""
    """Of the unit in whose subtree the kiosks stand."""
    device_id: str = ""
    journal_id: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Entries of one journal that were set aside for one reason."""

    device_id: str
    counter: str
    """The code of the counter where its kiosk stands."""
    counter_name: str
    journal_id: str
    reason: str
    for_counter: str
    """The counter that they name, where that is the reason."""
    kind: str
    """The kind of the first of them; a question mark where its line says none."""
    first: int
    last: int
    """The numbers of the first and of the last of them."""
    n: int
    since: HalfDay
    until: HalfDay
    """When the first and the last of them came."""


def read_unread(connection: Connection, wanted: Wanted, now: datetime, zone: tzinfo) -> tuple[list[Group], int]:
    """The groups by kiosk, journal and reason, and how many groups are not listed."""
    rows = connection.execute(_groups(wanted, told_until(now, zone))).all()
    return [_group(connection, row, zone) for row in rows[:GROUPS_MAX]], max(0, len(rows) - GROUPS_MAX)


def _groups(wanted: Wanted, until: datetime) -> Select[Any]:
    u = unread.c
    kind = u.received_at.type
    # Of other reasons the detail may hold what a citizen chose, and is not told.
    detail = func.coalesce(func.nullif(u.reason, str(UnreadReason.UNKNOWN_COUNTER)), u.detail)
    keys = (device.c.device_id, counter.c.code, counter.c.name, u.journal_id, u.reason, detail)
    ends = (func.min(u.seq).label("first"), func.max(u.seq).label("last"), func.count().label("n"))
    times = (func.min(u.received_at, type_=kind).label("since"), func.max(u.received_at, type_=kind).label("until"))
    found = (
        select(*keys[:-1], detail.label("detail"), *ends, *times)
        .join_from(unread, journal, journal.c.journal_id == u.journal_id)
        .join(device, device.c.device_id == journal.c.device_id)
        .join(counter, counter.c.counter_id == device.c.counter_id)
        .join(unit, unit.c.unit_id == counter.c.unit_id)
        .where(u.received_at < until, unit.c.path.startswith(wanted.path, autoescape=True))
        .group_by(*keys)
        .order_by(counter.c.code, device.c.device_id, u.journal_id, u.reason, detail)
    )
    named = ((device.c.device_id, wanted.device_id), (u.journal_id, wanted.journal_id), (u.reason, wanted.reason))
    return found.where(*(column == value for column, value in named if value))


def _group(connection: Connection, row: Row[Any], zone: tzinfo) -> Group:
    is_for = row.reason == UnreadReason.UNKNOWN_COUNTER
    return Group(
        str(row.device_id),
        row.code,
        row.name,
        str(row.journal_id),
        row.reason,
        counter_in(row.detail) if is_for else "",
        _kind_at(connection, str(row.journal_id), row.first),
        row.first,
        row.last,
        row.n,
        half_day_at(row.since, zone),
        half_day_at(row.until, zone),
    )


class _Kind(msgspec.Struct):
    kind: str


def _kind_at(connection: Connection, journal_id: str, seq: int) -> str:
    lines = (line for at, _, line in stored_entries(connection, journal_id, seq, seq) if at == seq)
    try:
        return printable(msgspec.json.decode(next(lines, b""), type=_Kind).kind)[:40]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return "?"
