"""Migrate: brings a database from the schema it has to the one this version knows."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from sync.collector.errors import SchemaNewer, SchemaOutdated
from sync.collector.store.database import Database, faults_named
from sync.collector.store.distributed import is_distributed
from sync.collector.store.partitions import ensure_partitions
from sync.collector.store.patience import transact_patiently

_MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(database: Database) -> tuple[str | None, str]:
    """Take every step that is missing, in one transaction; the revisions before and after.

    In a distributed database each step has its own, for what changes several tables of many machines at once is
    undone there now and then, and is tried again. Raises SchemaNewer for a database that a newer version made, and
    DatabaseUnusable.
    """
    ready = partial(ensure_partitions, around=datetime.now(UTC))
    with faults_named(database):
        with database.writing() as connection:
            before = _revision(connection)
            _require_known(before)
            is_spread = is_distributed(connection)
            if not is_spread:
                _upgrade(connection, "head")
                ready(connection)
        for revision in _after(before) if is_spread else ():
            transact_patiently(database, partial(_upgrade, to=revision))
        if is_spread:
            transact_patiently(database, ready)
    return before, _head()


def _upgrade(connection: Connection, to: str) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def _after(before: str | None) -> list[str]:
    """The steps after this one, in order."""
    every = [step.revision for step in _steps().walk_revisions()][::-1]
    return every[every.index(before) + 1 :] if before is not None else every


def require_current(database: Database) -> None:
    """Raise SchemaOutdated or SchemaNewer unless the database has exactly this version's schema."""
    with faults_named(database), database.reading() as connection:
        found = _revision(connection)
    _require_known(found)
    if found != _head():
        raise SchemaOutdated(
            "the database has schema {found}, this version needs {needed}; bring it up to date with: collector migrate",
            found=found or "-",
            needed=_head(),
        )


def is_empty(database: Database) -> bool:
    """Whether nothing was ever made in the database."""
    with faults_named(database), database.reading() as connection:
        return _revision(connection) is None


def _require_known(found: str | None) -> None:
    if found is not None and found not in {step.revision for step in _steps().walk_revisions()}:
        raise SchemaNewer(
            "the database was made by a newer version (schema {found}, this version knows {known}); "
            "install that version",
            found=found,
            known=_head(),
        )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return config


def _steps() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _head() -> str:
    head = _steps().get_current_head()
    if head is None:
        raise AssertionError("the migrations are not installed with the program")
    return head


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()
