"""Writer: runs each request's transaction and answers only after COMMIT.

SQLite has one writer, and a commit costs the disk's flush whatever it holds; so the
requests that wait while one commit is under way share the next one. Each stands behind a
savepoint of its own: a bad one is undone alone. PostgreSQL shares flushes by itself, so
there each request has its own transaction.
"""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import structlog
from prometheus_client import Histogram
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError

from sync.collector.errors import CollectorBusy, StorageFull
from sync.collector.store.database import CONNECTIONS_MAX, Database

T = TypeVar("T")
Work = Callable[[Connection], T]

SHARED_COMMIT_MAX = 64
"""How many requests share one commit at most; the longest anyone waits is two such groups."""
WAITING_MAX = 512
RETRIES_MAX = 3
_RETRIED = {"40001", "40P01"}  # serialisation failure, deadlock: the transaction was undone whole
_FULL = {"53100", "53200"}

_log = structlog.get_logger("collector.writer")
_shared = Histogram(
    "hailong_commit_requests", "Requests that shared one commit", buckets=(1, 2, 4, 8, 16, 32, SHARED_COMMIT_MAX)
)
_seconds = Histogram("hailong_commit_seconds", "Time of one transaction, from its beginning to its durable end")


class Transact(Protocol):
    """Runs work in a transaction of its own and gives back what it returned, once that is durable."""

    def __call__(self, work: Callable[[Connection], T], /) -> T: ...


class Writer(Protocol):
    """Runs work in a transaction."""

    def submit(self, work: Work[T]) -> "Future[T]":
        """A future that is fulfilled once what ``work`` wrote is durable; its exception undoes it alone.

        ``work`` may run again after a deadlock or a lost connection, so a repeat must change nothing.
        Raises CollectorBusy when too much waits already.
        """
        ...

    def close(self) -> None:
        """Finish what was submitted and stop."""
        ...


def writer_for(database: Database) -> Writer:
    """The writer that suits the engine."""
    return GroupWriter(database.writer) if database.is_sqlite else PooledWriter(database.writer)


@dataclass(slots=True)
class _Waiting:
    work: Work[Any]
    future: "Future[Any]"
    result: Any = None
    error: Exception | None = None


class GroupWriter:
    """One thread with the one connection that writes; waiting requests share a commit."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting: deque[_Waiting] = deque()
        self._arrived = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def submit(self, work: Work[T]) -> "Future[T]":
        """Hand ``work`` to the thread; see :class:`Writer`."""
        waiting = _Waiting(work, Future())
        with self._arrived:
            if len(self._waiting) >= WAITING_MAX or self._closing:
                raise CollectorBusy("too many requests wait for the disk")
            self._waiting.append(waiting)
            self._arrived.notify()
        return waiting.future

    def close(self) -> None:
        """Finish what was submitted and stop the thread."""
        with self._arrived:
            self._closing = True
            self._arrived.notify()
        self._thread.join()

    def _run(self) -> None:
        while (group := self._next_group()) or not self._closing:
            try:
                if group:
                    self._commit(group)
            except Exception as error:  # noqa: BLE001 - the edge of this thread: whoever waits must hear of it
                _fail(group, _named(error))
                if not isinstance(error, DBAPIError):
                    _log.exception("group not committed")

    def _next_group(self) -> list[_Waiting]:
        with self._arrived:
            while not self._waiting and not self._closing:
                self._arrived.wait()
            taken = [self._waiting.popleft() for _ in range(min(len(self._waiting), SHARED_COMMIT_MAX))]
        # From here on a client that hangs up cancels nothing: its batch is under way.
        return [waiting for waiting in taken if waiting.future.set_running_or_notify_cancel()]

    def _commit(self, group: list[_Waiting]) -> None:
        _shared.observe(len(group))
        with _seconds.time(), self._engine.connect() as connection:
            try:
                with connection.begin():
                    for waiting in group:
                        _run_alone(connection, waiting)
            except Exception:
                # After a failed commit nobody knows what the connection holds; the next group gets a new one.
                connection.invalidate()
                raise
        for waiting in group:
            if waiting.error is None:
                waiting.future.set_result(waiting.result)
            else:
                waiting.future.set_exception(waiting.error)


def _run_alone(connection: Connection, waiting: _Waiting) -> None:
    connection.exec_driver_sql("SAVEPOINT request")
    try:
        waiting.result = waiting.work(connection)
    except Exception as error:  # it is this request's own fault and goes to its own future
        if connection.in_transaction() and not _undone(connection):
            connection.exec_driver_sql("ROLLBACK TO request")
        else:
            raise
        waiting.error = _named(error)
    connection.exec_driver_sql("RELEASE request")


def _undone(connection: Connection) -> bool:
    """Whether SQLite has rolled the whole transaction back by itself, as it does when the disk is full."""
    return not connection.connection.driver_connection.in_transaction  # type: ignore[union-attr]


class PooledWriter:
    """A few threads, each request with its own connection and transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._threads = ThreadPoolExecutor(CONNECTIONS_MAX, "writer")
        self._places = threading.BoundedSemaphore(WAITING_MAX)

    def submit(self, work: Work[T]) -> "Future[T]":
        """Hand ``work`` to a thread; see :class:`Writer`."""
        if not self._places.acquire(blocking=False):
            raise CollectorBusy("too many requests wait for the database")
        future = self._threads.submit(self._commit, work)
        future.add_done_callback(lambda _: self._places.release())
        return future

    def close(self) -> None:
        """Finish what was submitted and stop the threads."""
        self._threads.shutdown()

    def _commit(self, work: Work[T]) -> T:
        for last in (False,) * RETRIES_MAX + (True,):
            try:
                with _seconds.time(), self._engine.begin() as connection:
                    return work(connection)
            except DBAPIError as error:
                # A lost connection may have lost the answer to a COMMIT as well. Doing it again is safe:
                # whatever is submitted here gives the same result when it is done already.
                again = error.connection_invalidated or getattr(error.orig, "sqlstate", None) in _RETRIED
                if last or not again:
                    raise _named(error) from error
        raise AssertionError("unreachable: the last try returns or raises")


def _named(error: Exception) -> Exception:
    if isinstance(error, OperationalError):
        full = "disk is full" in str(error.orig) or getattr(error.orig, "sqlstate", None) in _FULL
        if full:
            return StorageFull("the collector's disk is full; nothing of this request was kept")
    return error


def _fail(group: list[_Waiting], error: Exception) -> None:
    for waiting in group:
        if not waiting.future.done():
            waiting.future.set_exception(error)
