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

from kiosk.journal.chain import Cursor, chain_over
from sync.collector.calendar.bounds import Walls
from sync.collector.calendar.presstime import LocalDays, PressClock
from sync.collector.calendar.usual import are_plain, read_usual
from sync.collector.errors import HeadDiffers, SenderGone
from sync.collector.replica.boots import boots_in, offsets_heard, put_boot
from sync.collector.replica.comments import awaited, enclose, keep_comments, place_comments
from sync.collector.replica.continued import (
    JournalWriter,
    find_duplicates,
    note_continuation,
    place_late,
)
from sync.collector.replica.held import begin_cuts, may_cut
from sync.collector.replica.keep import (
    enclosed_seq,
    keep_enclosures,
    keep_unread,
    last_measured,
    measured_before,
    put_projection,
    put_ratings,
    put_unread,
)
from sync.collector.replica.projection import Context, failed, project
from sync.collector.replica.projection_rows import Projection
from sync.collector.replica.sender import Device
from sync.collector.replica.sent import Appended, Arrival, Batch, Conflict, Sent
from sync.collector.replica.stored import (
    SEGMENT,
    Locked,
    Segment,
    Vouching,
    packed,
    read_locked,
    require_owner,
    segment_row,
)
from sync.collector.replica.writes import Writes
from sync.collector.store.apart import take_apart
from sync.collector.store.bulk import insert_rows, update_rows
from sync.collector.store.schema import cut_due, journal, micros, segment

_log = structlog.get_logger("collector.ingest")


def append_batch(
    connection: Connection, device: Device, batch: Batch, arrival: Arrival, days: LocalDays, apart: bool = False
) -> Appended | Conflict:
    """Append ``batch`` to the copy if, and only if, it continues it; a repeat changes nothing.

    With ``apart`` a line that cannot be kept is set aside alone; without, as is quicker, what it raises undoes the
    batch, and whoever calls does it again (``lies_in_the_data``). Raises JournalForeign for a journal that another
    device writes, and SenderGone for a device whose credential was withdrawn or that has another key by now.
    """
    [outcome] = append_together(connection, [Sent(device, batch, arrival)], days, apart)
    return outcome


def append_together(
    connection: Connection, sent: Sequence[Sent], days: LocalDays, apart: bool = False
) -> list[Appended | Conflict]:
    """The same for batches of different kiosks, written together; what one of them raises undoes all."""
    for each in sent:
        if each.batch.start == Cursor.start(each.batch.journal_id):
            _open_copy(connection, each)
    copies = read_locked(connection, {each.batch.journal_id: each.device.device_id for each in sent})
    writes = Writes(connection)
    outcomes = [_append(writes, each, copies.get(each.batch.journal_id), days, apart) for each in sent]
    writes.flush()
    return outcomes


def _append(writes: Writes, sent: Sent, found: Locked | None, days: LocalDays, apart: bool) -> Appended | Conflict:
    device, batch, arrival = sent
    if found is None:
        return Conflict(Cursor.start(batch.journal_id))
    copy = _own_copy(writes.connection, sent, found)
    known = _known_lines(copy.cursor, batch)
    if known is None:
        return Conflict(copy.cursor)
    fresh = batch.lines[known:]
    received_us = micros(arrival.received_at)
    if not fresh:
        _take_enclosures(writes, copy, copy.cursor.next_seq, received_us, batch)
        return Appended(copy.cursor, 0)
    end = Cursor(copy.cursor.next_seq + len(fresh), chain_over(copy.cursor.head, fresh))
    if batch.head not in (None, end.head):
        raise HeadDiffers("the signed head is not the hash after the last line of the batch")
    as_sent = batch.body if len(fresh) == len(batch.lines) and not batch.enclosures else None
    part = Segment(batch.journal_id, copy.cursor, end, as_sent or packed(fresh), as_sent is not None)
    vouching = Vouching(arrival.signature, arrival.kiosk_clock, device.key_id, arrival.base or None, arrival.by_file)
    writes.insert(segment, {}, SEGMENT, [segment_row(part, received_us, device.device_id, vouching)])
    reading = _Reading(writes, device, copy, arrival, days, fresh)
    unread, measured_us = reading.take_apart(end) if apart else reading.take_whole()
    _take_enclosures(writes, copy, end.next_seq, received_us, batch)
    is_first = copy.cursor.next_seq == 1
    span_us = copy.measured_us, measured_us
    if copy.continued or may_cut(fresh, days, *span_us, is_first=is_first, is_plain=reading.is_plain):
        writes.insert(cut_due, {}, ("journal_id",), [(batch.journal_id,)], "ON CONFLICT DO NOTHING")
    _move_cursor(writes, copy, end, arrival, measured_us)
    return Appended(end, len(fresh), unread)


def keep_said(
    connection: Connection, writer: JournalWriter, projection: Projection, received_at: datetime
) -> Projection:
    """Write and count all that lines of a journal say, also of other journals of that kiosk.

    Returns the same with all that is unread: also what could be read and speaks of a rating that is not there.
    """
    writes = Writes(connection)
    said = _put_said(writes, writer, projection, received_at)
    writes.flush()
    return said


def _put_said(writes: Writes, writer: JournalWriter, projection: Projection, received_at: datetime) -> Projection:
    connection, received_us = writes.connection, micros(received_at)
    if projection.late or projection.comments:
        # What they speak of may be among the lines that came with them.
        writes.flush()
    if projection.opened is not None:
        note_continuation(connection, writer.device_id, writer.journal_id, projection.opened, received_at)
    late = place_late(connection, writer.journal_id, projection.late)
    unread = [*projection.unread, *late.unread]
    for other, entries in late.elsewhere.items():
        unread += put_ratings(writes, other, received_us, Projection(late=entries))
    comments = place_comments(connection, writer.journal_id, projection)
    own = put_projection(writes, writer.journal_id, received_us, replace(projection, late=late.own))
    unread += [*comments.unread, *own]
    put_unread(writes, writer.journal_id, received_us, unread)
    if comments.rows:
        writes.flush()
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

    writes: Writes
    device: Device
    copy: _Copy
    arrival: Arrival
    days: LocalDays
    fresh: tuple[bytes, ...]

    def take_whole(self) -> tuple[int, int | None]:
        """Read the lines and keep what they say; how many are unread, and when the last measured press was."""
        said = self._take(self.writes, self.copy.cursor, self.fresh)
        return len(said.unread), last_measured(said)

    def take_apart(self, end: Cursor) -> tuple[int, int | None]:
        """Read and keep the lines so that none undoes another: a batch may be cut anywhere and says the same."""
        starts = [self.copy.cursor]
        for line in self.fresh:
            starts.append(starts[-1].after([line]))
        places = range(len(self.fresh))
        self.writes.flush()
        unread = take_apart(
            self.writes.connection,
            places,
            lambda some: self._take_some(starts[some[0]], self.fresh[some[0] : some[-1] + 1]),
            lambda place, error: self._set_aside(starts[place].next_seq, error),
        )
        return unread, measured_before(self.writes.connection, self.copy.journal_id, end.next_seq)

    def _take_some(self, start: Cursor, lines: Sequence[bytes]) -> int:
        writes = Writes(self.writes.connection)
        said = self._take(writes, start, lines)
        writes.flush()
        return len(said.unread)

    def _take(self, writes: Writes, start: Cursor, lines: Sequence[bytes]) -> Projection:
        connection, received_at = writes.connection, self.arrival.received_at
        writer = JournalWriter(self.device.device_id, self.copy.journal_id, self.copy.continued)
        duplicates = find_duplicates(connection, writer, start, lines, received_at, is_plain=self.is_plain)
        return _put_said(writes, writer, project(start.next_seq, lines, self._context, duplicates), received_at)

    @cached_property
    def is_plain(self) -> bool:
        """Whether all of the lines are ratings that say nothing else."""
        return are_plain(self.fresh, self._context.usual)

    @cached_property
    def _context(self) -> Context:
        # Of the whole batch: a press time is bound by what stands before and after its line, however it is taken apart.
        return _context(self.writes.connection, self.device, self.copy, self.arrival, self.days, self.fresh)

    def _set_aside(self, seq: int, error: Exception) -> int:
        entry = failed(seq, error)
        _log.warning("entry set aside", journal=self.copy.journal_id, seq=seq, why=entry.detail)
        keep_unread(self.writes.connection, self.copy.journal_id, micros(self.arrival.received_at), [entry])
        return 1


def _own_copy(connection: Connection, sent: Sent, found: Locked) -> _Copy:
    """The copy, once it is certain that the sender may write it."""
    device, batch, arrival = sent
    if found.key_now is None or arrival.public_key not in (None, found.key_now):
        raise SenderGone("this device's credential was withdrawn")
    if found.next_seq > 1:
        require_owner(found.device_id, device.device_id)
    elif found.device_id != device.device_id:
        # Named by a continuation before its own first batch came: whoever brings that wrote it.
        update_rows(connection, journal, ("journal_id",), ("device_id",), [(batch.journal_id, device.device_id)])
    cursor = Cursor(found.next_seq, found.head)
    return _Copy(batch.journal_id, cursor, found.boot, found.boot_offset_us, found.continued, found.measured_us)


def _open_copy(connection: Connection, sent: Sent) -> None:
    device, batch, arrival = sent
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
    usual = read_usual(fresh)
    offset_of = offsets_heard(connection, device.device_id, copy.journal_id, last, lambda: boots_in(fresh, usual))
    walls = Walls(fresh, device.floor, copy.measured_us, usual)
    clock = PressClock(micros(arrival.received_at), boot, arrival.clock.mono_us, offset_of, walls)
    return Context(device.counter_id, device.counters, clock, days, device.moves, device.spans, device.ended, usual)


def _take_enclosures(writes: Writes, copy: _Copy, next_seq: int, received_us: int, batch: Batch) -> None:
    """Keep what is enclosed to entries that are new or still to come; to those before, what they wait for."""
    if not batch.enclosures:
        return
    writes.flush()
    connection = writes.connection
    known = {line for line in batch.enclosures if 0 < enclosed_seq(line) < copy.cursor.next_seq}
    passed_over = known.difference(awaited(connection, copy.journal_id, known))
    taken = [line for line in batch.enclosures if line not in passed_over]
    keep_enclosures(connection, copy.journal_id, received_us, next_seq - 1, taken)
    enclose(connection, copy.journal_id, taken)


def _move_cursor(writes: Writes, copy: _Copy, end: Cursor, arrival: Arrival, measured_us: int | None) -> None:
    boot: str | None = arrival.clock.boot
    offset_us: int | None = micros(arrival.received_at) - arrival.clock.mono_us
    if arrival.by_file:
        boot, offset_us = copy.boot, copy.boot_offset_us
    elif copy.boot is not None and copy.boot_offset_us is not None and copy.boot != boot:
        put_boot(writes, copy.journal_id, copy.boot, copy.boot_offset_us)
    measured = copy.measured_us if measured_us is None else measured_us
    moment = micros(arrival.received_at)
    writes.move(copy.journal_id, end.next_seq, end.head, moment, boot, offset_us, measured)
