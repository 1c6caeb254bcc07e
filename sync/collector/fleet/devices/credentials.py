"""Credentials: what may happen to an enrolled kiosk; each is one act, with its line in the audit log.

None of them loses a rating: a kiosk keeps what it has not sent, and what came is never moved.
"""

from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from sync.collector.audit import note
from sync.collector.errors import KeyTaken, NotAllowed, UsageWrong
from sync.collector.grants import settle_grants
from sync.collector.moves import Act
from sync.collector.relocate import between, relocate
from sync.collector.schema import counter, device, journal, placement
from sync.collector.units import find_counter

PREFIX_LENGTH_MIN = 4


def find_device(connection: Connection, name: str) -> str:
    """The id of the kiosk that is meant: its id, the beginning of it, or the counter where it alone stands.

    Raises UsageWrong where none or several are.
    """
    rows = connection.execute(select(device, counter.c.code).join(counter)).all()
    by_id = [row.device_id for row in rows if len(name) >= PREFIX_LENGTH_MIN and row.device_id.startswith(name.lower())]
    at_counter = [row.device_id for row in rows if row.code == name and row.revoked_at is None]
    found = sorted({*by_id, *at_counter})
    if not found:
        raise UsageWrong("there is no kiosk {name}; see: collector device list", name=name)
    if len(found) > 1:
        raise UsageWrong("{name} may mean {devices}; give the whole id", name=name, devices=", ".join(found))
    return str(found[0])


def revoke_device(connection: Connection, device_id: str, now: datetime, actor: str) -> None:
    """Take nothing from this kiosk any more; a repeat changes nothing."""
    known = update(device).where(device.c.device_id == device_id, device.c.revoked_at.is_(None))
    if connection.execute(known.values(revoked_at=now)).rowcount:
        note(connection, now, actor, "device.revoked", device_id, {})


def move_device(connection: Connection, device_id: str, code: str, now: datetime, actor: str) -> None:
    """Let what is pressed from now on count for the counter ``code``; what was pressed before stays where it was.

    Raises UsageWrong for a counter that is not there, NotAllowed for the one where it stands.
    """
    wanted = find_counter(connection, code).counter_id
    _require_elsewhere(connection, device_id, wanted, code)
    place_device(connection, device_id, wanted, now)
    note(connection, now, actor, "device.moved", device_id, {"counter": code})


def move_device_since(connection: Connection, device_id: str, code: str, since: datetime, act: Act) -> int:
    """Let what was pressed from ``since`` on count for the counter ``code``; how many ratings that had come go along.

    What names its counter itself (a kiosk of a whole hall) stays. Raises UsageWrong for a counter that is not there,
    and NotAllowed for a moment to come or before the kiosk was last moved.
    """
    wanted = find_counter(connection, code).counter_id
    at = _require_elsewhere(connection, device_id, wanted, code)
    moved = select(func.max(placement.c.until)).where(placement.c.device_id == device_id)
    last = connection.execute(moved).scalar_one()
    if since > act.now:
        raise NotAllowed("{moment} has not come yet", moment=since.isoformat(timespec="minutes"))
    if last is not None and since <= last:
        raise NotAllowed(
            "the kiosk was moved at {moment} already: name a later time",
            moment=last.astimezone(act.days.zone).isoformat(timespec="minutes"),
        )
    own = select(journal.c.journal_id).where(journal.c.device_id == device_id).order_by(journal.c.journal_id)
    connection.execute(own.with_for_update()).all()
    place_device(connection, device_id, wanted, since)
    ratings = relocate(connection, between(connection, (at, wanted), since, act.days, device_id))
    details = {"counter": code, "since": since.isoformat(timespec="minutes"), "ratings": ratings}
    note(connection, act.now, act.actor, "device.moved", device_id, details)
    return ratings


def _require_elsewhere(connection: Connection, device_id: str, wanted: int, code: str) -> int:
    """Where the kiosk stands; NotAllowed where that is the counter already."""
    at = connection.execute(select(device.c.counter_id).where(device.c.device_id == device_id)).scalar_one()
    if at == wanted:
        raise NotAllowed("the kiosk stands at counter {code} already", code=code)
    return int(at)


def place_device(connection: Connection, device_id: str, wanted: int, now: datetime) -> None:
    """Put the kiosk to a counter and remember where it stood until now."""
    at = connection.execute(select(device.c.counter_id).where(device.c.device_id == device_id)).scalar_one()
    if at == wanted:
        return
    connection.execute(insert(placement).values(device_id=device_id, until=now, counter_id=at))
    connection.execute(update(device).where(device.c.device_id == device_id).values(counter_id=wanted))
    settle_grants(connection, device_id, wanted, now)


def change_key(connection: Connection, device_id: str, public_key: str, now: datetime) -> None:
    """From now on the kiosk signs with another key; a repeat changes nothing.

    Raises KeyTaken for a key that another kiosk has, or had.
    """
    holder = connection.execute(
        select(device.c.device_id).where(device.c.public_key == public_key)
    ).scalar_one_or_none()
    if holder == device_id:
        return
    if holder is not None:
        raise KeyTaken("this key belongs to another device; make a new one")
    connection.execute(update(device).where(device.c.device_id == device_id).values(public_key=public_key))
    note(connection, now, f"device {device_id}", "device.key", device_id, {})
