"""Directory: by which key a kiosk is known, and what it may say; remembered for as long as nothing changes.

Every change of kiosks and places renews one mark (``store.changes``). Every few seconds a process asks for it, and
while it is the same, nothing is read twice: 20,000 kiosks that call every minute cost one small question.
"""

import base64
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar

from sqlalchemy import Connection, select

from sync.collector.fleet.devices.grants import read_reach
from sync.collector.fleet.devices.keys import key_id_of
from sync.collector.replica.sender import Device
from sync.collector.store.changes import read_change
from sync.collector.store.database import Database
from sync.collector.store.schema import device

ASKED_S = 5.0
"""How long a change may go unnoticed by a process that did not make it."""
KEYS_MAX, SENDERS_MAX = 50_000, 500
"""So many kiosks are remembered by their keys (some 500 bytes each), and by all that they may say (some kilobytes)."""
_NO_MARK = -1
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Known:
    """A kiosk by the key with which it signs."""

    device_id: str
    public_key: bytes
    revoked: bool


class Directory:
    """Finds devices by id."""

    def __init__(self, database: Database, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._database, self._monotonic = database, monotonic
        self._asked_at, self._change = float("-inf"), _NO_MARK
        self._keys = _Shelf[Known](KEYS_MAX)
        self._senders = _Shelf[Device](SENDERS_MAX)

    def remembered(self, device_id: str) -> Known | None:
        """The device as it was when it was last read, for whoever looks at it once more before believing it."""
        kept = self._keys.get(device_id)
        return None if kept is None else kept[1]

    def current(self, device_id: str) -> Known | None:
        """The same where nothing has changed since; None where the database must be asked."""
        return self._fresh(self._keys, device_id)

    def known(self, device_id: str) -> Known | None:
        """The device with this id, revoked or not."""
        return self._find(self._keys, device_id, _read_known)

    def sender(self, device_id: str) -> Device | None:
        """The device and what it may say where nothing has changed since it was read; else None."""
        return self._fresh(self._senders, device_id)

    def find(self, device_id: str) -> Device | None:
        """The device with this id and what it may say, revoked or not."""
        return self._find(self._senders, device_id, _read_sender)

    def changed(self, known: Known) -> bool:
        """Whether the device has another key by now than the one remembered."""
        self.forget(known.device_id)
        found = self.known(known.device_id)
        return found is not None and found.public_key != known.public_key

    def forget(self, device_id: str) -> None:
        """Ask the database again the next time."""
        self._keys.drop(device_id)
        self._senders.drop(device_id)

    def _fresh(self, shelf: "_Shelf[T]", device_id: str) -> T | None:
        kept = shelf.get(device_id)
        is_asked = self._monotonic() - self._asked_at < ASKED_S
        return kept[1] if kept is not None and is_asked and kept[0] == self._change else None

    def _find(self, shelf: "_Shelf[T]", device_id: str, read: Callable[[Connection, str], T | None]) -> T | None:
        if (fresh := self._fresh(shelf, device_id)) is not None:
            return fresh
        if not _is_id(device_id):
            return None
        with self._database.reading() as connection:
            if self._monotonic() - self._asked_at >= ASKED_S:
                self._ask(connection)
            kept = shelf.get(device_id)
            if kept is not None and kept[0] == self._change:
                return kept[1]
            found, change = self._read(connection, device_id, read)
        if found is not None:
            shelf.put(device_id, (change, found))
        return found

    def _read(
        self, connection: Connection, device_id: str, read: Callable[[Connection, str], T | None]
    ) -> tuple[T | None, int]:
        """The device, and the mark of just this state: a database that is put back has its old mark again."""
        for _ in range(2):
            before, found = self._change, read(connection, device_id)
            if self._ask(connection) == before:
                return found, before
        return found, _NO_MARK

    def _ask(self, connection: Connection) -> int:
        began = self._monotonic()
        self._change, self._asked_at = read_change(connection), began
        return self._change


class _Shelf(Generic[T]):
    """A bounded number of things by id, each with the change at which it was read; the oldest go first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: dict[str, tuple[int, T]] = {}
        self._changing = Lock()

    def get(self, name: str) -> tuple[int, T] | None:
        return self._kept.get(name)

    def put(self, name: str, value: tuple[int, T]) -> None:
        with self._changing:
            self._kept.pop(name, None)
            while len(self._kept) >= self._most:
                del self._kept[next(iter(self._kept))]
            self._kept[name] = value

    def drop(self, name: str) -> None:
        with self._changing:
            self._kept.pop(name, None)


def _is_id(device_id: str) -> bool:
    try:
        return str(uuid.UUID(device_id)) == device_id
    except ValueError:
        return False


def _read_known(connection: Connection, device_id: str) -> Known | None:
    wanted = select(device.c.public_key, device.c.revoked_at).where(device.c.device_id == device_id)
    row = connection.execute(wanted).one_or_none()
    return None if row is None else Known(device_id, base64.b64decode(row.public_key), row.revoked_at is not None)


def _read_sender(connection: Connection, device_id: str) -> Device | None:
    row = connection.execute(select(device).where(device.c.device_id == device_id)).one_or_none()
    if row is None:
        return None
    reach = read_reach(connection, row)
    key = base64.b64decode(row.public_key)
    return Device(
        row.device_id, key, row.counter_id, reach.counters, row.revoked_at is not None, reach.moves, reach.spans,
        reach.ended, reach.floor, key_id_of(row.public_key),
    )  # fmt: skip
