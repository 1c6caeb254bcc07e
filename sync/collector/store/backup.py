"""Backup: a copy of the embedded database while it is written to; whole, checked and on the disk, or not there."""

import os
from contextlib import closing
from pathlib import Path

from kiosk.journal.disk.engine import sqlite_module
from sync.collector.errors import UsageWrong
from sync.collector.store.database import Database


def back_up(database: Database, to: Path) -> int:
    """Copy the database into the new file ``to``; how many ratings are in the copy.

    Another program's SQLite may be one with the WAL-reset fault, so the collector copies with its own.
    Raises UsageWrong where the file cannot be made, or is there already.
    """
    if not database.is_sqlite:
        raise UsageWrong("this collector keeps its ratings in PostgreSQL; copy them with pg_dump, see the manual")
    if to.exists():
        raise UsageWrong("{file} exists already; name a new file", file=to)
    being_made = to.with_name(f"{to.name}.new")
    try:
        being_made.unlink(missing_ok=True)
        being_made.touch(mode=0o600)
        ratings = _copy(database, being_made)
        with being_made.open("rb") as file:
            os.fsync(file.fileno())
        being_made.rename(to)
    except OSError as error:
        raise UsageWrong("cannot write {file}: {why}", file=to, why=error.strerror) from error
    return ratings


def _copy(database: Database, to: Path) -> int:
    sqlite3 = sqlite_module()
    try:
        with database.reading() as connection, closing(sqlite3.connect(to)) as copy:
            connection.connection.driver_connection.backup(copy)  # type: ignore[union-attr]
            (said,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
            if said != "ok":
                raise UsageWrong("the copy does not verify: {why}; restore an older one", why=said)
            # One file, with nothing beside it that somebody could forget.
            copy.execute("PRAGMA journal_mode = DELETE")
            return int(copy.execute("SELECT count(*) FROM rating").fetchone()[0])
    except sqlite3.Error as error:
        raise UsageWrong("cannot write {file}: {why}", file=to, why=error) from error
