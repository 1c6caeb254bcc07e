"""Days: how each kiosk was heard on each day, for its history. A few numbers a day, kept for a year and a bit."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from sync.collector.store.schema import counter, device_day, journal, tally, unit

KEPT_DAYS = 400


def note_day(connection: Connection, device_id: str, now: datetime, zone: tzinfo) -> None:
    """The kiosk was heard now."""
    day = now.astimezone(zone).date()
    mine = (device_day.c.device_id == device_id) & (device_day.c.day == day)
    known = connection.execute(select(device_day).where(mine)).one_or_none()
    if known is None:
        connection.execute(insert(device_day).values(device_id=device_id, day=day, heard=1, last_at=now, gap_s=0))
        return
    gap_s = max(known.gap_s, int((now - known.last_at).total_seconds()))
    connection.execute(update(device_day).where(mine).values(heard=known.heard + 1, last_at=now, gap_s=gap_s))


def read_days(connection: Connection, device_id: str, first: date) -> Sequence[Row[Any]]:
    """The days on which a kiosk was heard, from ``first`` on."""
    wanted = select(device_day).where(device_day.c.device_id == device_id, device_day.c.day >= first)
    return connection.execute(wanted.order_by(device_day.c.day)).all()


def forget_days(connection: Connection, today: date) -> None:
    """Let go of days long past."""
    connection.execute(delete(device_day).where(device_day.c.day < today - timedelta(days=KEPT_DAYS)))


def last_pressed(connection: Connection, first: date) -> dict[str, date]:
    """The last day on which anybody pressed at each kiosk, from ``first`` on."""
    newest = func.max(tally.c.day).label("day")
    wanted = select(journal.c.device_id, newest).join_from(tally, journal, journal.c.journal_id == tally.c.journal_id)
    rows = connection.execute(wanted.where(tally.c.day >= first).group_by(journal.c.device_id))
    return {str(row.device_id): row.day for row in rows}


def presses_of(
    connection: Connection, devices: Sequence[str], first: date, path: str
) -> dict[str, dict[tuple[date, str], int]]:
    """Presses of some kiosks by half day, whatever became of them, as far as they stood in a unit's subtree."""
    wanted = (
        select(journal.c.device_id, tally.c.day, tally.c.part, func.sum(tally.c.n).label("n"))
        .join_from(tally, journal, journal.c.journal_id == tally.c.journal_id)
        .join(counter, counter.c.counter_id == tally.c.counter_id)
        .join(unit, unit.c.unit_id == counter.c.unit_id)
        .where(journal.c.device_id.in_(devices), tally.c.day >= first, unit.c.path.startswith(path, autoescape=True))
        .group_by(journal.c.device_id, tally.c.day, tally.c.part)
    )
    found: dict[str, dict[tuple[date, str], int]] = {}
    for row in connection.execute(wanted):
        found.setdefault(str(row.device_id), {})[row.day, row.part] = int(row.n)
    return found
