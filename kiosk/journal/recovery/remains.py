"""Remains: what can still be read of a journal whose file was hurt, and whose hashes hold."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from kiosk.journal.chain import Cursor, chain_next, chain_start
from kiosk.journal.counts.sums import noted_sums
from kiosk.journal.counts.tally import Key, kept_tally
from kiosk.journal.disk.engine import writer_engine
from kiosk.journal.errors import JournalDamaged
from kiosk.journal.reader import Entry, anchor_of, translated

UNREADABLE = (DatabaseError, UnicodeDecodeError)
"""SQLite quotes a damaged schema in its messages, and Python cannot always read the quotation."""
_UNREADABLE_MAX = 5000
"""After so many unreadable entries in a row the rest is given up; a damaged page takes some twenty with it."""


@dataclass(frozen=True, slots=True)
class Remains:
    """What can still be read of an older journal."""

    journal_id: str
    """The journal's id; empty when even that cannot be read."""
    entries: tuple[Entry, ...]
    """The entries whose hash follows from the one before, in order; or all, where all were asked for."""
    enclosures: dict[int, tuple[bytes, bytes]]
    tally: Mapping[Key, int] = field(default_factory=dict)
    """As it was kept; empty where it cannot be read."""
    sums: Mapping[str, str] = field(default_factory=dict)
    """What the desk added up, of cuts whose lines may be pruned."""

    @property
    def head(self) -> Cursor:
        """The last entry that was still there."""
        if not self.entries:
            return Cursor.start(self.journal_id)
        return Cursor(self.entries[-1].seq + 1, self.entries[-1].hash)


def read_remains(path: Path, *, only_sound: bool = True) -> Remains:
    """Everything of the journal at ``path`` that can be read and, but for ``only_sound``, whose hash holds."""
    engine = writer_engine(path)
    try:
        # A disk that does not even let a transaction begin has lost nothing yet: that is no damage to be carried past.
        with engine.connect() as connection:
            journal_id = _readable_id(connection)
            entries = tuple(_sound_entries(connection, journal_id) if only_sound else _readable_entries(connection))
            enclosures = _readable_enclosures(connection)
            tally, sums = _readable_tally(connection), _readable_sums(connection)
            # Not committed: after a damaged page was met, COMMIT fails, and all that was read would be given up for it.
            connection.rollback()
            return Remains(journal_id, entries, enclosures, tally, sums)
    except UNREADABLE as error:
        if is_damage(error):
            return Remains("", (), {})
        raise
    finally:
        engine.dispose()


def is_damage(error: DatabaseError | UnicodeDecodeError) -> bool:
    """Whether the file is not what was written; else the disk refuses for now."""
    return isinstance(error, UnicodeDecodeError) or isinstance(translated(error), JournalDamaged)


def entries_from(connection: Connection, first: int) -> Iterator[Entry]:
    """The entries from ``first`` on as they stand there, sound or not."""
    for row in connection.exec_driver_sql("SELECT seq, line, hash FROM entry WHERE seq >= ? ORDER BY seq", (first,)):
        yield Entry(*row)


def _readable_id(connection: Connection) -> str:
    with suppress(*UNREADABLE):
        found = connection.exec_driver_sql("SELECT value FROM meta WHERE key = 'journal_id'").scalar_one_or_none()
        if found:
            return str(found)
    return ""


def _sound_entries(connection: Connection, journal_id: str) -> Iterator[Entry]:
    """The entries whose hash follows from the one before; after a gap the first one cannot be proven and is left."""
    seq, head = _readable_anchor(connection, journal_id)
    for entry in _readable_entries(connection):
        if entry.seq != seq + 1:
            head = None
        if head is not None and chain_next(head, entry.line) == entry.hash:
            yield entry
        seq, head = entry.seq, entry.hash


def _readable_anchor(connection: Connection, journal_id: str) -> tuple[int, bytes | None]:
    """After which entry the rest begins, and its hash; None where the file does not give it out."""
    if not journal_id:
        return 0, None
    with suppress(*UNREADABLE, ValueError):
        anchor = anchor_of(connection, journal_id)
        return anchor.next_seq - 1, anchor.head
    return 0, chain_start(journal_id)


def _readable_entries(connection: Connection) -> Iterator[Entry]:
    """All entries that the file still gives out, past pages that it does not."""
    seq, unreadable = 0, 0
    while unreadable < _UNREADABLE_MAX:
        try:
            for entry in entries_from(connection, seq + 1):
                yield entry
                seq, unreadable = entry.seq, 0
            return
        except UNREADABLE:
            seq += 1
            unreadable += 1


def _readable_enclosures(connection: Connection) -> dict[int, tuple[bytes, bytes]]:
    with suppress(*UNREADABLE):
        rows = connection.exec_driver_sql("SELECT seq, salt, payload FROM enclosure")
        return {seq: (salt, payload) for seq, salt, payload in rows}
    return {}


def _readable_tally(connection: Connection) -> Mapping[Key, int]:
    with suppress(*UNREADABLE):
        return kept_tally(connection)
    return {}


def _readable_sums(connection: Connection) -> Mapping[str, str]:
    with suppress(*UNREADABLE):
        return noted_sums(connection)
    return {}
