"""Cursors: how far the copies of journals reach, read for the kiosks that write them."""

from sqlalchemy import Connection, bindparam, select

from kiosk.journal.chain import Cursor
from sync.collector.errors import JournalForeign
from sync.collector.replica.stored import stored_hashes
from sync.collector.store.schema import journal

COPY = select(
    journal.c.device_id,
    journal.c.next_seq,
    journal.c.head,
    journal.c.boot,
    journal.c.boot_offset_us,
    journal.c.continued,
    journal.c.measured_us,
).where(journal.c.journal_id == bindparam("wanted"))


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
