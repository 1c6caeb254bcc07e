"""Days: how each kiosk was heard on each day, for its history: a few numbers a day, kept for so long as is set."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select

from sync.collector.calendar.half_days import HalfDay
from sync.collector.fleet.kiosks.hours import Hours
from sync.collector.store.schema import counter, device_day, journal, tally, unit


def longest_gap_until(now: datetime, hours: Hours, before: tuple[datetime, int] | None) -> int:
    """How long it was not heard at most, counted in opening hours, from the first of the day on.

    ``before`` is when it was heard last on this day, and the longest gap until then.
    """
    if before is None:
        midnight = datetime.combine(now.astimezone(hours.zone).date(), time(), hours.zone)
        return _seconds(hours.open_for(midnight, now))
    last_at, gap_s = before
    # It was not open for longer than the time that went by: mostly nothing need be worked out.
    return gap_s if _seconds(now - last_at) <= gap_s else max(gap_s, _seconds(hours.open_for(last_at, now)))


def read_days(connection: Connection, device_id: str, first: date) -> Sequence[Row[Any]]:
    """The days on which a kiosk was heard, from ``first`` on."""
    wanted = select(device_day).where(device_day.c.device_id == device_id, device_day.c.day >= first)
    return connection.execute(wanted.order_by(device_day.c.day)).all()


def longest_gap_s(kept: Row[Any], hours: Hours) -> int:
    """For how long of a day's opening hours a kiosk was not heard at most, up to their end; of a day that is over."""
    midnight = datetime.combine(kept.day + timedelta(days=1), time(), hours.zone)
    return max(int(kept.gap_s), _seconds(hours.open_for(kept.last_at, midnight)))


def last_pressed(connection: Connection, first: date, before: HalfDay) -> dict[str, date]:
    """The last day on which anybody pressed at each kiosk, from ``first`` on and before a half day."""
    newest = func.max(tally.c.day).label("day")
    wanted = select(journal.c.device_id, newest).join_from(tally, journal, journal.c.journal_id == tally.c.journal_id)
    rows = connection.execute(wanted.where(tally.c.day >= first, _is_before(before)).group_by(journal.c.device_id))
    return {str(row.device_id): row.day for row in rows}


def presses_of(
    connection: Connection, devices: Sequence[str], first: date, before: HalfDay, path: str
) -> dict[str, dict[HalfDay, int]]:
    """Presses of some kiosks by half day, whatever became of them, as far as they stood in a unit's subtree.

    From a day on, and before a half day: what is not over is not told.
    """
    wanted = (
        select(journal.c.device_id, tally.c.day, tally.c.part, func.sum(tally.c.n).label("n"))
        .join_from(tally, journal, journal.c.journal_id == tally.c.journal_id)
        .join(counter, counter.c.counter_id == tally.c.counter_id)
        .join(unit, unit.c.unit_id == counter.c.unit_id)
        .where(journal.c.device_id.in_(devices), unit.c.path.startswith(path, autoescape=True))
        .where(tally.c.day >= first, _is_before(before))
        .group_by(journal.c.device_id, tally.c.day, tally.c.part)
    )
    found: dict[str, dict[HalfDay, int]] = {}
    for row in connection.execute(wanted):
        found.setdefault(str(row.device_id), {})[row.day, row.part] = int(row.n)
    return found


def _seconds(open_for: timedelta) -> int:
    return int(open_for.total_seconds())


def _is_before(half: HalfDay) -> ColumnElement[bool]:
    day, part = half
    return or_(tally.c.day < day, and_(tally.c.day == day, tally.c.part < part))
