"""Fleet: a country of units, counters and kiosks in a database, each kiosk with its key and the beginning of a journal.

What is many rows of one kind is written in bulk; what came of a journal before goes the way of every batch.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, Table, insert

from kiosk.domain.instant import Instant
from sync.collector.calendar.bounds import Floor
from sync.collector.calendar.presstime import LocalDays
from sync.collector.fleet.devices.keys import key_id_of
from sync.collector.replica.ingest import Arrival, Batch, append_batch
from sync.collector.replica.sender import Device
from sync.collector.store import schema
from sync.collector.store.database import Database
from sync.collector.store.partitions import ensure_partitions
from sync.collector.store.schema import micros
from sync.protocol.own_key import public_text
from tests.load.journals import AWAY, Template, prepare
from tests.load.wire import Signer

KIOSKS_A_COMMUNE, COMMUNES_A_PROVINCE = 10, 60
_DAYS = LocalDays(ZoneInfo("Asia/Ho_Chi_Minh"))
_AT_ONCE = 2000


@dataclass(frozen=True)
class Member:
    """One kiosk by its number: everything of it follows from that."""

    number: int

    @property
    def device_id(self) -> str:
        """Its id."""
        return self._id("device")

    @property
    def journal_id(self) -> str:
        """Its journal's."""
        return self._id("journal")

    @property
    def key(self) -> Ed25519PrivateKey:
        """Its private key."""
        return Ed25519PrivateKey.from_private_bytes(sha256(f"hailong load {self.number}".encode()).digest())

    def template(self, templates: list[Template]) -> Template:
        """The journal that it has."""
        return templates[self.number % len(templates)]

    def _id(self, kind: str) -> str:
        return str(uuid.UUID(bytes=sha256(f"{kind} {self.number}".encode()).digest()[:16], version=4))


def write_fleet(database: Database, kiosks: int, templates: list[Template], authority: str, now: datetime) -> None:
    """Write so many kiosks, enrolled two weeks ago, of whom the collector has what came before the outage."""
    enrolled_at = (now - AWAY - timedelta(days=1)).astimezone(UTC)
    with database.writing() as connection:
        _write_places(connection, kiosks, enrolled_at)
        for table, rows in _devices(kiosks, enrolled_at):
            connection.execute(insert(table), rows)
        ensure_partitions(connection, enrolled_at)
        ensure_partitions(connection, now)
    for first in range(0, kiosks, _AT_ONCE):
        with database.writing() as connection:
            for number in range(first, min(first + _AT_ONCE, kiosks)):
                _bring_beginning(connection, Member(number), templates, authority, enrolled_at)


def _write_places(connection: Connection, kiosks: int, at: datetime) -> None:
    communes = -(-kiosks // KIOSKS_A_COMMUNE)
    provinces = -(-communes // COMMUNES_A_PROVINCE)
    units = [
        {"unit_id": p, "code": f"T{p}", "name": f"Tỉnh {p}", "kind": "province", "path": f"T{p}/", "parent_id": None}
        for p in range(1, provinces + 1)
    ]
    for c in range(communes):
        p = c // COMMUNES_A_PROVINCE + 1
        units.append(
            {
                "unit_id": provinces + 1 + c, "code": f"X{c}", "name": f"Xã {c}", "kind": "commune",
                "path": f"T{p}/X{c}/", "parent_id": p,
            }
        )  # fmt: skip
    connection.execute(insert(schema.unit), units)
    counters = [
        {
            "counter_id": n + 1, "code": f"Q{n}", "name": f"Quầy {n}", "created_at": at,
            "unit_id": provinces + 1 + n // KIOSKS_A_COMMUNE,
        }
        for n in range(kiosks)
    ]  # fmt: skip
    connection.execute(insert(schema.counter), counters)


def _devices(kiosks: int, at: datetime) -> Iterator[tuple[Table, list[dict[str, object]]]]:
    devices, keys = [], []
    for number in range(kiosks):
        member = Member(number)
        device_id, public = member.device_id, public_text(member.key)
        devices.append(
            {"device_id": device_id, "counter_id": number + 1, "public_key": public, "info": {}, "enrolled_at": at}
        )
        keys.append({"device_id": device_id, "key_id": key_id_of(public), "public_key": public, "since": at})
    yield schema.device, devices
    yield schema.device_key, keys


def _bring_beginning(
    connection: Connection, member: Member, templates: list[Template], authority: str, at: datetime
) -> None:
    key, template = member.key, member.template(templates)
    first = next(prepare(member.journal_id, key, template))
    clock = Instant(at, 120_000_000, template.boot)
    said = Signer(authority, member.device_id, key).batch(first.target, first.body, clock)
    batch = Batch(member.journal_id, first.start, template.before.lines, (), first.body, first.end.head)
    floor = Floor(micros(at), micros(at))
    public = public_text(key)
    device = Device(
        member.device_id, key.public_key().public_bytes_raw(), member.number + 1,
        {f"Q{member.number}": member.number + 1}, False, floor=floor, key_id=key_id_of(public),
    )  # fmt: skip
    arrival = Arrival(at, clock, said.signature, said.clock, said.base, public_key=public)
    append_batch(connection, device, batch, arrival, _DAYS)
