"""Credentials: what may happen to an enrolled kiosk; each is one act, with its line in the audit log.

None of them loses a rating: a kiosk keeps what it has not sent, and what came is never moved.
"""

from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from sync.collector.errors import KeyTaken, NotAllowed, SenderGone, UsageWrong
from sync.collector.fleet.devices.grants import settle_grants
from sync.collector.fleet.devices.keys import HandedIn, holder_of, keep_key
from sync.collector.fleet.places.units import find_counter
from sync.collector.people.audit import note
from sync.collector.store.schema import counter, device, placement

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
    require_elsewhere(connection, device_id, wanted, code)
    place_device(connection, device_id, wanted, now)
    note(connection, now, actor, "device.moved", device_id, {"counter": code})


def require_elsewhere(connection: Connection, device_id: str, wanted: int, code: str) -> int:
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


def require_unrevoked(connection: Connection, device_id: str) -> None:
    """Raise SenderGone for a kiosk whose credential was withdrawn by now."""
    revoked_at = select(device.c.revoked_at).where(device.c.device_id == device_id)
    if connection.execute(revoked_at).scalar_one() is not None:
        raise SenderGone("this device's credential was withdrawn")


def change_key(connection: Connection, device_id: str, public_key: str, now: datetime, handed_in: HandedIn) -> None:
    """From now on the kiosk signs with another key; a repeat changes nothing.

    Raises KeyTaken for a key that another kiosk has, or had.
    """
    present = connection.execute(select(device.c.public_key).where(device.c.device_id == device_id)).scalar_one()
    if present == public_key:
        return
    if holder_of(connection, public_key) not in (None, device_id):
        raise KeyTaken("this key belongs to another device; make a new one")
    keep_key(connection, device_id, public_key, now, handed_in)
    connection.execute(update(device).where(device.c.device_id == device_id).values(public_key=public_key))
    note(connection, now, f"device {device_id}", "device.key", device_id, {})
