"""Leftovers: what was deleted is to be read nowhere any more, neither in the journal's file nor in its log.

SQLite only unlinks what it deletes unless it was built or told to overwrite it; pysqlite3's is
not, Debian's is. Every engine here tells it to (``secure_delete``). A file that an older version
wrote is rewritten once, and the write-ahead log, which still holds the page with the deleted
text, is emptied after each deletion.
"""

import logging
from contextlib import closing
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DatabaseError

from kiosk.journal.disk.engine import BUSY_TIMEOUT_MS

CLEAN = "leftovers_overwritten"
"""In ``meta`` of a file that holds no byte of what was deleted, since it is as old as the rule or was rewritten."""
_PATIENCE_MS = 100
"""So long the log waits for a reader to let go of it: a press may be in line. The next quiet moment tries again."""

_log = logging.getLogger(__name__)


class Leftovers:
    """What deleted rows may have left in the files behind one engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._may_be_there = True
        """At first: whoever had the file before may have been cut off between deleting and overwriting."""

    def expect(self) -> None:
        """Note that something was deleted just now."""
        self._may_be_there = True

    def overwrite(self) -> None:
        """Leave no byte of what was deleted; where a disk or a reader is in the way, the next call does it.

        Where there is nothing to do it costs nothing.
        """
        if not self._may_be_there:
            return
        try:
            self._may_be_there = not overwrite_leftovers(self._engine)
        except DatabaseError as error:
            _log.warning("what was deleted is not overwritten yet: %s", error.orig)
            self._engine.dispose()


def overwrite_leftovers(engine: Engine) -> bool:
    """Leave no byte of what was deleted behind ``engine``; False where a reader still holds the log.

    Raises sqlalchemy's DatabaseError where the disk refuses or the file is damaged.
    """
    try:
        with closing(engine.raw_connection()) as connection:
            _rewrite_once(connection)
            return _log_is_emptied(connection)
    except engine.dialect.loaded_dbapi.DatabaseError as error:
        raise DatabaseError(None, None, error) from error


def note_clean(connection: Connection) -> None:
    """Write down that the file was made by a version that overwrites what it deletes."""
    connection.exec_driver_sql("INSERT OR REPLACE INTO meta VALUES (?, '1')", (CLEAN,))


def _rewrite_once(connection: Any) -> None:
    if connection.execute("SELECT 1 FROM meta WHERE key = ?", (CLEAN,)).fetchone() is not None:
        return
    # In memory beside the file and then over it in one transaction: the plug may be pulled at any moment.
    connection.execute("VACUUM")
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, '1')", (CLEAN,))


def _log_is_emptied(connection: Any) -> bool:
    connection.execute(f"PRAGMA busy_timeout = {_PATIENCE_MS}").fetchall()
    try:
        (is_busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}").fetchall()
    return not is_busy
