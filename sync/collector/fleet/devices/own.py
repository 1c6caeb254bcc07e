"""Own: what the collector is to its kiosks: the key by which they know it again, and where it is called.

All of it lies in the database and goes with it, so that a collector which is restored on another machine is the
same one there, and takes what was signed for the address that it had before.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, func, insert, select, update

from sync.collector.people.audit import note
from sync.collector.store.bulk import insert_rows
from sync.collector.store.database import Database
from sync.collector.store.schema import (
    counter,
    device,
    device_status,
    micros,
    own_address,
    own_key,
    own_move,
    words_key,
)
from sync.protocol.own_key import READY, Move, announce_move

REMEMBERED_S = 5.0
ADDRESSES_MAX = 20
"""So many earlier addresses are taken: a signature that fits none of them costs a look at each."""


@dataclass(frozen=True, slots=True)
class PlannedMove:
    """To which address the collector moves, and when."""

    url: str
    at: datetime


def read_own_key(connection: Connection) -> Ed25519PrivateKey:
    """The collector's key."""
    raw = connection.execute(select(own_key.c.private_key).order_by(own_key.c.key_id)).scalars().first()
    if raw is None:
        raise AssertionError("the migration made no key")
    return Ed25519PrivateKey.from_private_bytes(bytes(raw))


def read_words_key(connection: Connection) -> bytes | None:
    """The public key for which kiosks seal citizens' words; None where they come as they were written."""
    newest = select(words_key.c.public_key).order_by(words_key.c.made_at.desc(), words_key.c.key_id).limit(1)
    return connection.execute(newest).scalar_one_or_none()


def read_move(connection: Connection) -> PlannedMove | None:
    """The move that is announced."""
    known = select(own_move).where(own_move.c.withdrawn_at.is_(None)).order_by(own_move.c.move_id.desc())
    row = connection.execute(known.limit(1)).one_or_none()
    return None if row is None else PlannedMove(row.url, row.at)


def announced(connection: Connection, key: Ed25519PrivateKey) -> Move | None:
    """The move that is planned, as kiosks are told it."""
    planned = read_move(connection)
    return None if planned is None else announce_move(key, planned.url, planned.at)


def plan_move(connection: Connection, url: str, at: datetime, now: datetime, actor: str) -> None:
    """Announce another address to every kiosk; an earlier announcement is taken back."""
    _withdraw(connection, now)
    connection.execute(insert(own_move).values(url=url, at=at, made_at=now, made_by=actor))
    note(connection, now, actor, "collector.move", url, {"at": at.isoformat()})


def cancel_move(connection: Connection, now: datetime, actor: str) -> bool:
    """Take the announcement back; whether there was one."""
    planned = read_move(connection)
    if planned is None:
        return False
    _withdraw(connection, now)
    note(connection, now, actor, "collector.stay", planned.url, {})
    return True


def note_address(connection: Connection, url: str, now: datetime) -> None:
    """Remember that the collector is called so; a repeat changes nothing."""
    if connection.execute(select(own_address).where(own_address.c.url == url)).first() is None:
        # Of several processes that begin at once, one is the first.
        row = [(url, micros(now))]
        insert_rows(connection, own_address, {}, ("url", "first_at"), row, then="ON CONFLICT (url) DO NOTHING")


def read_addresses(connection: Connection) -> tuple[str, ...]:
    """Everywhere the collector was called, and where it is going to be, the newest first."""
    newest = select(own_address.c.url).order_by(own_address.c.first_at.desc()).limit(ADDRESSES_MAX)
    known = connection.execute(newest).scalars()
    planned = read_move(connection)
    return tuple(dict.fromkeys([*([planned.url] if planned else []), *known]))


def read_followed(connection: Connection) -> dict[str, int]:
    """How many kiosks said that they call the collector at each address."""
    said = [str(status["address"]) for _, status in _told(connection) if status.get("address")]
    return {address: said.count(address) for address in sorted(set(said))}


def read_stuck(connection: Connection) -> list[tuple[str, str]]:
    """The kiosks that said why they cannot follow to the announced address, by counter."""
    return [(code, str(status["move"])) for code, status in _told(connection) if status.get("move", READY) != READY]


def _told(connection: Connection) -> Iterator[tuple[str, dict[str, Any]]]:
    wanted = select(counter.c.code, device_status.c.status).select_from(device).join(counter).join(device_status)
    rows = connection.execute(wanted.where(device.c.revoked_at.is_(None)).order_by(counter.c.code))
    return ((row.code, row.status) for row in rows)


def count_kiosks(connection: Connection) -> int:
    """How many may call."""
    return connection.execute(select(func.count()).where(device.c.revoked_at.is_(None))).scalar_one()


class Addresses:
    """Where this collector is called besides its own address; remembered for a moment."""

    def __init__(self, database: Database, own: str, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._own = own
        self._monotonic = monotonic
        self._kept: tuple[float, tuple[str, ...]] | None = None

    def all(self) -> tuple[str, ...]:
        """Its own, as it is set, and then the others."""
        now = self._monotonic()
        if self._kept is None or now - self._kept[0] >= REMEMBERED_S:
            with self._database.reading() as connection:
                self._kept = (now, read_addresses(connection))
        return tuple(dict.fromkeys([self._own, *self._kept[1]]))


def _withdraw(connection: Connection, now: datetime) -> None:
    connection.execute(update(own_move).where(own_move.c.withdrawn_at.is_(None)).values(withdrawn_at=now))
