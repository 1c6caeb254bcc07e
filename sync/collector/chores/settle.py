"""Settle: puts right what came at the very moment when a move was booked.

Every process remembers for some seconds where a kiosk and its counters stand (``devices.Directory``). What it took in
these seconds it counted where they stood before; here it follows, once it is sure that nobody remembers that any more.
"""

from datetime import timedelta
from functools import partial

from sqlalchemy import Connection, select

from sync.collector.calendar.presstime import LocalDays
from sync.collector.care.signals.standing import lock_journals
from sync.collector.replica.stored import lock_copies
from sync.collector.services.moves import midnight
from sync.collector.services.relocate import between, relocate
from sync.collector.services.services import Services
from sync.collector.store.schema import audit, counter, device, journal, placement
from sync.collector.store.writer import Transact

LATELY = timedelta(minutes=5)
"""Twice as often as it is run, and far longer than anybody remembers."""
LINES_MAX = 500


def settle_moves(services: Services, transact: Transact) -> int:
    """Look after the moves of the last minutes; how many ratings followed."""
    with services.database.reading() as connection:
        newest = select(audit.c.at, audit.c.action, audit.c.subject).order_by(audit.c.audit_id.desc()).limit(LINES_MAX)
        rows = connection.execute(newest).all()
    since, moved = services.now() - LATELY, 0
    for action, subject in sorted({(row.action, row.subject) for row in rows if row.at >= since}):
        if action == "counter.moved":
            moved += transact(partial(_settle_counter, code=subject, days=services.days))
        elif action == "device.moved":
            moved += transact(partial(_settle_device, device_id=subject, days=services.days))
    return moved


def _settle_counter(connection: Connection, code: str, days: LocalDays) -> int:
    wanted = select(counter.c.counter_id, counter.c.since).where(counter.c.code == code, counter.c.since.is_not(None))
    now = connection.execute(wanted).one_or_none()
    if now is None:
        return 0
    lock_journals(connection, now.counter_id)
    return relocate(connection, between(connection, (now.counter_id,) * 2, midnight(now.since, days), days))


def _settle_device(connection: Connection, device_id: str, days: LocalDays) -> int:
    stands = select(device.c.counter_id).where(device.c.device_id == device_id)
    before = select(placement).where(placement.c.device_id == device_id).order_by(placement.c.until.desc()).limit(1)
    now, last = connection.execute(stands).scalar_one(), connection.execute(before).one_or_none()
    if last is None:
        return 0
    lock_copies(connection, journal.c.device_id == device_id)
    return relocate(connection, between(connection, (last.counter_id, now), last.until, days, device_id))
