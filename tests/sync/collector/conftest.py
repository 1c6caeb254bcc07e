"""A migrated database of each kind, and kiosks that write journals as the real ones do."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import cache, partial
from pathlib import Path
from typing import TypeVar

import pytest
import sqlalchemy
from sqlalchemy import Connection, insert, make_url, update
from starlette.testclient import TestClient

from sync.collector.run.app import create_app
from sync.collector.services.services import Services, make_services
from sync.collector.settings.collector import CollectorConfig
from sync.collector.store import schema
from sync.collector.store.database import Database, open_database
from sync.collector.store.migrate import migrate
from sync.collector.store.partitions import ensure_partitions
from tests.sync.collector.builders import NOON, Office, open_office
from tests.sync.collector.citus import CITUS_URL, citus_database, citus_world
from tests.sync.collector.kiosk_client import URL, KioskKey, enrolled_key
from tests.sync.collector.one_place import REFUSED, hold_to_subset
from tests.sync.collector.postgres import postgres_server
from tests.sync.collector.sharing import (
    chores_by_hand,  # noqa: F401 - a fixture
    compiled_once,  # noqa: F401 - a fixture
    migrated,
    migrated_copy,
    one_loop,  # noqa: F401 - a fixture
    quick_hashes,  # noqa: F401 - a fixture
)

T = TypeVar("T")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs a cluster where none is named; it is said at the end."""
    apart = [] if CITUS_URL else [item for item in items if item.get_closest_marker("citus")]
    if apart:
        config.hook.pytest_deselected(items=apart)
        items[:] = [item for item in items if item not in apart]
        config.stash[_NOT_RUN] = len(apart)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what was left out."""
    if found := config.stash.get(_NOT_RUN, 0):
        terminalreporter.write_line(f"not run: {found} tests on Citus; HAILONG_TEST_CITUS_URL names no cluster")


_NOT_RUN = pytest.StashKey[int]()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a running PostgreSQL with ``{database}`` in it; one server for the whole run."""
    with postgres_server() as url:
        order(url, "CREATE DATABASE template_hailong")
        template = open_database(url.format(database="template_hailong"))
        migrate(template)
        with template.writing() as connection:
            ensure_partitions(connection, NOON)
        template.close()
        yield url
        _orders(url).close()
        _orders(url).engine.dispose()


@pytest.fixture(autouse=True, scope="session")
def held_to_subset() -> Iterator[None]:
    """Whatever the program asks of PostgreSQL, in whichever test, a distributed one would take as well."""
    sqlalchemy.event.listen(sqlalchemy.Engine, "before_cursor_execute", hold_to_subset)
    yield
    sqlalchemy.event.remove(sqlalchemy.Engine, "before_cursor_execute", hold_to_subset)
    assert REFUSED == {}


@pytest.fixture(scope="session")
def sqlite_template() -> Path:
    """A migrated SQLite file to copy from."""
    return migrated()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a fresh migrated database, once of each kind."""
    if request.param == "sqlite":
        made = migrated_copy()
    elif CITUS_URL:
        made = citus_database()
    else:
        made = postgres_database(request.getfixturevalue("postgres"), "template_hailong")
    with made as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """The fresh database, open."""
    opened = open_database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def office(database: Database) -> Office:
    """A unit with two counters and one enrolled kiosk."""
    return open_office(database)


@pytest.fixture
def two_units(office: Office) -> Office:
    """A second unit with one counter beside the office's, and one above both; kiosks were heard for some months."""
    with office.database.writing() as connection:
        for back in (0, 30, 60, 90):
            ensure_partitions(connection, NOON - timedelta(days=back))
        above = {"unit_id": 3, "code": "T", "name": "Tỉnh", "kind": "province", "path": "T/"}
        connection.execute(insert(schema.unit), above)
        connection.execute(update(schema.unit).where(schema.unit.c.unit_id == 1).values(parent_id=3, path="T/XA/"))
        beside = {"unit_id": 2, "code": "XB", "name": "Xã Bên", "kind": "office", "path": "T/XB/", "parent_id": 3}
        connection.execute(insert(schema.unit), beside)
        place = {"counter_id": 3, "code": "Q3", "name": "Quầy 3", "unit_id": 2, "created_at": NOON}
        connection.execute(insert(schema.counter), place)
    office.device = replace(office.device, counters={"Q1": 1, "Q2": 2, "Q3": 3})
    return office


_numbers = itertools.count(1)


@contextmanager
def postgres_database(server: str, template: str = "template1") -> Iterator[str]:
    """The URL of a new database on ``server``, which goes again: hundreds of them would be a million files."""
    name = f"test_{next(_numbers)}"
    order(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    yield server.format(database=name)
    order(server, f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def world_to_copy(
    request: pytest.FixtureRequest, kind: str, write: Callable[[str], T]
) -> Iterator[tuple[T, Callable[[], AbstractContextManager[str]]]]:
    """What ``write`` makes of a fresh database of a kind, and what opens copies of it, as cheap as empty ones.

    ``write`` is given the address and closes every connection.
    """
    if kind == "sqlite":
        with migrated_copy() as url:
            yield write(url), partial(migrated_copy, Path(make_url(url).database or ""))
    elif CITUS_URL:
        with citus_world(write) as made:
            yield made
    else:
        server = request.getfixturevalue("postgres")
        with postgres_database(server, "template_hailong") as url:
            yield write(url), partial(postgres_database, server, make_url(url).database or "")


def order(server: str, sql: str) -> None:
    """What cannot be done within a transaction."""
    _orders(server).execute(sqlalchemy.text(sql))


@cache
def _orders(server: str) -> Connection:
    """One connection for the whole run: opening one costs as much as making a database."""
    writer = open_database(server.format(database="postgres")).writer
    return writer.connect().execution_options(isolation_level="AUTOCOMMIT")


@pytest.fixture
def empty_urls(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Makes the address of an empty database of a kind."""
    with ExitStack() as made:

        def make(kind: str) -> str:
            if kind == "sqlite":
                return f"sqlite:///{tmp_path / 'empty.db'}"
            return made.enter_context(postgres_database(request.getfixturevalue("postgres")))

        yield make


@pytest.fixture
def services(database: Database, tmp_path: Path) -> Services:
    """The services of a collector whose clock stands at NOON, with no log of whoever runs the tests."""
    config = CollectorConfig(public_url=URL, data_dir=tmp_path)
    return make_services(config, database, lambda: NOON)


@pytest.fixture
def client(services: Services) -> Iterator[TestClient]:
    """The app as called from the same machine."""
    with TestClient(create_app(services), base_url=URL, client=("127.0.0.1", 50000)) as opened:
        yield opened


@pytest.fixture
def kiosk(office: Office) -> KioskKey:
    """The office's kiosk with a key of its own."""
    return enrolled_key(office.database, office.device.device_id)
