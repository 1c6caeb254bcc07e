"""Intake: files from kiosks without a network, taken in any order, as often as they are brought.

Each request in a file passes the same checks as on the wire: its signature, its limits, the
cursor. So a file from a stick that anyone may have had in hand is worth what its signatures
are, and mixing files with online delivery is safe.
"""

import base64
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import msgspec
from sqlalchemy import Connection, select

from kiosk.journal.chain import Cursor
from sync.collector.calendar.presstime import LocalDays
from sync.collector.errors import CollectorError, Refusal, UsageWrong
from sync.collector.fleet.devices.devices import WrongCode, answer_for, enrol, hash_code
from sync.collector.fleet.devices.directory import Directory
from sync.collector.fleet.devices.own import Addresses
from sync.collector.replica.ingest import append_batch
from sync.collector.replica.sender import Device
from sync.collector.replica.sent import Appended, Arrival, Batch, Conflict
from sync.collector.replica.stored import is_same
from sync.collector.store.database import Database, faults_named
from sync.collector.store.partitions import ensure_partitions
from sync.collector.store.schema import device, journal
from sync.collector.transparency.carried import carried_leaf, carried_log
from sync.collector.transparency.public import PublicLog
from sync.protocol.acknowledgement import AcknowledgedJournal, AcknowledgedKiosk, Acknowledgement
from sync.protocol.addressed import Received
from sync.protocol.batch import is_gzip, unpack_batch
from sync.protocol.errors import AddressWrong, SignatureInvalid, WireError
from sync.protocol.kiosk_clock import format_kiosk_clock
from sync.protocol.messages import (
    EnrolmentRequest,
    JournalId,
    MessageInvalid,
    decode_message,
)
from sync.protocol.parcel import ParcelRequest, ParcelUnreadable, read_parcel
from sync.protocol.signature import Verified

_ENROLMENTS = "/v1/enrolments"


class NotTaken(CollectorError):
    """Something in a file was not taken; the rest was."""


@dataclass
class FileResult:
    """What became of one file."""

    file: Path
    added: int = 0
    """Entries that were new."""
    known: int = 0
    """Entries that were here already."""
    troubles: dict[str, NotTaken] = field(default_factory=dict)
    """Why the rest was not taken, each once, by its English words."""

    def trouble(self, why: NotTaken) -> None:
        """Note why something was not taken."""
        self.troubles.setdefault(str(why), why)


class Intake:
    """Takes files into one database."""

    def __init__(self, database: Database, url: str, days: LocalDays, now: Callable[[], datetime]) -> None:
        """``url`` is the collector's address by its settings; those that it had before are taken as well."""
        self._database = database
        self._url = url
        self._days = days
        self._now = now
        self._directory = Directory(database)
        self._addresses = Addresses(database, url)

    def take(self, files: Iterable[Path], progress: Callable[[FileResult], None]) -> list[FileResult]:
        """Take what is in ``files``, whose order does not matter; ``progress`` hears of each.

        Raises UsageWrong for a file that cannot be read at all; what is wrong in a file is in its result.
        """
        results: list[FileResult] = []
        early: list[tuple[FileResult, ParcelRequest]] = []
        for file in files:
            results.append(result := FileResult(file))
            early += [(result, request) for request in _requests_in(result) if not self._take(result, request)]
            progress(result)
        while early:
            still = [(result, request) for result, request in early if not self._take(result, request)]
            if len(still) == len(early):
                for result, _ in still:
                    result.trouble(NotTaken("an earlier file of this kiosk is missing: bring that one too"))
                break
            early = still
        return results

    def _take(self, result: FileResult, request: ParcelRequest) -> bool:
        """Take one request; whether it came to an end, good or bad. Not so is one that follows what is not here yet."""
        try:
            if request.target == _ENROLMENTS:
                self._enrol(request)
                return True
            return self._append(result, request)
        except NotTaken as error:
            result.trouble(error)
        except (WireError, MessageInvalid, Refusal, ValueError, LookupError) as error:
            result.trouble(NotTaken("{why}", why=error))
        return True

    def _enrol(self, request: ParcelRequest) -> None:
        keyid = self._verified(request, _own_key).keyid
        wanted = decode_message(EnrolmentRequest, request.body)
        if wanted.public_key != keyid:
            raise SignatureInvalid("the request is signed with another key than the one handed in")
        with self._writing() as connection:
            outcome = enrol(connection, wanted, hash_code(wanted.code), self._now())
        if isinstance(outcome, WrongCode):
            raise NotTaken("the enrolment code in it is wrong, used up or expired; enrol the kiosk with a new one")

    def _append(self, result: FileResult, request: ParcelRequest) -> bool:
        sender: list[Device] = []

        def key_of(keyid: str) -> bytes:
            sender.append(self._sender(keyid))
            return sender[-1].public_key

        verified = self._verified(request, key_of)
        encoding = request.headers.get("Content-Encoding")
        lines, enclosures = unpack_batch(request.body, encoding)
        journal_id, start, head = _place_in(request.target)
        body = request.body if is_gzip(encoding) and not enclosures else None
        batch = Batch(journal_id, start, lines, enclosures, body, head)
        clock_words = format_kiosk_clock(verified.clock)
        arrival = Arrival(self._now(), verified.clock, verified.signature, clock_words, verified.base, by_file=True)
        with self._writing() as connection:
            ensure_partitions(connection, arrival.received_at)
            outcome = append_batch(connection, sender[-1], batch, arrival, self._days, apart=True)
            match outcome:
                case Appended(_, added):
                    result.added += added
                    result.known += len(lines) - added
                case Conflict(cursor) if batch.start.next_seq > cursor.next_seq:
                    return False
                case Conflict(cursor):
                    _require_known(connection, batch)
                    result.known += len(lines)
        return True

    def _verified(self, request: ParcelRequest, key_of: Callable[[str], bytes]) -> Verified:
        called = request.address or None
        received = Received(request.method, request.target, request.headers, request.body, called)
        try:
            return received.verify(key_of, self._url, self._addresses.all).verified
        except AddressWrong as error:
            raise NotTaken(
                "it is signed for a collector at {address}, and this one is at {own}; if both are this one, set "
                "public_url to what kiosks call, start the collector once, and bring the file again",
                address=request.address,
                own=error.address,
            ) from error
        except SignatureInvalid as error:
            raise NotTaken(
                "its signature does not fit this collector at {own}: if kiosks call it otherwise, set public_url; "
                "else the file was altered, or the kiosk has another key by now",
                own=self._url,
            ) from error

    def _sender(self, keyid: str) -> Device:
        """The kiosk by its id, or by its key where it does not know its id yet."""
        with self._database.reading() as connection:
            known = connection.execute(
                select(device.c.device_id).where(device.c.public_key == keyid)
            ).scalar_one_or_none()
        self._directory.forget(known or keyid)
        found = self._directory.find(known or keyid)
        if found is None:
            raise NotTaken("no kiosk with this key is enrolled here; enrol it with a new code")
        if found.revoked:
            raise NotTaken("the credential of this kiosk was withdrawn")
        return found

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with faults_named(self._database), self._database.writing() as connection:
            yield connection


def acknowledgement(connection: Connection, log: PublicLog) -> Acknowledgement:
    """What the collector has of every kiosk that may still send, and where that is in what is published of the log."""
    cursors: dict[str, list[AcknowledgedJournal]] = {}
    published = log.newest()
    for row in connection.execute(select(journal).where(journal.c.next_seq > 1)):
        leaf = None if published is None else carried_leaf(connection, log, published, row.journal_id)
        known = AcknowledgedJournal(row.journal_id, row.next_seq, row.head.hex(), leaf)
        cursors.setdefault(row.device_id, []).append(known)
    kiosks = connection.execute(select(device).where(device.c.revoked_at.is_(None)).order_by(device.c.enrolled_at))
    return Acknowledgement(
        1,
        [
            AcknowledgedKiosk(
                row.public_key, answer_for(connection, row.device_id, row.counter_id), cursors.get(row.device_id, [])
            )
            for row in kiosks
        ],
        None if published is None else carried_log(connection, log, published),
    )


def _require_known(connection: Connection, batch: Batch) -> None:
    last, head = batch.start.next_seq + len(batch.lines) - 1, batch.start.after(batch.lines).head
    if not is_same(connection, batch.journal_id, last, head):
        raise NotTaken(
            "journal {journal} took another course here, for its disk was restored or copied; connect that kiosk once",
            journal=batch.journal_id,
        )


def _requests_in(result: FileResult) -> Iterator[ParcelRequest]:
    try:
        with result.file.open("rb") as file:
            yield from read_parcel(file)
    except ParcelUnreadable as error:
        result.trouble(
            NotTaken("it is no file of kiosk export, or was cut ({why}); the whole part is taken", why=error)
        )
    except OSError as error:
        raise UsageWrong("{file} cannot be read ({why})", file=result.file, why=error.strerror) from error


def _place_in(target: str) -> tuple[str, Cursor, bytes | None]:
    """Journal, start and head of a batch by its signed address; raises ValueError for another one."""
    parts = urlsplit(target)
    match parts.path.split("/"):
        case ["", "v1", "journals", journal_id, "entries"]:
            query = parse_qs(parts.query)
            seq, prev = int(query["from"][0]), bytes.fromhex(query["prev"][0])
            head = bytes.fromhex(query["head"][0]) if "head" in query else None
            return msgspec.convert(journal_id, JournalId), Cursor(max(1, seq), prev), head
        case _:
            raise ValueError(f"a file holds no request to {parts.path}")


def _own_key(keyid: str) -> bytes:
    return base64.b64decode(keyid, validate=True)
