"""Step 10, append: a batch becomes part of the collector's copy of a journal, or nothing happens at all.

The cursor is the only gate. A batch that starts exactly where the copy ends is appended;
of one that overlaps it, the part already stored is skipped when its bytes hash to the
stored head; any other changes nothing and gets the stored cursor back. Lines, ratings,
tallies and the new cursor are written in the caller's one transaction, so a batch counts
once or not at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

import structlog
from sqlalchemy import Connection

from kiosk.domain.instant import Instant
from kiosk.journal.chain import Cursor, chain_over
from sync.collector.calendar.bounds import Walls
from sync.collector.calendar.presstime import LocalDays, PressClock
from sync.collector.errors import HeadDiffers, SenderGone
from sync.collector.replica.boots import keep_boot, offsets_heard
from sync.collector.replica.comments import awaited, enclose, keep_comments, place_comments
from sync.collector.replica.continued import (
    JournalWriter,
    find_duplicates,
    note_continuation,
    place_late,
)
from sync.collector.replica.held import begin_cuts, mark_due, may_cut
from sync.collector.replica.keep import (
    enclosed_seq,
    keep_enclosures,
    keep_projection,
    keep_ratings,
    keep_unread,
    last_measured,
    measured_before,
)
from sync.collector.replica.projection import Context, failed, project
from sync.collector.replica.projection_rows import Projection
from sync.collector.replica.sender import Device
from sync.collector.replica.stored import COPY_LOCKED, Segment, Vouching, keep_segment, packed, require_owner
from sync.collector.store.apart import take_apart
from sync.collector.store.bulk import insert_rows, update_rows
from sync.collector.store.schema import journal, micros

_log = structlog.get_logger("collector.ingest")


@dataclass(frozen=True, slots=True)
class Batch:
    """Consecutive lines of one journal as they came."""

    journal_id: str
    start: Cursor
    lines: tuple[bytes, ...]
    enclosures: tuple[bytes, ...] = ()
    body: bytes | None = None
    """The gzip body that holds exactly ``lines``, to be kept as it is; None where there is none."""
    head: bytes | None = None
    """The chain's hash after its last line, as its kiosk signed it; None where an older kiosk did not."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """When and how a batch was received."""

    received_at: datetime
    clock: Instant
    """What the kiosk's clocks said when it sent."""
    signature: str
    kiosk_clock: str
    base: str
    """The text that was signed; empty where none is known."""
    by_file: bool = False
    """Whether the batch lay in a file for nobody knows how long: then its boot clock dates nothing."""
    public_key: str | None = None
    """By which key (base64) it was believed, where that may have changed since; None where it cannot have."""


@dataclass(frozen=True, slots=True)
class Appended:
    """The batch is part of the copy now."""

    cursor: Cursor
    added: int
    """How many of its lines were new."""
    unread: int = 0


@dataclass(frozen=True, slots=True)
class Conflict:
    """The batch does not continue the copy; nothing was written."""

    cursor: Cursor
    """Where the copy ends."""


def append_batch(
    connection: Connection, device: Device, batch: Batch, arrival: Arrival, days: LocalDays, apart: bool = False
) -> Appended | Conflict:
    """Append ``batch`` to the copy if, and only if, it continues it; a repeat changes nothing.

    With ``apart`` a line that cannot be kept is set aside alone; without, as is quicker, what it raises undoes the
    batch, and whoever calls does it again (``lies_in_the_data``). Raises JournalForeign for a journal that another
    device writes, and SenderGone for a device whose credential was withdrawn or that has another key by now.
    """
    copy = _locked_copy(connection, device, batch, arrival)
    if copy is None:
        return Conflict(Cursor.start(batch.journal_id))
    known = _known_lines(copy.cursor, batch)
    if known is None:
        return Conflict(copy.cursor)
    fresh = batch.lines[known:]
    received_us = micros(arrival.received_at)
    if not fresh:
        _take_enclosures(connection, copy, copy.cursor.next_seq, received_us, batch)
        return Appended(copy.cursor, 0)
    end = Cursor(copy.cursor.next_seq + len(fresh), chain_over(copy.cursor.head, fresh))
    if batch.head not in (None, end.head):
        raise HeadDiffers("the signed head is not the hash after the last line of the batch")
    as_sent = batch.body if len(fresh) == len(batch.lines) and not batch.enclosures else None
    part = Segment(batch.journal_id, copy.cursor, end, as_sent or packed(fresh), as_sent is not None)
    vouching = Vouching(arrival.signature, arrival.kiosk_clock, device.key_id, arrival.base or None, arrival.by_file)
    keep_segment(connection, part, received_us, device.device_id, vouching)
    reading = _Reading(connection, device, copy, arrival, days, fresh)
    unread, measured_us = reading.take_apart(end) if apart else reading.take_whole()
    _take_enclosures(connection, copy, end.next_seq, received_us, batch)
    is_first = copy.cursor.next_seq == 1
    if copy.continued or may_cut(fresh, days, copy.measured_us, measured_us, is_first=is_first):
        mark_due(connection, [batch.journal_id])
    _move_cursor(connection, copy, end, arrival, measured_us)
    return Appended(end, len(fresh), unread)


def keep_said(
    connection: Connection, writer: JournalWriter, projection: Projection, received_at: datetime
) -> Projection:
    """Write and count all that lines of a journal say, also of other journals of that kiosk.

    Returns the same with all that is unread: also what could be read and speaks of a rating that is not there.
    """
    received_us = micros(received_at)
    if projection.opened is not None:
        note_continuation(connection, writer.device_id, writer.journal_id, projection.opened, received_at)
    late = place_late(connection, writer.journal_id, projection.late)
    unread = [*projection.unread, *late.unread]
    for other, entries in late.elsewhere.items():
        unread += keep_ratings(connection, other, received_us, Projection(late=entries))
    comments = place_comments(connection, writer.journal_id, projection)
    own = keep_projection(connection, writer.journal_id, received_us, replace(projection, late=late.own))
    unread += [*comments.unread, *own]
    keep_unread(connection, writer.journal_id, received_us, unread)
    keep_comments(connection, writer.journal_id, comments.rows)
    return replace(projection, unread=unread)


@dataclass(frozen=True, slots=True)
class _Copy:
    """The collector's copy of one journal, locked for this transaction."""

    journal_id: str
    cursor: Cursor
    boot: str | None
    boot_offset_us: int | None
    continued: bool
    measured_us: int | None


@dataclass(frozen=True)
class _Reading:
    """Reads lines that are kept already: what they say is kept and counted beside them."""

    connection: Connection
    device: Device
    copy: _Copy
    arrival: Arrival
    days: LocalDays
    fresh: tuple[bytes, ...]

    def take_whole(self) -> tuple[int, int | None]:
        """Read the lines and keep what they say; how many are unread, and when the last measured press was."""
        said = self._take(self.copy.cursor, self.fresh)
        return len(said.unread), last_measured(said)

    def take_apart(self, end: Cursor) -> tuple[int, int | None]:
        """Read and keep the lines so that none undoes another: a batch may be cut anywhere and says the same."""
        starts = [self.copy.cursor]
        for line in self.fresh:
            starts.append(starts[-1].after([line]))
        places = range(len(self.fresh))
        unread = take_apart(
            self.connection,
            places,
            lambda some: len(self._take(starts[some[0]], self.fresh[some[0] : some[-1] + 1]).unread),
            lambda place, error: self._set_aside(starts[place].next_seq, error),
        )
        return unread, measured_before(self.connection, self.copy.journal_id, end.next_seq)

    def _take(self, start: Cursor, lines: Sequence[bytes]) -> Projection:
        connection, received_at = self.connection, self.arrival.received_at
        writer = JournalWriter(self.device.device_id, self.copy.journal_id, self.copy.continued)
        duplicates = find_duplicates(connection, writer, start, lines, received_at)
        return keep_said(connection, writer, project(start.next_seq, lines, self._context, duplicates), received_at)

    @cached_property
    def _context(self) -> Context:
        # Of the whole batch: a press time is bound by what stands before and after its line, however it is taken apart.
        return _context(self.connection, self.device, self.copy, self.arrival, self.days, self.fresh)

    def _set_aside(self, seq: int, error: Exception) -> int:
        entry = failed(seq, error)
        _log.warning("entry set aside", journal=self.copy.journal_id, seq=seq, why=entry.detail)
        keep_unread(self.connection, self.copy.journal_id, micros(self.arrival.received_at), [entry])
        return 1


def _locked_copy(connection: Connection, device: Device, batch: Batch, arrival: Arrival) -> _Copy | None:
    wanted = {"wanted": batch.journal_id, "sender": device.device_id}
    if batch.start == Cursor.start(batch.journal_id):
        _open_copy(connection, device, batch, arrival)
    row = connection.execute(COPY_LOCKED, wanted).one_or_none()
    if row is None:
        return None
    if row.key_now is None or arrival.public_key not in (None, row.key_now):
        raise SenderGone("this device's credential was withdrawn")
    if row.next_seq > 1:
        require_owner(row.device_id, device.device_id)
    elif row.device_id != device.device_id:
        # Named by a continuation before its own first batch came: whoever brings that wrote it.
        update_rows(connection, journal, ("journal_id",), ("device_id",), [(batch.journal_id, device.device_id)])
    cursor = Cursor(row.next_seq, row.head)
    return _Copy(batch.journal_id, cursor, row.boot, row.boot_offset_us, row.continued, row.measured_us)


def _open_copy(connection: Connection, device: Device, batch: Batch, arrival: Arrival) -> None:
    # Nothing happens to a copy that is there. Two first batches may come at once; the second waits here.
    names = ("journal_id", "device_id", "next_seq", "head", "first_received_at", "last_received_at")
    row = (batch.journal_id, device.device_id, 1, batch.start.head, *[micros(arrival.received_at)] * 2)
    if insert_rows(connection, journal, {}, names, [row], then="ON CONFLICT (journal_id) DO NOTHING"):
        begin_cuts(connection, batch.journal_id)


def _known_lines(stored: Cursor, batch: Batch) -> int | None:
    """How many of the batch's first lines the copy has already, byte for byte; None when the batch does not fit."""
    known = stored.next_seq - batch.start.next_seq
    if not 0 <= known <= len(batch.lines):
        return None
    return known if chain_over(batch.start.head, batch.lines[:known]) == stored.head else None


def _context(
    connection: Connection, device: Device, copy: _Copy, arrival: Arrival, days: LocalDays, fresh: tuple[bytes, ...]
) -> Context:
    boot = "" if arrival.by_file else arrival.clock.boot
    last = (copy.boot, copy.boot_offset_us)
    offset_of = offsets_heard(connection, device.device_id, copy.journal_id, last, fresh)
    walls = Walls(fresh, device.floor, copy.measured_us)
    clock = PressClock(micros(arrival.received_at), boot, arrival.clock.mono_us, offset_of, walls)
    return Context(device.counter_id, device.counters, clock, days, device.moves, device.spans, device.ended)


def _take_enclosures(connection: Connection, copy: _Copy, next_seq: int, received_us: int, batch: Batch) -> None:
    """Keep what is enclosed to entries that are new or still to come; to those before, what they wait for."""
    if not batch.enclosures:
        return
    known = {line for line in batch.enclosures if 0 < enclosed_seq(line) < copy.cursor.next_seq}
    passed_over = known.difference(awaited(connection, copy.journal_id, known))
    taken = [line for line in batch.enclosures if line not in passed_over]
    keep_enclosures(connection, copy.journal_id, received_us, next_seq - 1, taken)
    enclose(connection, copy.journal_id, taken)


def _move_cursor(connection: Connection, copy: _Copy, end: Cursor, arrival: Arrival, measured_us: int | None) -> None:
    boot: str | None = arrival.clock.boot
    offset_us: int | None = micros(arrival.received_at) - arrival.clock.mono_us
    if arrival.by_file:
        boot, offset_us = copy.boot, copy.boot_offset_us
    elif copy.boot is not None and copy.boot_offset_us is not None and copy.boot != boot:
        keep_boot(connection, copy.journal_id, copy.boot, copy.boot_offset_us)
    measured = copy.measured_us if measured_us is None else measured_us
    row = (copy.journal_id, end.next_seq, end.head, micros(arrival.received_at), boot, offset_us, measured)
    update_rows(connection, journal, ("journal_id",), _MOVED, [row])


_MOVED = ("next_seq", "head", "last_received_at", "boot", "boot_offset_us", "measured_us")
