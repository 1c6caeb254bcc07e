"""Reproject: entries that were kept unread are read anew, after an upgrade that understands them.

The lines are the truth and were kept; only what they say was not understood. Each stretch of them is taken in
one transaction with its counts, as it would have been when it came, so it may be repeated or broken off at any
time: what is read is unread no more, and what still cannot be read stays as it was.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Connection, Row, Select, delete, func, select

from sync.collector.calendar.bounds import Walls
from sync.collector.calendar.presstime import LocalDays, OffsetOf, PressClock
from sync.collector.calendar.usual import read_usual
from sync.collector.fleet.devices.directory import Directory
from sync.collector.people.audit import note
from sync.collector.replica.blocks.judging import judge_anew
from sync.collector.replica.boots import boots_in, offsets_heard
from sync.collector.replica.continued import JournalWriter
from sync.collector.replica.ingest import keep_said
from sync.collector.replica.keep import measured_before
from sync.collector.replica.projection import Context, failed, project_entries
from sync.collector.replica.projection_rows import Projection, UnreadReason
from sync.collector.replica.sender import Device
from sync.collector.replica.stored import stored_entries
from sync.collector.store.apart import take_apart
from sync.collector.store.database import Database
from sync.collector.store.schema import journal, micros, segment, unread
from sync.protocol.errors import ClockUnreadable
from sync.protocol.kiosk_clock import parse_kiosk_clock

DRIFT_US_MAX = 600_000_000
"""So far a boot clock and ours drift apart while a kiosk runs."""

# A cut is read again with its whole journal, and what is said after one has come too late for good.
_READ = unread.c.reason.not_in([UnreadReason.BAD_CUT, UnreadReason.BAD_TREE, UnreadReason.AFTER_CUT])

_log = structlog.get_logger("collector.reproject")


@dataclass(frozen=True, slots=True)
class Reading:
    """Who reads anew, when, by which calendar."""

    now: datetime
    actor: str
    days: LocalDays


@dataclass(frozen=True, slots=True)
class Journal:
    """What became of one journal's unread entries."""

    number: int
    of: int
    """So many journals have such entries."""
    read: int
    left: int


Progress = Callable[[Journal], None]


def reproject(
    database: Database, reading: Reading, progress: Progress, device_id: str | None = None
) -> tuple[int, int]:
    """Read every unread entry anew, or one kiosk's; how many are read now, and how many are left as they were."""
    directory = Directory(database)
    with database.reading() as connection:
        wanted = select(journal.c.journal_id, journal.c.device_id).order_by(journal.c.journal_id)
        wanted = wanted if device_id is None else wanted.where(journal.c.device_id == device_id)
        journals = connection.execute(
            wanted.where(journal.c.journal_id.in_(select(unread.c.journal_id).where(_READ)))
        ).all()
    read = left = 0
    for number, (journal_id, writes) in enumerate(journals, 1):
        sender = directory.find(writes)
        assert sender is not None  # noqa: S101 - a journal names an enrolled device
        counts = list(_stretches(database, journal_id, sender, reading))
        done = Journal(number, len(journals), sum(n for n, _ in counts), sum(m for _, m in counts))
        progress(done)
        read, left = read + done.read, left + done.left
    return read, left


def _stretches(database: Database, journal_id: str, sender: Device, reading: Reading) -> Iterator[tuple[int, int]]:
    """One accepted batch after another: how many of its entries were read, and how many are left."""
    after = 0
    while True:
        # A transaction for each: the kiosk's own deliveries wait for one batch at most.
        with database.writing() as connection:
            wanted = select(journal).where(journal.c.journal_id == journal_id).with_for_update()
            copy = connection.execute(wanted).one()
            batch = _next_batch(connection, journal_id, after)
            if batch is None:
                return
            seqs = _unread_in(connection, journal_id, batch)
            left = _read_anew(connection, copy, batch, seqs, sender, reading)
            after = batch.last_seq
        yield len(seqs) - left, left


def _next_batch(connection: Connection, journal_id: str, after: int) -> Row[Any] | None:
    """The batch of the first unread entry after ``after``."""
    first = select(func.min(unread.c.seq)).where(unread.c.journal_id == journal_id, unread.c.seq > after, _READ)
    seq = connection.execute(first).scalar_one()
    if seq is None:
        return None
    wanted: Select[Any] = select(segment.c.first_seq, segment.c.last_seq, segment.c.received_at, segment.c.kiosk_clock)
    inside = (segment.c.journal_id == journal_id, segment.c.first_seq <= seq, segment.c.last_seq >= seq)
    return connection.execute(wanted.where(*inside)).one()


def _unread_in(connection: Connection, journal_id: str, batch: Row[Any]) -> set[int]:
    inside = unread.c.seq.between(batch.first_seq, batch.last_seq)
    return set(
        connection.execute(select(unread.c.seq).where(unread.c.journal_id == journal_id, inside, _READ)).scalars()
    )


def _read_anew(
    connection: Connection, copy: Row[Any], batch: Row[Any], seqs: set[int], sender: Device, reading: Reading
) -> int:
    """Keep what these entries say; how many still say nothing."""
    writer = JournalWriter(sender.device_id, copy.journal_id, copy.continued)
    lines = {seq: line for seq, _, line in stored_entries(connection, copy.journal_id, batch.first_seq, batch.last_seq)}
    together, last = list(lines.values()), (copy.boot, copy.boot_offset_us)
    usual = read_usual(together)
    offset_of = offsets_heard(connection, sender.device_id, copy.journal_id, last, lambda: boots_in(together, usual))
    walls = Walls(together, sender.floor, measured_before(connection, copy.journal_id, batch.first_seq), usual)
    clock = PressClock(micros(batch.received_at), *_sent_by(batch, offset_of), offset_of, walls)
    context = Context(
        sender.counter_id, sender.counters, clock, reading.days, sender.moves, sender.spans, sender.ended, usual
    )
    entries = [(seq, lines[seq]) for seq in sorted(seqs)]

    def read(some: Sequence[tuple[int, bytes]]) -> int:
        projection = project_entries(some, context)
        these = {seq for seq, _ in some}
        connection.execute(delete(unread).where(unread.c.journal_id == copy.journal_id, unread.c.seq.in_(these)))
        said = keep_said(connection, writer, projection, batch.received_at)
        if projection.ratings or projection.late:
            judge_anew(connection, [copy.journal_id])
        _note(connection, copy.journal_id, these, said, reading)
        return len(said.unread)

    return take_apart(connection, entries, read, _leave)


def _leave(entry: tuple[int, bytes], error: Exception) -> int:
    """What fails alone stays as it was."""
    _log.warning("entry not read", seq=entry[0], why=failed(entry[0], error).detail)
    return 1


def _sent_by(batch: Row[Any], offset_of: OffsetOf) -> tuple[str, int]:
    """The boot that sent the batch, and what its boot clock read: its entries are dated as they were when they came.

    Of one that lay in a file for nobody knows how long, the boot was never heard then: its clock dates nothing.
    """
    try:
        sent = parse_kiosk_clock(batch.kiosk_clock)
    except ClockUnreadable:
        return "", 0
    heard = offset_of(sent.boot)
    if heard is None or abs(micros(batch.received_at) - sent.mono_us - heard) > DRIFT_US_MAX:
        return "", 0
    return sent.boot, sent.mono_us


def _note(connection: Connection, journal_id: str, seqs: set[int], projection: Projection, reading: Reading) -> None:
    read = seqs - {entry.seq for entry in projection.unread}
    if read:
        details = {"read": len(read), "first": min(read), "last": max(read)}
        note(connection, reading.now, reading.actor, "journal.reprojected", journal_id, details)
