"""PostgreSQL behind a real PgBouncer that lends its servers by transaction: nothing is told to a server for good."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from sync.collector.people.rights import ANYBODY
from sync.collector.services.reports import Query, read_book
from sync.collector.services.services import Services
from sync.collector.store import schema
from sync.collector.store.database import Database, open_database
from sync.collector.store.migrate import migrate
from tests.sync.collector.builders import Office, Pen
from tests.sync.collector.conftest import order, postgres_database
from tests.sync.collector.pgbouncer import pgbouncer


@pytest.fixture(scope="module")
def bouncer(postgres: str) -> Iterator[str]:
    with pgbouncer(postgres) as url:
        yield url


@pytest.fixture
def database_url(postgres: str, bouncer: str) -> Iterator[str]:
    with postgres_database(postgres, "template_hailong") as direct:
        name = direct.partition("@/")[2].partition("?")[0]
        yield bouncer.format(database=name)


def test_a_collector_works_behind_it(office: Office, services: Services) -> None:
    for _ in range(12):
        pen = Pen()
        for number in range(40):
            pen.rating(1 + number % 5)
        office.append(pen)

    with ThreadPoolExecutor(8) as readers:
        books = list(readers.map(lambda _: read_book(services, ANYBODY, Query()), range(24)))

    assert len(office.rows("rating", "seq")) == 480
    assert len({(book.me.n, book.me.aside_n) for book in books}) == 1


def test_reading_connections_cannot_write_and_writing_ones_still_do(database: Database) -> None:
    for _ in range(10):
        with database.reading() as connection, pytest.raises(DatabaseError, match="read-only transaction"):
            connection.execute(text("CREATE TABLE written (x int)"))
        with database.writing() as connection:
            connection.execute(text("CREATE TABLE written (x int)"))
            connection.execute(text("DROP TABLE written"))


def test_each_reading_transaction_has_its_settings_and_leaves_none(database: Database, database_url: str) -> None:
    shown = "SELECT current_setting('jit'), current_setting('max_parallel_workers_per_gather'), current_setting(:name)"
    for _ in range(6):
        with database.reading() as connection:
            found = connection.execute(text(shown), {"name": "transaction_read_only"}).one()
            assert tuple(found) == ("off", "0", "on")

    with psycopg.connect(database_url, autocommit=True) as other:
        for _ in range(6):
            row = other.execute("SELECT current_setting('jit'), current_setting('default_transaction_read_only')")
            assert row.fetchone() == ("on", "off")


def test_a_statement_that_was_asked_often_is_understood_by_another_server(database: Database) -> None:
    """A driver prepares what it asks often and commits; the server that it is lent next has not seen that."""
    asked = select(schema.unit.c.code).where(schema.unit.c.code != "")
    server = text("SELECT pg_backend_pid()")
    with database.writer.connect() as often, database.writer.connect() as other:
        for _ in range(10):
            often.execute(asked).all()
            first = often.execute(server).scalar_one()
            often.commit()
        assert other.execute(server).scalar_one() == first, "the other one holds that server now"

        assert often.execute(asked).all() == []
        assert often.execute(server).scalar_one() != first


def test_commit_means_the_disk_where_the_servers_default_is_another(postgres: str, database_url: str) -> None:
    name = database_url.rpartition("/")[2]
    order(postgres, f"ALTER DATABASE {name} SET synchronous_commit = off")
    database = open_database(database_url)
    try:
        for _ in range(6):
            with database.writing() as connection:
                assert connection.execute(text("SHOW synchronous_commit")).scalar_one() == "on"
    finally:
        database.close()


def test_migrations_run_through_it(postgres: str, bouncer: str) -> None:
    with postgres_database(postgres) as direct:
        name = direct.partition("@/")[2].partition("?")[0]
        database = open_database(bouncer.format(database=name))
        try:
            migrate(database)
            with database.reading() as connection:
                assert connection.execute(select(schema.unit)).all() == []
        finally:
            database.close()


def test_straight_to_the_server_it_is_as_before(postgres: str) -> None:
    with postgres_database(postgres, "template_hailong") as direct:
        database = open_database(direct)
        try:
            with database.reading() as connection:
                assert connection.execute(text("SHOW jit")).scalar_one() == "off"
                with pytest.raises(DatabaseError, match="read-only transaction"):
                    connection.execute(text("CREATE TABLE written (x int)"))
            with database.reading() as connection:
                driver = connection.connection.driver_connection
                assert driver is not None
                assert driver.prepare_threshold == 5
                assert driver.info.get_parameters()["tcp_user_timeout"] == "30000"
        finally:
            database.close()
