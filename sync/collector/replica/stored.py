"""Stored: the copy of a journal, kept as it came, read line by line and hash by hash, and how far it reaches."""

import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, bindparam, select

from kiosk.journal.chain import Cursor, chain_next
from sync.collector.errors import JournalForeign
from sync.collector.replica.dropped import dropped_hashes, is_same_dropped
from sync.collector.store.schema import device, journal, segment
from sync.protocol.vouched import Usual, shortened

ANOTHER = bytes(32)
"""In the place of a hash that is not kept: no line has it."""
_GZIP_WBITS = 16 + zlib.MAX_WBITS


COPY = select(journal.c.device_id, journal.c.next_seq, journal.c.head).where(
    journal.c.journal_id == bindparam("wanted")
)
# The key is looked at by the statement that is needed anyhow: the sender is remembered from some seconds ago.
_LOCKED = """SELECT journal_id, device_id, next_seq, head, boot, boot_offset_us, continued, measured_us, (
    SELECT public_key FROM device WHERE device.device_id = journal.device_id AND revoked_at IS NULL
) FROM journal WHERE journal_id {wanted} ORDER BY journal_id"""
_LOCK = select(journal.c.next_seq).where(journal.c.journal_id == bindparam("wanted")).with_for_update()
_KEY_NOW = select(device.c.public_key).where(device.c.device_id == bindparam("sender"), device.c.revoked_at.is_(None))


class Locked(NamedTuple):
    """A journal's copy, locked until the transaction ends."""

    journal_id: str
    device_id: str
    next_seq: int
    head: bytes
    boot: str | None
    boot_offset_us: int | None
    continued: bool
    measured_us: int | None
    key_now: str | None
    """By which key its sender may be believed; None where by none."""


def lock_copies(connection: Connection, of_device: ColumnElement[bool]) -> None:
    """Let nothing be appended to the journals of these kiosks until this transaction ends; in their order.

    One by one: a distributed database has no lock over several of its machines.
    """
    wanted = select(journal.c.journal_id).where(of_device).order_by(journal.c.journal_id)
    for journal_id in connection.execute(wanted).scalars().all():
        connection.execute(_LOCK, {"wanted": journal_id})


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


SEGMENT = tuple(segment.c.keys())


def segment_row(part: Segment, received_us: int, device_id: str, vouching: Vouching) -> tuple[Any, ...]:
    """A batch's lines with when and how they were received, and what its kiosk signed, as they are stored."""
    start, end = part.start, part.end
    if part.is_as_sent and vouching.base is not None:
        sent = Usual(part.journal_id, start, end.head, device_id, vouching.kiosk_clock)
        vouching = vouching._replace(base=shortened(vouching.base, sent))
    return part.journal_id, start.next_seq, received_us, end.next_seq - 1, start.head, end.head, part.lines, *vouching


def read_locked(connection: Connection, senders: Mapping[str, str]) -> dict[str, Locked]:
    """The copies of these journals that there are, each with the key of its sender, whose id is given beside it."""
    wanted = sorted(senders)
    if connection.dialect.name == "postgresql":
        statement = _LOCKED.format(wanted="= %s::text::uuid" if len(wanted) == 1 else "= ANY(%s::text[]::uuid[])")
        values = (wanted[0] if len(wanted) == 1 else wanted,)
        rows = connection.exec_driver_sql(f"{statement} FOR UPDATE OF journal", values)
    else:
        # Here the transaction itself is the lock.
        statement = _LOCKED.format(wanted=f"IN ({', '.join('?' * len(wanted))})")
        rows = connection.exec_driver_sql(statement, tuple(wanted))
    copies = (Locked(str(row[0]), str(row[1]), *row[2:]) for row in rows)
    return {copy.journal_id: _with_key(connection, copy, senders[copy.journal_id]) for copy in copies}


def _with_key(connection: Connection, copy: Locked, sender: str) -> Locked:
    if copy.device_id == sender:
        return copy
    return copy._replace(key_now=connection.execute(_KEY_NOW, {"sender": sender}).scalar_one_or_none())


def packed(lines: Sequence[bytes]) -> bytes:
    """The lines as a gzip body."""
    packer = zlib.compressobj(6, zlib.DEFLATED, _GZIP_WBITS)
    return packer.compress(b"".join(line + b"\n" for line in lines)) + packer.flush()


def lines_in(body: bytes) -> list[bytes]:
    """The lines of a segment's body."""
    return zlib.decompress(body, _GZIP_WBITS).split(b"\n")[:-1]


def stored_hashes(connection: Connection, journal_id: str, seqs: Collection[int]) -> dict[int, bytes]:
    """The hash after each of the entries ``seqs`` that the copy has."""
    if not seqs:
        return {}
    wanted = set(seqs)
    entries = stored_entries(connection, journal_id, min(wanted), max(wanted))
    found = {seq: head for seq, head, _ in entries if seq in wanted}
    return found if len(found) == len(wanted) else found | dropped_hashes(connection, journal_id, wanted)


def had(connection: Connection, journal_id: str, seq: int, digest: bytes) -> bytes | None:
    """What the copy had after a dropped entry: ``digest``, or ``ANOTHER``; None for an entry that was not dropped."""
    return as_had(is_same_dropped(connection, journal_id, seq, digest), digest)


def as_had(is_same: bool | None, digest: bytes) -> bytes | None:
    """The same, where it is known whether the dropped entry's hash was ``digest``."""
    return None if is_same is None else digest if is_same else ANOTHER


def is_same(connection: Connection, journal_id: str, seq: int, digest: bytes) -> bool:
    """Whether the copy has an entry ``seq`` with this hash after it, or had it."""
    stored = stored_hashes(connection, journal_id, {seq}).get(seq)
    return is_same_dropped(connection, journal_id, seq, digest) is True if stored is None else stored == digest


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
        for seq, line in enumerate(lines_in(row.lines), row.first_seq):
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


def read_hash(
    connection: Connection, device_id: str, journal_id: str, seq: int, asked: bytes | None = None
) -> bytes | None:
    """The hash after entry ``seq`` (0: the start); None beyond the end of the copy.

    Of an entry that was dropped the hash is not kept, but whether it was the one that is ``asked`` for: then that one,
    else ``ANOTHER``; None where none is asked for. Raises JournalForeign for a journal that another device writes.
    """
    cursor = read_cursor(connection, device_id, journal_id)
    if seq == 0:
        return Cursor.start(journal_id).head
    if seq >= cursor.next_seq:
        return None
    found = stored_hashes(connection, journal_id, {seq}).get(seq)
    return had(connection, journal_id, seq, asked) if found is None and asked is not None else found


def require_owner(owner: str, device_id: str) -> None:
    """Raise JournalForeign unless the device owns the journal."""
    if owner != device_id:
        raise JournalForeign("this journal is written by another device")
