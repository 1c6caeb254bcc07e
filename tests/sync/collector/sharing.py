"""What all tests of a run share, so that each begins at once: quick passwords, compiled statements, made databases."""

import atexit
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

import pytest
from anyio.from_thread import start_blocking_portal
from sqlalchemy import Connection, Engine, event
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.util import LRUCache
from starlette.testclient import TestClient

from sync.collector.export import paper, sheets
from sync.collector.fleet.surveys.library import shipped_surveys
from sync.collector.people import passwords
from sync.collector.run.demo_data import write_province
from sync.collector.store.database import Database, open_database
from sync.collector.store.migrate import migrate
from tests.sync.collector.builders import DAYS, NOON
from tests.sync.collector.postgres import memory

_STATEMENTS_MAX = 4000


@pytest.fixture(scope="session", autouse=True)
def quick_hashes() -> Iterator[None]:
    """Argon2 with the least it takes: the tests are about the doors, not about the hash."""
    quick = passwords.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(passwords, "_hasher", quick)
        yield


@pytest.fixture(scope="session", autouse=True)
def chores_by_hand() -> Iterator[None]:
    """An app does nothing by itself: what it would begin after ten seconds is called by the tests that are about it.

    Else a slow test has every chore beside it, on all that it wrote, and is slower still.
    """
    with pytest.MonkeyPatch.context() as patched:
        for chores in ("chores_of", "slow_chores_of"):
            patched.setattr(f"sync.collector.run.app.{chores}", lambda _services: [])
        yield


@pytest.fixture(scope="session", autouse=True)
def one_loop() -> Iterator[None]:
    """Clients that nobody opened by ``with`` ask on one event loop; else each request makes a thread and a loop."""
    with start_blocking_portal("asyncio") as portal, pytest.MonkeyPatch.context() as patched:
        patched.setattr(TestClient, "portal", portal)
        yield


@pytest.fixture(scope="module", autouse=True)
def papers_once() -> Iterator[None]:
    """A page is laid out on A4 once: for whoever walks through all doors again and again; modules import it."""
    once = cache(paper.pdf_of)
    with pytest.MonkeyPatch.context() as patched:
        for module in (paper, sheets):
            patched.setattr(module, "pdf_of", once)
        yield


@pytest.fixture(scope="session", autouse=True)
def compiled_once() -> Iterator[None]:
    """SQLAlchemy keeps compiled statements for each engine; here every test has an engine, so all use one store.

    The key of a compiled statement holds the engine's dialect: those of one kind must be equal.
    """
    compiled: LRUCache[object, object] = LRUCache(_STATEMENTS_MAX)

    def share(connection: Connection) -> None:
        connection.execution_options(compiled_cache=compiled)

    with pytest.MonkeyPatch.context() as patched:
        for kind in (PGDialect_psycopg, SQLiteDialect_pysqlite):
            patched.setattr(kind, "__eq__", _is_same_kind)
            patched.setattr(kind, "__hash__", _hash_of_kind)
        event.listen(Engine, "engine_connect", share)
        yield
        event.remove(Engine, "engine_connect", share)


def _is_same_kind(one: Dialect, other: object) -> bool:
    return type(one) is type(other)


def _hash_of_kind(one: Dialect) -> int:
    return hash(type(one))


@cache
def migrated() -> Path:
    """A migrated SQLite file to copy from: making one takes twenty migrations."""
    path = _kept()
    database = open_database(f"sqlite:///{path}", create=True)
    migrate(database)
    database.close()
    return path


@cache
def province() -> tuple[Path, int]:
    """An SQLite file with the demo province of a month up to NOON, and how many of its ratings count: takes seconds."""
    path = _kept()
    shutil.copy(migrated(), path)
    database = open_database(f"sqlite:///{path}")
    written = demo_province(database)
    database.close()
    return path, written


def demo_province(database: Database) -> int:
    """Write the demo province of a month up to NOON; how many of its ratings count."""
    return write_province(database, "20", 1, 1, NOON, DAYS, shipped_surveys()["sipas-5@1"], lambda *_: None)


def _kept() -> Path:
    """Where a file to copy from lies as long as the run lasts."""
    folder = mkdtemp(prefix="hailong-template-", dir=memory())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder) / "collector.db"


def open_migrated(path: Path) -> Database:
    """A fresh migrated SQLite database at a path, open; folders above it are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(migrated(), path)
    return open_database(f"sqlite:///{path}")


@contextmanager
def migrated_copy(of: Path | None = None) -> Iterator[str]:
    """The address of a fresh copy, in memory where there is room: there a commit waits for no disk.

    ``of`` names another file than the empty one, which nobody has open.
    """
    with TemporaryDirectory(prefix="hailong-", dir=memory(), ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "collector.db"
        shutil.copy(of or migrated(), path)
        yield f"sqlite:///{path}"
