"""History: what happened to one kiosk, and its days: presses in blocks of five, and when it was not heard."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, or_, select

from sync.collector.calendar.half_days import HalfDay, half_day_at
from sync.collector.fleet.kiosks.days import longest_gap_s, presses_of, read_days
from sync.collector.fleet.kiosks.hours import Hours, open_days_back
from sync.collector.fleet.kiosks.roll import Kiosk
from sync.collector.settings.collector import CollectorConfig
from sync.collector.store.schema import audit

BLOCK = 5
"""Presses are shown in steps of so many, and of finished days only: nobody's press can be read off."""
LINES_MAX = 40


@dataclass(frozen=True, slots=True)
class Day:
    """One finished day on which a kiosk's counter was open."""

    day: date
    presses: int
    """Rounded down to blocks; 0 also where there were fewer than a block."""
    few: bool
    """Somebody pressed, fewer than a block."""
    heard: bool | None
    """None where nobody kept that."""
    gap_s: int
    """For how long of the day's opening hours it was not heard at most."""
    is_silent: bool = False
    """Whether that is as long as the settings call silent."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened."""

    at: datetime
    who: str
    what: str
    details: Mapping[str, Any]


def strips(
    connection: Connection, kiosks: Sequence[Kiosk], now: datetime, config: CollectorConfig, path: str, days: int
) -> dict[str, list[Day]]:
    """The last finished days on which some kiosks' counters were open."""
    today = now.astimezone(config.zone).date()
    wanted = {one.device_id: open_days_back(one.calendar, today, days) for one in kiosks}
    first, before = min(each[0] for each in wanted.values()), half_day_at(now, config.zone)
    pressed = presses_of(connection, list(wanted), first, before, path)
    return {one: [_day(day, pressed.get(one, {})) for day in each] for one, each in wanted.items()}


def strip_with_contact(
    connection: Connection, kiosk: Kiosk, now: datetime, config: CollectorConfig, path: str, days: int
) -> list[Day]:
    """As :func:`strips` for one kiosk, with how it was heard from the first day on that anybody kept that."""
    wanted = open_days_back(kiosk.calendar, now.astimezone(config.zone).date(), days)
    before = half_day_at(now, config.zone)
    pressed = presses_of(connection, [kiosk.device_id], wanted[0], before, path).get(kiosk.device_id, {})
    kept = {row.day: row for row in read_days(connection, kiosk.device_id, wanted[0])}
    begun, limit = min(kept, default=None), config.fleet.silent_minutes * 60
    hours = Hours(kiosk.calendar, config.zone)
    gaps = {day: longest_gap_s(row, hours) for day, row in kept.items()}
    watched = begun or date.max
    return [_day(day, pressed, gaps.get(day), is_watched=day >= watched, limit=limit) for day in wanted]


def last_presses(
    connection: Connection, devices: Sequence[str], now: datetime, config: CollectorConfig, path: str
) -> dict[str, HalfDay]:
    """The half day of each kiosk's last press within a month, as far as half days are over."""
    first, before = now.astimezone(config.zone).date() - timedelta(days=31), half_day_at(now, config.zone)
    return {one: max(found) for one, found in presses_of(connection, devices, first, before, path).items()}


def read_events(connection: Connection, device_id: str) -> list[Event]:
    """What the audit log tells of a kiosk, the newest first."""
    mine = or_(audit.c.subject == device_id, audit.c.actor == f"device {device_id}")
    rows = connection.execute(select(audit).where(mine).order_by(audit.c.audit_id.desc()).limit(LINES_MAX))
    return [Event(row.at, row.actor, row.action, row.details) for row in rows]


def _day(
    day: date, pressed: Mapping[HalfDay, int], gap_s: int | None = None, *, is_watched: bool = False, limit: int = 0
) -> Day:
    n = sum(found for (one, _), found in pressed.items() if one == day)
    heard = True if gap_s is not None else False if is_watched else None
    is_silent = gap_s is not None and gap_s >= limit
    return Day(day, n // BLOCK * BLOCK, 0 < n < BLOCK, heard, gap_s or 0, is_silent)
