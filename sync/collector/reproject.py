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

from sync.collector.apart import take_apart
from sync.collector.audit import note
from sync.collector.continued import Writer
from sync.collector.database import Database
from sync.collector.devices import Directory
from sync.collector.ingest import Device, keep_said, offsets_heard
from sync.collector.presstime import LocalDays, PressClock
from sync.collector.projected import Projection
from sync.collector.projection import Context, failed, project_entries
from sync.collector.replica import stored_entries
from sync.collector.schema import journal, micros, segment, unread

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


def reproject(database: Database, reading: Reading, progress: Progress) -> tuple[int, int]:
    """Read every unread entry anew; how many are read now, and how many are left as they were."""
    directory = Directory(database)
    with database.reading() as connection:
        wanted = select(journal.c.journal_id, journal.c.device_id).order_by(journal.c.journal_id)
        journals = connection.execute(wanted.where(journal.c.journal_id.in_(select(unread.c.journal_id)))).all()
    read = left = 0
    for number, (journal_id, device_id) in enumerate(journals, 1):
        sender = directory.find(device_id)
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
    first = select(func.min(unread.c.seq)).where(unread.c.journal_id == journal_id, unread.c.seq > after)
    seq = connection.execute(first).scalar_one()
    if seq is None:
        return None
    wanted: Select[Any] = select(segment.c.first_seq, segment.c.last_seq, segment.c.received_at)
    inside = (segment.c.journal_id == journal_id, segment.c.first_seq <= seq, segment.c.last_seq >= seq)
    return connection.execute(wanted.where(*inside)).one()


def _unread_in(connection: Connection, journal_id: str, batch: Row[Any]) -> set[int]:
    inside = unread.c.seq.between(batch.first_seq, batch.last_seq)
    return set(connection.execute(select(unread.c.seq).where(unread.c.journal_id == journal_id, inside)).scalars())


def _read_anew(
    connection: Connection, copy: Row[Any], batch: Row[Any], seqs: set[int], sender: Device, reading: Reading
) -> int:
    """Keep what these entries say; how many still say nothing."""
    writer = Writer(sender.device_id, copy.journal_id, copy.continued)
    # Dated by what is known of their boot, as from a file: which boot sent them is not asked again.
    offset_of = offsets_heard(connection, writer, copy.boot, copy.boot_offset_us)
    clock = PressClock(micros(batch.received_at), "", 0, offset_of)
    context = Context(sender.counter_id, sender.counters, clock, reading.days, sender.moves, sender.spans)
    stored = stored_entries(connection, copy.journal_id, min(seqs), max(seqs))
    entries = [(seq, line) for seq, _, line in stored if seq in seqs]

    def read(some: Sequence[tuple[int, bytes]]) -> int:
        projection = project_entries(some, context)
        # They come to be counted now, so they go out with what came in this part of the day.
        projection.received_on = reading.days.today(reading.now)
        these = {seq for seq, _ in some}
        connection.execute(delete(unread).where(unread.c.journal_id == copy.journal_id, unread.c.seq.in_(these)))
        keep_said(connection, writer, projection, batch.received_at)
        _note(connection, copy.journal_id, these, projection, reading)
        return len(projection.unread)

    return take_apart(connection, entries, read, _leave)


def _leave(entry: tuple[int, bytes], error: Exception) -> int:
    """What fails alone stays as it was."""
    _log.warning("entry not read", seq=entry[0], why=failed(entry[0], error).detail)
    return 1


def _note(connection: Connection, journal_id: str, seqs: set[int], projection: Projection, reading: Reading) -> None:
    read = seqs - {entry.seq for entry in projection.unread}
    if read:
        details = {"read": len(read), "first": min(read), "last": max(read)}
        note(connection, reading.now, reading.actor, "journal.reprojected", journal_id, details)
