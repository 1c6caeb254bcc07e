"""Journal: appends facts, one entry each, committed before anyone is thanked.

Only one process may hold a journal; within it only the recorder's thread appends.
"""

import uuid
from pathlib import Path
from typing import Self

from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DatabaseError

from kiosk.domain.instant import Clock, Instant
from kiosk.domain.rating import Fact
from kiosk.journal.chain import chain_next
from kiosk.journal.engine import create_private, writer_engine
from kiosk.journal.errors import JournalDamaged, JournalInUse, JournalUnwritable
from kiosk.journal.lines import Line, OpenedLine, RatingLine, RevisedLine, encode_line, line_of
from kiosk.journal.reader import Entry, head_of, translated
from kiosk.journal.schema import STEPS, schema_version, take_step
from kiosk.journal.tally import count_rating, move_rating

COMMIT_ATTEMPTS_MAX = 3
_TAIL = 16
"""How far back a press is looked for after a doubtful commit; one writer can have at most one in doubt."""


class Journal:
    """A kiosk's append-only log, open for writing."""

    def __init__(self, engine: Engine, lock: FileLock, journal_id: str) -> None:
        self._engine = engine
        self._lock = lock
        self.id = journal_id

    @classmethod
    def open(cls, path: Path, clock: Clock, software: str) -> Self:
        """Open the journal at ``path`` as its one writer; make it if there is none, bring its schema up to date.

        Raises JournalInUse, JournalUnusable, JournalDamaged.
        """
        create_private(path)
        lock = _lock_of(path)
        engine = writer_engine(path)
        try:
            _prepare(engine, clock.now(), software)
            with engine.connect() as connection:
                query = "SELECT value FROM meta WHERE key = 'journal_id'"
                return cls(engine, lock, str(connection.exec_driver_sql(query).scalar_one()))
        except DatabaseError as error:
            engine.dispose()
            lock.release()
            raise translated(error) from error
        except BaseException:
            engine.dispose()
            lock.release()
            raise

    def close(self) -> None:
        """Let go of the file and of the lock."""
        self._engine.dispose()
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def append(self, fact: Fact) -> Entry:
        """Commit the fact as the next entry; after a doubtful commit, find it again before writing it again.

        Raises JournalUnwritable when the disk refuses: nothing was kept. Raises JournalDamaged
        when the file is not what was written.
        """
        failure: DatabaseError | None = None
        for _ in range(COMMIT_ATTEMPTS_MAX):
            try:
                with self._engine.begin() as connection:
                    # A COMMIT that raised may have committed: only the file knows.
                    kept = _find(connection, fact) if failure else None
                    return kept or _append(connection, self.id, fact)
            except DatabaseError as error:
                failure = error
                # The connection may hold pages that never reached the disk: look again through a new one.
                self._engine.dispose()
        assert failure is not None  # noqa: S101 - the loop ran
        if isinstance(described := translated(failure), JournalDamaged):
            raise described from failure
        raise JournalUnwritable("the disk refuses ({why})", why=failure.orig) from failure


def _lock_of(path: Path) -> FileLock:
    lock = FileLock(path.with_suffix(".lock"), timeout=0, mode=0o600)
    try:
        lock.acquire()
    except Timeout as error:
        raise JournalInUse(
            "another kiosk program is writing the journal at {path}; stop it first", path=path
        ) from error
    return lock


def _prepare(engine: Engine, now: Instant, software: str) -> None:
    for step in range(1, len(STEPS) + 1):
        with engine.begin() as connection:
            version = schema_version(connection)
            if version < step:
                take_step(connection, step)
            if version == 0:
                # In the same transaction as the tables: a file without its first entry never exists.
                _start(connection, now, software)


def _start(connection: Connection, now: Instant, software: str) -> None:
    journal_id = str(uuid.uuid4())
    connection.exec_driver_sql("INSERT INTO meta VALUES ('journal_id', ?)", (journal_id,))
    at = now.wall.replace(microsecond=0).isoformat()
    _insert(connection, journal_id, OpenedLine(1, at, now.mono_us, now.boot, "opened", software=software))


def _append(connection: Connection, journal_id: str, fact: Fact) -> Entry:
    seq = head_of(connection, journal_id).next_seq
    line = line_of(seq, fact)
    if isinstance(line, RatingLine):
        count_rating(connection, line)
    elif isinstance(line, RevisedLine):
        move_rating(connection, line)
    return _insert(connection, journal_id, line)


def _insert(connection: Connection, journal_id: str, line: Line) -> Entry:
    encoded = encode_line(line)
    entry = Entry(line.seq, encoded, chain_next(head_of(connection, journal_id).head, encoded))
    connection.exec_driver_sql("INSERT INTO entry VALUES (?, ?, ?)", (entry.seq, entry.line, entry.hash))
    return entry


def _find(connection: Connection, fact: Fact) -> Entry | None:
    """The entry that states ``fact``: its ``(boot, mono)`` is unique, so the same bytes are the same press."""
    query = "SELECT seq, line, hash FROM entry ORDER BY seq DESC LIMIT ?"
    for row in connection.exec_driver_sql(query, (_TAIL,)):
        entry = Entry(*row)
        if encode_line(line_of(entry.seq, fact)) == entry.line:
            return entry
    return None
