"""Keys: every key that a kiosk ever signed with, from when until when; none is overwritten by the next.

What a kiosk signed can only be checked with the key of its day.
"""

from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import Connection, insert, select, update

from sync.collector.store.schema import device_key


class HandedIn(NamedTuple):
    """The request by which a kiosk's key handed in the next one."""

    request: str
    """The text that was signed."""
    signature: str
    body: bytes


def key_id_of(public_key: str) -> int:
    """By what segments name a key (base64): the first eight bytes of SHA-256 of it as it is written."""
    return int.from_bytes(sha256(public_key.encode()).digest()[:8], signed=True)


def keep_key(
    connection: Connection, device_id: str, public_key: str, now: datetime, handed_in: HandedIn | None = None
) -> None:
    """From now on the kiosk signs with this key, and with none before; one that it had before is its key again."""
    c, key_id = device_key.c, key_id_of(public_key)
    mine = c.device_id == device_id
    connection.execute(update(device_key).where(mine, c.until.is_(None)).values(until=now))
    if connection.execute(update(device_key).where(mine, c.key_id == key_id).values(until=None)).rowcount:
        return
    row = {"device_id": device_id, "key_id": key_id, "public_key": public_key, "since": now}
    connection.execute(insert(device_key).values(row | (handed_in._asdict() if handed_in else {})))


def holder_of(connection: Connection, public_key: str) -> str | None:
    """The kiosk that has this key, or had it."""
    wanted = select(device_key.c.device_id).where(device_key.c.public_key == public_key)
    return connection.execute(wanted.limit(1)).scalar_one_or_none()
