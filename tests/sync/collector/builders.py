"""Kiosks for the collector's tests: they write chained lines as real ones do, and keep nothing."""

import itertools
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import insert, select

from kiosk.domain.instant import Instant
from kiosk.journal.chain import Cursor
from kiosk.journal.lines import (
    CommentLine,
    CountLine,
    Line,
    OpenedLine,
    RatingLine,
    ReasonsLine,
    RevisedLine,
    encode_line,
)
from sync.collector.calendar.bounds import Floor
from sync.collector.calendar.presstime import LocalDays
from sync.collector.replica.ingest import append_batch
from sync.collector.replica.sender import Device
from sync.collector.replica.sent import Appended, Arrival, Batch, Conflict
from sync.collector.store import schema
from sync.collector.store.database import Database
from sync.collector.store.schema import micros
from sync.protocol.kiosk_clock import format_kiosk_clock
from tests.sync.collector.cutting import cut_stored

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
DAYS = LocalDays(HANOI)
NOON = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
"""Noon in Hà Nội, a working Friday."""
ENROLLED = NOON - timedelta(days=1)
OPENED = NOON - timedelta(days=400)
"""When the counters were made."""
AT = "2026-11-20T11:59:00+07:00"
BOOT = "1b4e28ba-2fa1-41d2-883f-0016d3cca427"


@dataclass
class Pen:
    """Writes the lines of one journal."""

    journal_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    boot: str = BOOT
    lines: list[bytes] = field(default_factory=list)
    mono_us: int = 1_000_000
    enclosures: dict[int, bytes] = field(default_factory=dict)

    def write(self, make: type[Line], **values: object) -> int:
        """Append a line; its seq."""
        seq = len(self.lines) + 1
        self.mono_us += 1_000_000
        kinds = {OpenedLine: "opened", RatingLine: "rating", ReasonsLine: "reasons", RevisedLine: "revised"}
        kind = {**kinds, CommentLine: "comment", CountLine: "count"}[make]
        common = {"seq": seq, "at": AT, "mono": self.mono_us, "boot": self.boot, "kind": kind}
        self.lines.append(encode_line(make(**{**common, **values})))
        return seq

    @property
    def is_plain(self) -> bool:
        """Whether its lines all say the same moment, so that none can make a cut due: then the office cuts them."""
        return all(AT.encode() in line for line in self.lines)

    def opened(self) -> int:
        return self.write(OpenedLine, software="0.1.0")

    def rating(self, level: int = 5, standing: str = "counted", **values: object) -> int:
        return self.write(
            RatingLine, **{"survey": "sipas-5@1", "question": "overall", "level": level, "standing": standing, **values}
        )

    def reasons(self, rating: int, *reasons: str) -> int:
        return self.write(ReasonsLine, rating=rating, reasons=list(reasons))

    def revised(self, rating: int, level: int) -> int:
        return self.write(RevisedLine, rating=rating, level=level)

    def comment(self, rating: int, text: str | bytes, **values: object) -> int:
        """A sentence on a rating, its text (or what is sealed of it) enclosed; its seq."""
        salt, payload = f"salt of {len(self.lines)}".encode(), text.encode() if isinstance(text, str) else text
        commitment = sha256(salt + payload).hexdigest()
        seq = self.write(CommentLine, **{"rating": rating, "enclosure": commitment, **values})
        self.enclosures[seq] = msgspec.json.encode({"enclosure": seq, "salt": salt, "payload": payload})
        return seq

    def raw(self, line: bytes) -> int:
        self.lines.append(line)
        return len(self.lines)

    def cursor(self, seq: int | None = None) -> Cursor:
        """The cursor after ``seq``; after the last line by default."""
        return Cursor.start(self.journal_id).after(self.lines[:seq])

    def batch(self, first: int = 1, last: int | None = None) -> Batch:
        """The lines from ``first`` to ``last`` (the newest by default)."""
        lines = tuple(self.lines[first - 1 : last])
        enclosed = [self.enclosures[seq] for seq in range(first, first + len(lines)) if seq in self.enclosures]
        return Batch(self.journal_id, self.cursor(first - 1), lines, tuple(enclosed))

    def instant(self) -> Instant:
        """What the kiosk's clocks say now."""
        return Instant(NOON.astimezone(HANOI), self.mono_us + 1_000_000, self.boot)


def receipt_of(pen: Pen, received_at: datetime = NOON, clock: Instant | None = None) -> Arrival:
    """A receipt for what ``pen`` sends."""
    clock = clock or pen.instant()
    return Arrival(received_at, clock, "kiosk=:AAAA:", format_kiosk_clock(clock), "")


@dataclass
class Office:
    """A database with one unit, two counters and kiosks."""

    database: Database
    device: Device
    serial: "itertools.count[int]" = field(default_factory=lambda: itertools.count(2))

    def append(self, pen: Pen, batch: Batch | None = None, **receipt: object) -> Appended | Conflict:
        """Append ``batch`` (all that ``pen`` wrote, by default) in a transaction of its own."""
        with self.database.writing() as connection:
            found = append_batch(
                connection,
                self.device,
                batch or pen.batch(),
                receipt_of(pen, **receipt),  # type: ignore[arg-type]
                DAYS,
            )
            if pen.is_plain:
                cut_stored(connection)
            return found

    def cut(self) -> None:
        """Cut what came of kiosks whose lines say when they were written."""
        with self.database.writing() as connection:
            cut_stored(connection)

    def new_device(self) -> Device:
        """One more kiosk at the first counter."""
        return _enrol(self.database, next(self.serial))

    def rows(self, table: str, *columns: str) -> list[tuple[object, ...]]:
        """All rows of a table in the order of their key."""
        found = schema.metadata.tables[table]
        wanted = [found.c[name] for name in columns] or list(found.c)
        with self.database.reading() as connection:
            return [tuple(row) for row in connection.execute(select(*wanted).order_by(*found.primary_key.columns))]


def open_office(database: Database) -> Office:
    """Make the unit, its counters and the first kiosk."""
    with database.writing() as connection:
        connection.execute(
            insert(schema.unit), {"unit_id": 1, "code": "XA", "name": "Xã Bắc Sơn", "kind": "office", "path": "XA/"}
        )
        for number in (1, 2):
            connection.execute(
                insert(schema.counter),
                {
                    "counter_id": number, "code": f"Q{number}", "name": f"Quầy {number}", "unit_id": 1,
                    "created_at": OPENED,
                },
            )  # fmt: skip
    return Office(database, _enrol(database, 1))


def _enrol(database: Database, number: int) -> Device:
    floor = Floor(micros(OPENED), micros(OPENED))
    counters = {"Q1": 1, "Q2": 2}
    device = Device(str(uuid.UUID(int=number)), number.to_bytes(32), 1, counters, False, floor=floor)
    with database.writing() as connection:
        connection.execute(
            insert(schema.device),
            {
                "device_id": device.device_id, "counter_id": 1, "public_key": f"key {number}", "info": {},
                "enrolled_at": ENROLLED,
            },
        )  # fmt: skip
        connection.execute(
            insert(schema.device_grant),
            {"device_id": device.device_id, "counter_id": 2, "granted_at": ENROLLED, "granted_by": "it"},
        )
    return device
