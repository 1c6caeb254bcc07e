"""Device moves: a kiosk that was carried before anybody wrote it down takes what was pressed since then along."""

from datetime import datetime

from sqlalchemy import Connection, func, select

from sync.collector.errors import NotAllowed
from sync.collector.fleet.devices.credentials import place_device, require_elsewhere
from sync.collector.fleet.places.units import find_counter
from sync.collector.people.audit import note
from sync.collector.replica.stored import lock_copies
from sync.collector.services.moves import Act
from sync.collector.services.relocate import between, relocate
from sync.collector.store.schema import journal, placement


def move_device_since(connection: Connection, device_id: str, code: str, since: datetime, act: Act) -> int:
    """Let what was pressed from ``since`` on count for the counter ``code``; how many ratings that had come go along.

    What names its counter itself (a kiosk of a whole hall) stays. Raises UsageWrong for a counter that is not there,
    and NotAllowed for a moment to come or before the kiosk was last moved.
    """
    wanted = find_counter(connection, code).counter_id
    at = require_elsewhere(connection, device_id, wanted, code)
    moved = select(func.max(placement.c.until)).where(placement.c.device_id == device_id)
    last = connection.execute(moved).scalar_one()
    if since > act.now:
        raise NotAllowed("{moment} has not come yet", moment=since.isoformat(timespec="minutes"))
    if last is not None and since <= last:
        raise NotAllowed(
            "the kiosk was moved at {moment} already: name a later time",
            moment=last.astimezone(act.days.zone).isoformat(timespec="minutes"),
        )
    lock_copies(connection, journal.c.device_id == device_id)
    place_device(connection, device_id, wanted, since)
    ratings = relocate(connection, between(connection, (at, wanted), since, act.days, device_id))
    details = {"counter": code, "since": since.isoformat(timespec="minutes"), "ratings": ratings}
    note(connection, act.now, act.actor, "device.moved", device_id, details)
    return ratings
