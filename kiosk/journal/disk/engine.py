"""Engines: the one place that opens the journal's file, with settings under which COMMIT means kept.

Stock SQLite before 3.51.3 (3.50.7, 3.44.6) can lose committed rows in WAL mode when two
connections write and checkpoint; Python's default settings lose acknowledged rows when the
plug is pulled. So the mode is chosen by the library's version, and every setting is read back.
"""

import errno
import importlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import sqlalchemy
from sqlalchemy import Engine, event
from sqlalchemy.pool import Pool, QueuePool, StaticPool

from kiosk.journal.errors import JournalUnusable, JournalUnwritable

BUSY_TIMEOUT_MS = 5000

_SETTINGS: dict[str, str | int] = {
    "busy_timeout": BUSY_TIMEOUT_MS,
    "foreign_keys": 1,
    "trusted_schema": 0,
    "cell_size_check": 1,
    "mmap_size": 0,  # mapped pages were seen to spread a write-ahead-log fault
    "temp_store": 2,  # in memory: nothing of a rating in /tmp
    # A citizen's words that are deleted are overwritten, not only unlinked: else they stay in the file for years.
    "secure_delete": 1,
    "wal_autocheckpoint": 200,
    "journal_size_limit": 1 << 20,
}
_SYNCHRONOUS = {"full": 2, "extra": 3}


@dataclass(frozen=True, slots=True)
class Durability:
    """How a commit reaches the disk."""

    journal_mode: str
    synchronous: str

    def __str__(self) -> str:
        return f"{self.journal_mode}+{self.synchronous}".upper()


def durability_for(version: tuple[int, int, int]) -> Durability:
    """WAL+FULL on a SQLite without the WAL-reset fault, TRUNCATE+EXTRA on any other."""
    major_minor = version[:2]
    fixed = (
        version >= (3, 51, 3)
        or (major_minor == (3, 50) and version >= (3, 50, 7))
        or (major_minor == (3, 44) and version >= (3, 44, 6))
    )
    # EXTRA, not FULL: without a synced directory a rolled-back journal file may come
    # back after the plug is pulled, and with it the row that was thanked for is gone.
    return Durability("wal", "full") if fixed else Durability("truncate", "extra")


def sqlite_module() -> ModuleType:
    """The SQLite to use: pysqlite3 where it is installed (``hailong[sqlite]``), else Python's own."""
    try:
        return importlib.import_module("pysqlite3.dbapi2")
    except ImportError:
        return importlib.import_module("sqlite3")


def sqlite_version() -> tuple[int, int, int]:
    """The version of the SQLite in use."""
    major, minor, patch = sqlite_module().sqlite_version_info
    return major, minor, patch


def writer_engine(path: Path) -> Engine:
    """The engine of the one writer; its transactions are immediate, so that they never fail half-way for a lock."""
    durability = durability_for(sqlite_version())
    # The writer keeps its connection from one press to the next (``KeptConnection``); all of its one thread's work
    # goes through the same.
    engine = _engine(path, "BEGIN IMMEDIATE", StaticPool)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        _apply(
            connection, {"journal_mode": durability.journal_mode, "synchronous": durability.synchronous, **_SETTINGS}
        )

    return engine


def reader_engine(path: Path) -> Engine:
    """An engine that cannot write, for whoever reads beside the writer."""
    # One connection, made once: a second one would wait for the first one's lock.
    engine = _engine(path, "BEGIN", QueuePool, pool_size=1, max_overflow=0)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        _apply(connection, {**_SETTINGS, "query_only": 1})

    return engine


def create_private(path: Path) -> None:
    """Make the folder (0700) and an empty file (0600) unless they are there: ratings are nobody else's business."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.parent.chmod(0o700)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        path.chmod(0o600)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO):
            raise JournalUnwritable("the disk refuses ({why})", why=error.strerror) from error
        raise JournalUnusable(
            "the folder {folder} cannot be written ({why}); make it writable for this user, or choose another one "
            "with --data-dir",
            folder=path.parent,
            why=error.strerror,
        ) from error


def _engine(path: Path, begin: str, pool: type[Pool], **sizes: int) -> Engine:
    module = sqlite_module()
    connect: Callable[[], Any] = lambda: module.connect(  # noqa: E731 - SQLAlchemy takes a callable
        f"{path.absolute().as_uri()}?mode=rw",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=BUSY_TIMEOUT_MS / 1000,
        cached_statements=64,
    )
    engine = sqlalchemy.create_engine(
        "sqlite://",
        creator=connect,
        module=module,
        poolclass=pool,
        pool_reset_on_return=None,  # every transaction here ends by itself; one call less between finger and disk
        **sizes,
    )

    @event.listens_for(engine, "begin")
    def begin_explicitly(connection: sqlalchemy.Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _apply(connection: Any, settings: dict[str, str | int]) -> None:
    for name, wanted in settings.items():
        found = _set(connection, name, wanted)
        if found != _SYNCHRONOUS.get(str(wanted), wanted):
            raise JournalUnusable(
                "SQLite kept {name} at {found} instead of {wanted}; ratings would not be safe. Check the disk and the "
                "SQLite version with: kiosk doctor",
                name=name,
                found=found,
                wanted=wanted,
            )


def _set(connection: Any, name: str, wanted: str | int) -> str | int:
    try:
        connection.execute(f"PRAGMA {name} = {wanted}").fetchall()
        (found,) = connection.execute(f"PRAGMA {name}").fetchone()
    except UnicodeDecodeError as error:
        # SQLite quotes the damaged schema in its message, and the library cannot read the quotation.
        raise sqlite_module().DatabaseError("database disk image is malformed") from error
    return found  # type: ignore[no-any-return]
