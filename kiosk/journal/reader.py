"""Step 6, read on: a journal is read beside its writer: the lines past a cursor, hashes, tallies, the whole chain.

Every call is one short transaction, closed before it returns: a reader that held one
open while it talks to the network would make the next press wait.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Self

import msgspec
from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from kiosk.journal.chain import Cursor, chain_start
from kiosk.journal.counts import sums
from kiosk.journal.counts.served import Served, served_between
from kiosk.journal.counts.sums import CutSums, Levels, cuts_between, left_between, levels_noted
from kiosk.journal.counts.tally import TallyRow, tally_between
from kiosk.journal.counts.touch_test import last_touch_test
from kiosk.journal.disk.engine import reader_engine
from kiosk.journal.disk.kept import Statements
from kiosk.journal.disk.schema import schema_version
from kiosk.journal.errors import Diverged, JournalDamaged, JournalUnusable
from kiosk.journal.tree import HeldTree, Root, Row, hold_tree, root_at, states_cut
from kiosk.journal.uncut import Noted, noted_at_anchor, noted_in

_CHUNK = 2000
_DAMAGE = ("malformed", "not a database", "Could not decode", "no such table", "no such column", "has no column")
"""What SQLite says of a file that is not what was written: our queries never change, so it is never they that err."""
_NEXT_LINES = """SELECT entry.seq, line, salt, payload FROM entry LEFT JOIN enclosure USING (seq)
    WHERE entry.seq >= ? ORDER BY entry.seq LIMIT ?"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it lies on disk."""

    seq: int
    line: bytes
    """Verbatim, without a newline."""
    hash: bytes

    @property
    def end(self) -> Cursor:
        """Where a copy stands once it has this entry."""
        return Cursor(self.seq + 1, self.hash)


@dataclass(frozen=True)
class Batch:
    """Consecutive lines that follow ``start``; empty when the copy is up to date."""

    start: Cursor
    lines: tuple[bytes, ...]
    enclosures: tuple[bytes, ...] = ()
    """What the lines commit to but do not contain, as it travels: ``{"enclosure":seq,"salt":…,"payload":…}``."""
    cuts: Root | None = None
    """The tree of the journal's cuts up to its last line, if that may have grown with these."""

    def __bool__(self) -> bool:
        return bool(self.lines)

    @cached_property
    def end(self) -> Cursor:
        """Where a copy stands once it has this batch."""
        return self.start.after(self.lines)


@dataclass(frozen=True, slots=True)
class DeskCounts:
    """What the kiosk's own numbers of some days are made of."""

    tally: list[TallyRow]
    cuts: list[CutSums]
    """Those of the months of these days."""
    left: Mapping[sums.Row, int]
    """How many counted ratings the collector cuts."""
    levels: Levels
    cuts_itself: bool
    """Whether the kiosk has begun to cut."""


SEQ_MAX = 2**53


class JournalReader:
    """A journal that someone else writes."""

    def __init__(self, path: Path) -> None:
        """Open the journal at ``path``; raises JournalUnusable when there is none."""
        if not path.is_file():
            raise JournalUnusable("there is no journal at {path}; start the kiosk once, or check --data-dir", path=path)
        self._engine = reader_engine(path)
        with self._reading() as connection:
            if schema_version(connection) == 0:
                raise JournalUnusable("the journal at {path} has not been started yet; start the kiosk once", path=path)
            query = "SELECT value FROM meta WHERE key = 'journal_id'"
            journal_id = connection.exec_driver_sql(query).scalar_one_or_none()
            if journal_id is None:
                raise JournalDamaged("the journal's file is damaged ({why})", why="it has no name")
            self.id = str(journal_id)

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def head(self) -> Cursor:
        """Where a complete copy would stand."""
        with self._reading() as connection:
            return head_of(connection, self.id)

    def hash_at(self, seq: int) -> bytes | None:
        """The hash after entry ``seq``; of 0 the start of the chain; None where this journal has no such entry."""
        with self._reading() as connection:
            return hash_at(connection, self.id, seq)

    def require_ancestor(self, cursor: Cursor) -> None:
        """Do nothing if ``cursor`` lies on this chain; equal hashes mean equal pasts.

        Raises Diverged otherwise.
        """
        if self.hash_at(cursor.next_seq - 1) != cursor.head:
            raise Diverged("the collector's copy is not a past of journal {journal}", journal=self.id)

    def batch_after(self, cursor: Cursor, lines_max: int, bytes_max: int) -> Batch:
        """The next lines past ``cursor`` with their enclosures: at most ``lines_max`` lines, at least one.

        Together they have at most ``bytes_max`` bytes, newlines included, as they travel in one body.
        """
        lines: list[bytes] = []
        enclosures: list[bytes] = []
        size = 0
        with self._reading() as connection:
            for seq, line, salt, payload in connection.exec_driver_sql(_NEXT_LINES, (cursor.next_seq, lines_max)):
                enclosure = None if salt is None else _enclosure(seq, salt, payload)
                size += len(line) + 1 + (0 if enclosure is None else len(enclosure) + 1)
                if lines and size > bytes_max:
                    break
                lines.append(line)
                if enclosure is not None:
                    enclosures.append(enclosure)
            cuts = root_at(connection, cursor.next_seq + len(lines) - 1) if states_cut(lines) else None
        return Batch(cursor, tuple(lines), tuple(enclosures), cuts if cuts and cuts[0] else None)

    def cuts_at(self, seq: int) -> Root:
        """How many cuts are in the tree up to entry ``seq``, and its root."""
        with self._reading() as connection:
            return root_at(connection, seq)

    def held_tree(self, stating: Iterable[Row] = (), through: int = 0) -> HeldTree:
        """What is kept of the tree of cuts, held to the entries.

        Whoever has read them up to ``through`` gives those among them that may state a cut.
        """
        with self._reading() as connection:
            return hold_tree(connection, stating, through)

    def entries(self, first: int = 1) -> Iterator[Entry]:
        """All entries from seq ``first`` on, in order, read in chunks of one short transaction each."""
        for rows in self.rows(first):
            yield from (Entry(*row) for row in rows)

    def rows(self, first: int = 1) -> Iterator[list[Row]]:
        """As ``entries``, a chunk at a time and as bare rows: what reads a million of them makes no object of each."""
        while chunk := self._chunk(first):
            yield chunk
            first = chunk[-1][0] + 1

    def integrity(self) -> str | None:
        """What SQLite finds wrong with the file, every page and index read; None when nothing is."""
        with self._reading() as connection:
            mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
            # Without a write-ahead log a long read holds up every press: there the quicker check must do.
            pragma = "integrity_check(1)" if mode == "wal" else "quick_check(1)"
            found = str(connection.exec_driver_sql(f"PRAGMA {pragma}").scalar_one())
            return None if found == "ok" else found

    def anchor(self) -> Cursor:
        """Where the entries begin: the start of the chain, or what the last pruning left of the deleted ones."""
        with self._reading() as connection:
            return anchor_of(connection, self.id)

    def noted_at_anchor(self) -> Noted | None:
        """What the pruned entries say about those that are left; None where no cut can have been among them."""
        with self._reading() as connection:
            return noted_at_anchor(connection)

    def tally(self, first_day: date, last_day: date) -> list[TallyRow]:
        """The tallies of these local days, both included."""
        with self._reading() as connection:
            return list(tally_between(connection, first_day.isoformat(), last_day.isoformat()))

    def desk(self, first_day: date, last_day: date) -> DeskCounts:
        """What the numbers of these local days are made of, both included, as they stand at one moment."""
        first, last = first_day.isoformat(), last_day.isoformat()
        with self._reading() as connection:
            return DeskCounts(
                list(tally_between(connection, first, last)),
                cuts_between(connection, first, last),
                left_between(connection, first, last),
                levels_noted(connection),
                noted_in(connection) is not None,
            )

    def served(self, first_day: date, last_day: date) -> Served:
        """How many transactions were served on these local days, where somebody typed it in."""
        with self._reading() as connection:
            return served_between(connection, first_day, last_day)

    def touch_test(self) -> str | None:
        """The last touch test's result: hits in the faces' order, and when; None before the first."""
        with self._reading() as connection:
            return last_touch_test(connection)

    def count(self, kind: str, through: int = SEQ_MAX) -> int:
        """How many entries of this kind there are, up to seq ``through``; reads them all."""
        query = "SELECT count(*) FROM entry WHERE seq <= ? AND json_extract(CAST(line AS TEXT), '$.kind') = ?"
        with self._reading() as connection:
            return int(connection.exec_driver_sql(query, (through, kind)).scalar_one())

    def _chunk(self, first: int) -> list[Row]:
        query = "SELECT seq, line, hash FROM entry WHERE seq >= ? ORDER BY seq LIMIT ?"
        with self._reading() as connection:
            # The driver's own rows: SQLAlchemy's cost a quarter of all that a check of the chain costs.
            cursor = connection.connection.cursor()
            try:
                cursor.execute(query, (first, _CHUNK))
                return list(cursor.fetchall())
            except self._engine.dialect.loaded_dbapi.DatabaseError as error:
                raise DatabaseError(query, None, error) from error
            finally:
                cursor.close()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with self._engine.connect() as connection:
                yield connection
        except DatabaseError as error:
            raise translated(error) from error


def head_of(connection: Statements, journal_id: str) -> Cursor:
    """The cursor of a complete copy, within the caller's transaction."""
    rows = connection.exec_driver_sql("SELECT seq, hash FROM entry ORDER BY seq DESC LIMIT 1").fetchall()
    return Cursor(rows[0][0] + 1, rows[0][1]) if rows else Cursor.start(journal_id)


def anchor_of(connection: Connection, journal_id: str) -> Cursor:
    """Where the entries begin, within the caller's transaction."""
    query = "SELECT value FROM meta WHERE key = 'pruned_head'"
    pruned = connection.exec_driver_sql(query).scalar_one_or_none()
    if pruned is None:
        return Cursor.start(journal_id)
    through, head = str(pruned).split(" ")
    return Cursor(int(through) + 1, bytes.fromhex(head))


def hash_at(connection: Connection, journal_id: str, seq: int) -> bytes | None:
    """The hash after entry ``seq``, within the caller's transaction."""
    if seq == 0:
        return chain_start(journal_id)
    if seq == (anchor := anchor_of(connection, journal_id)).next_seq - 1:
        return anchor.head
    found: bytes | None = connection.exec_driver_sql(
        "SELECT hash FROM entry WHERE seq = ?", (seq,)
    ).scalar_one_or_none()
    return _first_hash(connection) if found is None and seq == 1 else found


def keep_first_hash(connection: Connection) -> None:
    """Keep the hash after entry 1, which is going to be deleted: by it the journal is found in the public log."""
    connection.exec_driver_sql(
        "INSERT OR IGNORE INTO meta SELECT 'first_hash', lower(hex(hash)) FROM entry WHERE seq = 1"
    )


def _first_hash(connection: Connection) -> bytes | None:
    query = "SELECT value FROM meta WHERE key = 'first_hash'"
    kept = connection.exec_driver_sql(query).scalar_one_or_none()
    return None if kept is None else bytes.fromhex(kept)


def _enclosure(seq: int, salt: bytes, payload: bytes) -> bytes:
    return msgspec.json.encode({"enclosure": seq, "salt": salt, "payload": payload})


def translated(error: DatabaseError) -> JournalUnusable | JournalDamaged:
    """What a reader's database error means for whoever reads."""
    why = str(error.orig)
    if any(sign in why for sign in _DAMAGE):
        return JournalDamaged("the journal's file is damaged ({why})", why=why)
    return JournalUnusable("the journal cannot be read ({why}); check the disk", why=why)
