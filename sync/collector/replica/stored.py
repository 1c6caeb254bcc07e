"""Stored: the copy of a journal, kept as it came, read line by line and hash by hash, and how far it reaches."""

import zlib
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, bindparam, select

from kiosk.journal.chain import Cursor, chain_next
from sync.collector.errors import JournalForeign
from sync.collector.store.bulk import insert_rows
from sync.collector.store.schema import device, journal, segment
from sync.protocol.vouched import Usual, shortened

_GZIP_WBITS = 16 + zlib.MAX_WBITS


COPY = select(
    journal.c.device_id,
    journal.c.next_seq,
    journal.c.head,
    journal.c.boot,
    journal.c.boot_offset_us,
    journal.c.continued,
    journal.c.measured_us,
).where(journal.c.journal_id == bindparam("wanted"))
# Looked at by the statement that is needed anyhow: the sender is remembered from some seconds ago.
_SENDER = device.c.device_id == bindparam("sender")
_KEY_NOW = select(device.c.public_key).where(_SENDER, device.c.revoked_at.is_(None)).scalar_subquery()
# On SQLite the transaction itself is the lock, and the words are left out.
COPY_LOCKED = COPY.add_columns(_KEY_NOW.label("key_now")).with_for_update(of=journal)


_LOCKED = select(journal.c.next_seq).where(journal.c.journal_id == bindparam("wanted")).with_for_update()


def lock_copies(connection: Connection, of_device: ColumnElement[bool]) -> None:
    """Let nothing be appended to the journals of these kiosks until this transaction ends; in their order.

    One by one: a distributed database has no lock over several of its machines.
    """
    wanted = select(journal.c.journal_id).where(of_device).order_by(journal.c.journal_id)
    for journal_id in connection.execute(wanted).scalars().all():
        connection.execute(_LOCKED, {"wanted": journal_id})


class Segment(NamedTuple):
    """The new lines of one batch."""

    journal_id: str
    start: Cursor
    end: Cursor
    lines: bytes
    """Gzip, as they came where that is possible."""
    is_as_sent: bool = False


class Vouching(NamedTuple):
    """By what a kiosk vouches for a batch."""

    signature: str
    kiosk_clock: str
    key_id: int
    base: str | None
    """The text that was signed."""
    by_file: bool


def keep_segment(connection: Connection, part: Segment, received_us: int, device_id: str, vouching: Vouching) -> None:
    """Store a batch's lines with when and how they were received, and what its kiosk signed."""
    start, end = part.start, part.end
    if part.is_as_sent and vouching.base is not None:
        sent = Usual(part.journal_id, start, end.head, device_id, vouching.kiosk_clock)
        vouching = vouching._replace(base=shortened(vouching.base, sent))
    reach = (part.journal_id, start.next_seq, received_us, end.next_seq - 1, start.head, end.head)
    row = (*reach, part.lines, *vouching)
    insert_rows(connection, segment, {}, tuple(segment.c.keys()), [row])


def packed(lines: Sequence[bytes]) -> bytes:
    """The lines as a gzip body."""
    packer = zlib.compressobj(6, zlib.DEFLATED, _GZIP_WBITS)
    return packer.compress(b"".join(line + b"\n" for line in lines)) + packer.flush()


def stored_hashes(connection: Connection, journal_id: str, seqs: Collection[int]) -> dict[int, bytes]:
    """The hash after each of the entries ``seqs`` that the copy has."""
    if not seqs:
        return {}
    wanted = set(seqs)
    entries = stored_entries(connection, journal_id, min(wanted), max(wanted))
    return {seq: head for seq, head, _ in entries if seq in wanted}


_SEGMENTS = (
    select(segment.c.first_seq, segment.c.prev, segment.c.lines)
    .where(segment.c.journal_id == bindparam("of_journal"))
    .where(segment.c.first_seq <= bindparam("last"), segment.c.last_seq >= bindparam("first"))
    .order_by(segment.c.first_seq)
)


def stored_entries(
    connection: Connection, journal_id: str, first: int, last: int
) -> Iterator[tuple[int, bytes, bytes]]:
    """Seq, hash and line of the stored entries, from the segment that holds ``first`` on up to ``last``."""
    for row in connection.execute(_SEGMENTS, {"of_journal": journal_id, "first": first, "last": last}):
        head = row.prev
        for seq, line in enumerate(zlib.decompress(row.lines, _GZIP_WBITS).split(b"\n")[:-1], row.first_seq):
            head = chain_next(head, line)
            yield seq, head, line


def read_cursor(connection: Connection, device_id: str, journal_id: str) -> Cursor:
    """Where the copy of a journal ends; the start for one never seen.

    Raises JournalForeign for a journal that another device writes.
    """
    row = connection.execute(COPY, {"wanted": journal_id}).one_or_none()
    if row is None:
        return Cursor.start(journal_id)
    if row.next_seq > 1:
        require_owner(row.device_id, device_id)
    return Cursor(row.next_seq, row.head)


def read_hash(connection: Connection, device_id: str, journal_id: str, seq: int) -> bytes | None:
    """The hash after entry ``seq`` (0: the start); None beyond the end of the copy.

    Raises JournalForeign for a journal that another device writes.
    """
    cursor = read_cursor(connection, device_id, journal_id)
    if seq == 0:
        return Cursor.start(journal_id).head
    if seq >= cursor.next_seq:
        return None
    return stored_hashes(connection, journal_id, {seq})[seq]


def require_owner(owner: str, device_id: str) -> None:
    """Raise JournalForeign unless the device owns the journal."""
    if owner != device_id:
        raise JournalForeign("this journal is written by another device")
