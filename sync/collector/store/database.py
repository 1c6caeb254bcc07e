"""Database: the one place that opens the collector's database, with settings under which COMMIT means kept."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy
from sqlalchemy import URL, Connection, Engine, event, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError
from sqlalchemy.pool import QueuePool

from kiosk.journal.disk.engine import durability_for, sqlite_module, sqlite_version
from sync.collector.errors import DatabaseUnusable
from sync.collector.store.changes import watch_changes

T = TypeVar("T")

BUSY_TIMEOUT_MS = 10_000
READERS_MAX = 8
CONNECTIONS_MAX = 16
"""Of one process to PostgreSQL, for writing and for reading each."""

# The same rule as on the kiosk: WAL+FULL on a SQLite without the WAL-reset fault, else
# TRUNCATE+EXTRA. The server has one writing connection, and readers never checkpoint, so
# alone it would be safe with WAL on any version; but `collector device new` writes from a
# second process while it runs, and two writers are what the fault needs. Group commit
# shares the dearer TRUNCATE commit among all requests that wait (measured 15 % slower).
_SETTINGS: dict[str, str | int] = {
    "busy_timeout": BUSY_TIMEOUT_MS,
    "foreign_keys": 1,
    "trusted_schema": 0,
    "cell_size_check": 1,
    "mmap_size": 0,  # mapped pages were seen to spread a write-ahead-log fault
    "temp_store": 2,
    # A citizen's words whose time is over are overwritten, not only unlinked: else they stay in the file for years.
    "secure_delete": 1,
}
_WRITER_CACHE_KB, _READER_CACHE_KB = 4_096, 1_024
"""Pages that each connection keeps for itself; the system keeps the file's pages for all of them together."""
_NOTICED = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
"""So that a server whose machine lost its power, or that another replaced, is noticed in a minute, not in hours."""
_SYNCHRONOUS = {"full": 2, "extra": 3}
_AGAIN = "hailong_settings"
"""What a pooled connection says at the beginning of each transaction."""


@dataclass(frozen=True, slots=True)
class Database:
    """One database: an engine that writes and one that cannot."""

    writer: Engine
    reader: Engine
    _held: threading.local = field(default_factory=threading.local, repr=False, compare=False)
    """The reading connection that a thread has already."""

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is the embedded kind, which has one writer."""
        return self.writer.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection with one consistent view, closed at the end; within another one, that one.

        A thread that holds one and waits for a second waits for ever where all the others do the same.
        """
        held: Connection | None = getattr(self._held, "connection", None)
        if held is not None:
            yield held
            return
        with self.reader.connect() as connection:
            self._held.connection = connection
            try:
                yield connection
            finally:
                self._held.connection = None

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that commits at the end; for the command line, requests go through the writer."""
        with self.writer.begin() as connection:
            yield connection

    def transact(self, work: Callable[[Connection], T], /) -> T:
        """What ``work`` returned, once its own transaction on this thread is committed."""
        with self.writing() as connection:
            return work(connection)

    def close(self) -> None:
        """Close every connection."""
        self.reader.dispose()
        self.writer.dispose()


def open_database(url: str, *, create: bool = False) -> Database:
    """The database at ``url``; with ``create`` an SQLite file may be new.

    Raises DatabaseUnusable with the remedy.
    """
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            return _open_sqlite(Path(parsed.database or ""), create)
        if parsed.get_backend_name() == "postgresql":
            return _open_postgresql(parsed.set(drivername="postgresql+psycopg"))
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise DatabaseUnusable("database_url cannot be used: {why}", why=error) from error
    raise DatabaseUnusable(
        "database_url must begin with sqlite:/// or postgresql://, not {scheme!r}", scheme=parsed.drivername
    )


@contextmanager
def faults_named(database: Database) -> Iterator[None]:
    """Turn what the database refuses into DatabaseUnusable, with where and why but never the password."""
    try:
        yield
    # The driver's own error comes bare where a fresh connection is prepared, wrapped everywhere else.
    except (DatabaseError, sqlite_module().DatabaseError) as error:
        cause = error.orig if isinstance(error, DatabaseError) else error
        raise DatabaseUnusable(
            "the database {where} cannot be used: {why}; check database_url and that the server runs",
            where=database.writer.url.render_as_string(hide_password=True),
            why=str(cause).strip().partition("\n")[0],
        ) from error


def _open_sqlite(path: Path, create: bool) -> Database:
    if not path.name:
        raise DatabaseUnusable("database_url must name a file: sqlite:////var/lib/hailong/collector/collector.db")
    if create:
        _create_private(path)
    else:
        _require_there(path)
    durability = durability_for(sqlite_version())
    mode: dict[str, str | int] = {"journal_mode": durability.journal_mode, "synchronous": durability.synchronous}
    writing: dict[str, str | int] = {"cache_size": -_WRITER_CACHE_KB}
    reading: dict[str, str | int] = {"cache_size": -_READER_CACHE_KB, "query_only": 1}
    # One writing connection: a second one in this process would only wait for the first one's lock.
    writer = _sqlite_engine(path, "BEGIN IMMEDIATE", mode | _SETTINGS | writing, 1)
    reader = _sqlite_engine(path, "BEGIN", _SETTINGS | reading, READERS_MAX)
    watch_changes(writer)
    return Database(writer, reader)


def _require_there(path: Path) -> None:
    """Raise DatabaseUnusable where there is no such file, or where this user cannot see whether there is."""
    try:
        if path.is_file():
            return
    except OSError as error:
        raise DatabaseUnusable(
            "the database {path} cannot be reached ({why}); check --data-dir and the settings, and run this as the "
            "user that the collector runs as",
            path=path,
            why=error.strerror,
        ) from error
    raise DatabaseUnusable(
        "there is no database at {path}; check --data-dir and the settings, or make a new one with: collector migrate",
        path=path,
    )


def _create_private(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        with path.open("r+b"):
            pass
    except OSError as error:
        raise DatabaseUnusable(
            "the folder {folder} cannot be written ({why}); "
            "make it writable for this user or choose another --data-dir",
            folder=path.parent,
            why=error.strerror,
        ) from error


def _sqlite_engine(path: Path, begin: str, settings: dict[str, str | int], connections_max: int) -> Engine:
    module = sqlite_module()

    def connect() -> Any:
        return module.connect(
            f"{path.absolute().as_uri()}?mode=rw",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            timeout=BUSY_TIMEOUT_MS / 1000,
            cached_statements=256,
        )

    engine = sqlalchemy.create_engine(
        URL.create("sqlite", database=str(path)),
        creator=connect,
        module=module,
        poolclass=QueuePool,
        pool_size=connections_max,
        max_overflow=0,
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        _apply(connection, settings)
        # As on PostgreSQL: else whoever may see what is below "hk/" sees what is below "HK/" too.
        connection.execute("PRAGMA case_sensitive_like = ON")

    @event.listens_for(engine, "begin")
    def begin_explicitly(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _apply(connection: Any, settings: dict[str, str | int]) -> None:
    for name, wanted in settings.items():
        connection.execute(f"PRAGMA {name} = {wanted}").fetchall()
        (found,) = connection.execute(f"PRAGMA {name}").fetchone()
        if found != _SYNCHRONOUS.get(str(wanted), wanted):
            raise DatabaseUnusable(
                "SQLite kept {name} at {found} instead of {wanted}; ratings would not be safe. Check the disk and the "
                "SQLite version",
                name=name,
                found=found,
                wanted=wanted,
            )


def _open_postgresql(url: URL) -> Database:
    noticed = {name: value for name, value in _NOTICED.items() if name not in url.query}
    # No column is an hstore: the server need not be asked for that type whenever a program starts.
    make = partial(
        sqlalchemy.create_engine,
        url,
        connect_args=noticed,
        pool_size=CONNECTIONS_MAX,
        max_overflow=0,
        use_native_hstore=False,
    )
    # No ping before each use, which would cost a tenth of a small append: the writer tries again instead.
    writer = make()
    reader = make(pool_pre_ping=True)

    @event.listens_for(writer, "connect")
    def prepare_writing(connection: Any, record: Any) -> None:
        with _at_once(connection):
            # An answer is sent after COMMIT, so COMMIT must mean the disk, whatever the server's default is.
            is_off = connection.execute("SHOW synchronous_commit").fetchone()[0] == "off"
            _keep_settings(connection, record, {"synchronous_commit": "on"} if is_off else {})

    @event.listens_for(reader, "connect")
    def prepare_reading(connection: Any, record: Any) -> None:
        with _at_once(connection):
            # A report is many small questions: compiling one, or starting processes for it, takes longer than it.
            _keep_settings(connection, record, {"jit": "off", "max_parallel_workers_per_gather": "0"})
        # Each transaction begins READ ONLY, rather than the session by an option that poolers refuse or forget.
        connection.read_only = True

    for engine in (writer, reader):
        event.listen(engine, "begin", _say_settings_again)
    watch_changes(writer)
    return Database(writer, reader)


@contextmanager
def _at_once(connection: Any) -> Iterator[None]:
    """Each statement is a transaction of its own."""
    connection.autocommit = True
    yield
    connection.autocommit = False


def _keep_settings(connection: Any, record: Any, settings: dict[str, str]) -> None:
    """Have these in force: for the session, or where a pooler lends its servers by transaction, for each of those."""
    # A pooler such as PgBouncer answers for itself when a program connects, with a process that no server has.
    is_pooled = connection.execute("SELECT pg_backend_pid()").fetchone()[0] != connection.info.backend_pid
    if is_pooled:
        # The next transaction may be on a server that has not seen what this one prepared.
        connection.prepare_threshold = None
        record.info[_AGAIN] = "; ".join(f"SET LOCAL {name} = {value}" for name, value in settings.items())
    else:
        for name, value in settings.items():
            connection.execute(f"SET {name} = {value}")


def _say_settings_again(connection: Connection) -> None:
    if again := connection.info.get(_AGAIN):
        connection.exec_driver_sql(again)
