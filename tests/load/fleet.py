"""Fleet: a country of units, counters and kiosks in a database, each kiosk with its key and the beginning of a journal.

All of it is written in bulk; each first batch is genuine, and lies there as ``append_batch`` would have left it.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import NamedTuple, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, Table, insert

from kiosk.domain.instant import Instant
from sync.collector.fleet.devices.keys import key_id_of
from sync.collector.store import schema
from sync.collector.store.bulk import insert_rows
from sync.collector.store.database import Database
from sync.collector.store.partitions import ensure_partitions
from sync.collector.store.schema import micros
from sync.protocol.own_key import public_text
from sync.protocol.vouched import Usual, shortened
from tests.builders import ZONE
from tests.load.journals import AWAY, Template, prepare
from tests.load.wire import Signer

KIOSKS_A_COMMUNE, COMMUNES_A_PROVINCE = 10, 60
_JOURNAL = (
    "journal_id", "device_id", "next_seq", "head", "first_received_at", "last_received_at", "boot", "boot_offset_us",
)  # fmt: skip
_CUTS = ("journal_id", "next_seq", "state")
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
        begun = [
            _Begun.of(Member(n), templates, authority, enrolled_at) for n in range(kiosks)[first : first + _AT_ONCE]
        ]
        with database.writing() as connection:
            for table, names in (
                (schema.segment, schema.segment.c.keys()),
                (schema.journal, _JOURNAL),
                (schema.cut_state, _CUTS),
            ):
                insert_rows(connection, table, {}, tuple(names), [getattr(one, table.name) for one in begun])


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


class _Begun(NamedTuple):
    """The rows of a journal's beginning, as the first batch of its kiosk leaves them."""

    segment: tuple[object, ...]
    journal: tuple[object, ...]
    cut_state: tuple[object, ...]

    @classmethod
    def of(cls, member: Member, templates: list[Template], authority: str, at: datetime) -> Self:
        """Signed by the kiosk, and received then."""
        key, template, journal_id = member.key, member.template(templates), member.journal_id
        first = next(prepare(journal_id, key, template))
        clock = Instant(at.astimezone(ZONE), 120_000_000, template.before_boot)
        said, device_id, end = (
            Signer(authority, member.device_id, key).batch(first.target, first.body, clock),
            member.device_id,
            first.end,
        )
        kept = shortened(said.base, Usual(journal_id, first.start, end.head, device_id, said.clock))
        at_us = micros(at)
        segment = (
            journal_id, 1, at_us, end.next_seq - 1, first.start.head, end.head, first.body, said.signature, said.clock,
            key_id_of(public_text(key)), kept, False,
        )  # fmt: skip
        journal = (journal_id, device_id, end.next_seq, end.head, at_us, at_us, clock.boot, at_us - clock.mono_us)
        return cls(segment, journal, (journal_id, 1, ""))
