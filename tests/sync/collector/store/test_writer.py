"""The writer: an answer only after the commit that holds it, and one bad request fails alone."""

import shutil
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy
from sqlalchemy import Connection, event, insert, select

from sync.collector.errors import CollectorBusy, StorageFull
from sync.collector.store import writer as writer_module
from sync.collector.store.database import READERS_MAX, Database, open_database
from sync.collector.store.schema import unit
from sync.collector.store.writer import GroupWriter, writer_for
from tests.sync.collector.conftest import postgres_database


def put(code: str) -> writer_module.Work[str]:
    def work(connection: Connection) -> str:
        connection.execute(insert(unit).values(code=code, name=code, kind="office", path=f"{code}/"))
        return code

    return work


def codes(database: Database) -> set[str]:
    with database.reading() as connection:
        return set(connection.execute(select(unit.c.code)).scalars())


def test_what_was_answered_is_there_for_everyone(database: Database) -> None:
    writer = writer_for(database)

    assert writer.submit(put("A")).result(60) == "A"
    assert codes(database) == {"A"}
    writer.close()


def test_a_bad_request_fails_alone_and_leaves_nothing(database: Database) -> None:
    writer = writer_for(database)

    def bad(connection: Connection) -> None:
        put("BAD")(connection)
        raise LookupError("mine alone")

    with ThreadPoolExecutor(8) as senders:
        futures = [senders.submit(writer.submit, put(f"G{n}") if n % 2 else bad) for n in range(8)]
        outcomes = [future.result().exception(10) for future in futures]
    writer.close()

    assert [type(error) for error in outcomes] == [LookupError, type(None)] * 4
    assert codes(database) == {"G1", "G3", "G5", "G7"}


@pytest.fixture
def sqlite(tmp_path, sqlite_template):  # type: ignore[no-untyped-def]
    """A database of the kind that shares commits."""
    shutil.copy(sqlite_template, tmp_path / "group.db")
    database = open_database(f"sqlite:///{tmp_path / 'group.db'}")
    yield database
    database.close()


def test_requests_that_wait_share_one_commit(sqlite: Database) -> None:
    commits = []
    event.listen(sqlite.writer, "commit", lambda _connection: commits.append(1))
    writer, free, begun = GroupWriter(sqlite.writer), threading.Event(), threading.Event()
    first = writer.submit(lambda connection: (begun.set(), free.wait(10), put("FIRST")(connection)))
    begun.wait(10)
    waiting = [writer.submit(put(f"W{n}")) for n in range(20)]
    free.set()

    for future in (first, *waiting):
        future.result(60)
    writer.close()

    assert len(commits) == 2
    assert len(codes(sqlite)) == 21


def test_nobody_is_answered_when_the_commit_fails(sqlite: Database) -> None:
    writer, free = GroupWriter(sqlite.writer), threading.Event()

    def spoil(_connection: object) -> None:
        raise sqlalchemy.exc.OperationalError("COMMIT", {}, Exception("database or disk is full"))

    first = writer.submit(lambda connection: (free.wait(10), put("FIRST")(connection)))
    second = writer.submit(put("SECOND"))
    event.listen(sqlite.writer, "commit", spoil)
    free.set()

    assert isinstance(first.exception(10), StorageFull)
    assert isinstance(second.exception(10), StorageFull)
    event.remove(sqlite.writer, "commit", spoil)
    assert writer.submit(put("AFTER")).result(60) == "AFTER"
    writer.close()
    assert codes(sqlite) == {"AFTER"}


def test_a_client_that_hangs_up_takes_nobody_with_it(sqlite: Database) -> None:
    writer, free = GroupWriter(sqlite.writer), threading.Event()
    first = writer.submit(lambda connection: (free.wait(10), put("FIRST")(connection)))
    gone, stays = writer.submit(put("GONE")), writer.submit(put("STAYS"))
    gone.cancel()
    free.set()

    assert first.result(60)
    assert stays.result(60) == "STAYS"
    writer.close()
    assert codes(sqlite) == {"FIRST", "STAYS"}


def test_too_much_waiting_is_refused_at_once(sqlite: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "WAITING_MAX", 1)
    writer, free, begun = GroupWriter(sqlite.writer), threading.Event(), threading.Event()
    writer.submit(lambda _connection: (begun.set(), free.wait(10)))
    begun.wait(10)
    writer.submit(put("WAITS"))

    with pytest.raises(CollectorBusy):
        writer.submit(put("TOO MUCH"))
    free.set()
    writer.close()


def test_what_was_taken_before_closing_is_still_done(database: Database) -> None:
    writer = writer_for(database)
    futures = [writer.submit(put(f"C{n}")) for n in range(10)]

    writer.close()

    assert all(future.done() for future in futures)
    assert len(codes(database)) == 10


def test_work_whose_connection_breaks_off_is_done_again_on_another(postgres: str) -> None:
    """A server that is restarted ends connections in the middle of a transaction, here one that changes a place."""
    tries = []

    def work(connection: Connection) -> str:
        tries.append(put(f"P{len(tries)}")(connection))
        if len(tries) < 3:
            connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")
        return tries[-1]

    with postgres_database(postgres, "template_hailong") as url:
        database = open_database(url)
        writer = writer_for(database)

        assert writer.submit(work).result(60) == "P2"

        assert codes(database) == {"P2"}
        writer.close()
        database.close()


def test_pages_that_all_connections_keep_are_bounded(tmp_path):
    database = open_database(f"sqlite:///{tmp_path / 'pages.db'}", create=True)

    with database.writer.connect() as writer, database.reading() as reader:
        kb = [-connection.exec_driver_sql("PRAGMA cache_size").scalar_one() for connection in (writer, reader)]
    database.close()

    assert 0 < kb[0] + READERS_MAX * kb[1] <= 32_768
