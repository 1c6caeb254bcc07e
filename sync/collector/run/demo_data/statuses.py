"""Statuses: what each kiosk of the demo last told of itself; most are well, a few want somebody to come."""

import random
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert

from kiosk.__about__ import SOFTWARE
from sync.collector.calendar.half_days import told_until
from sync.collector.run.demo_data.desk import Desk
from sync.collector.store.schema import device_status

GB = 10**9
_SYSTEM = {"sqlite": "3.51.3", "journal": "WAL+FULL", "system": "Debian 12", "python": "3.11.2"}


def write_status(connection: Connection, desk: Desk) -> None:
    """Write the kiosk's last call: within the minute, or the last one before it fell silent."""
    # Of its own, so that what citizens press stays the same.
    chance = random.Random(desk.known.device_id)  # noqa: S311 - a demonstration, no secret
    heard_at = desk.now - timedelta(seconds=chance.randrange(4, 55))
    if desk.temper.silent_from is not None and desk.sent_at is not None:
        heard_at = desk.sent_at
    ahead_us = chance.randrange(-400_000, 400_000) if chance.random() > 0.03 else 7 * 3600 * 10**6
    row = {"device_id": desk.known.device_id, "received_at": heard_at, "clock_ahead_us": ahead_us}
    connection.execute(insert(device_status).values(**row, status=_said(desk, chance, heard_at)))


def _touched(heard_at: datetime, minute: int) -> datetime:
    """In the morning of the day on which it was heard last, or of the day before: never after it was heard."""
    touched = heard_at.replace(hour=7, minute=minute, second=0, microsecond=0)
    return touched if touched <= heard_at else touched - timedelta(days=1)


def _told(desk: Desk, heard_at: datetime) -> dict[str, Any]:
    """What moves with presses, as of the last half day that is over; its cursor then is not known here."""
    said_at = told_until(heard_at, desk.days.zone) - timedelta(minutes=1)
    return {"journal_id": desk.journal.journal_id, "pending": 0, "said_at": said_at.isoformat()}


def _said(desk: Desk, chance: random.Random, heard_at: datetime) -> dict[str, Any]:
    head = desk.journal.head
    touched = _touched(heard_at.astimezone(desk.days.zone), chance.randrange(60))
    said: dict[str, Any] = {
        "software": SOFTWARE,
        "journal_id": desk.journal.journal_id,
        "next_seq": head.next_seq if head else 1,
        "head": head.head.hex() if head else "",
        "pending": 0,
        "closed": _told(desk, heard_at),
        "versions": _SYSTEM,
        "disk_free_bytes": chance.randrange(8, 26) * GB,
        "touch_test": f"1,1,1,1,1 {touched.isoformat()}",
    }
    match chance.randrange(60):
        case 0:
            said["disk_free_bytes"] = 640_000_000
        case 1:
            said["touch_test"] = f"1,0,1,1,1 {touched.isoformat()}"
    return said
