"""Kiosks: which stand at each counter, and how fresh what each of them sent is."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from sync.collector.fleet.devices.last_words import LastWords, contact_of
from sync.collector.fleet.kiosks.hours import Missed
from sync.collector.store.schema import counter, device, device_status, journal, unit

_LAST = (
    select(journal.c.device_id, func.max(journal.c.last_received_at).label("at"))
    .group_by(journal.c.device_id)
    .subquery("last")
)
_STANDING = (
    select(
        device.c.device_id,
        device.c.counter_id,
        device.c.enrolled_at,
        unit.c.path,
        _LAST.c.at,
        device_status.c.received_at,
        device_status.c.status,
    )
    .select_from(device)
    .join(counter, counter.c.counter_id == device.c.counter_id)
    .join(unit, unit.c.unit_id == counter.c.unit_id)
    .outerjoin(_LAST, _LAST.c.device_id == device.c.device_id)
    .outerjoin(device_status, device_status.c.device_id == device.c.device_id)
    .where(device.c.revoked_at.is_(None))
    .order_by(device.c.device_id)
)
"""Made once, as every report asks for it."""


@dataclass(frozen=True, slots=True)
class Freshness:
    """How fresh what one kiosk sent is."""

    device_id: str
    last_contact: datetime | None
    pending: int | None
    """What had not come of all that was pressed until the last half day was over; None where nobody knows."""
    silent: bool
    """Not heard for too long while its counter was open."""


def read_kiosks(connection: Connection, missed: Missed) -> dict[int, list[Freshness]]:
    """The kiosks that stand at each counter, and how fresh they are."""
    found: dict[int, list[Freshness]] = {}
    words = LastWords(connection, missed.now, missed.zone)
    for device_id, counter_id, enrolled_at, path, sent_at, status_at, status in connection.execute(_STANDING):
        heard = max((at for at in (sent_at, status_at) if at is not None), default=enrolled_at)
        pending, silent = words.of(status, status_at).get("pending"), missed.is_missed(path, heard)
        kiosk = Freshness(device_id, contact_of(status_at, sent_at), pending, silent)
        found.setdefault(counter_id, []).append(kiosk)
    return found
