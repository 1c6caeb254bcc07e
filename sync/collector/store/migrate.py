"""Migrate: brings a database from the schema it has to the one this version knows."""

from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from sync.collector.errors import SchemaNewer, SchemaOutdated
from sync.collector.store.database import Database, faults_named
from sync.collector.store.partitions import ensure_partitions

_MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(database: Database) -> tuple[str | None, str]:
    """Take every step that is missing, in one transaction; the revisions before and after.

    Raises SchemaNewer for a database that a newer version made, and DatabaseUnusable.
    """
    config = _config()
    with faults_named(database), database.writing() as connection:
        before = _revision(connection)
        _require_known(before)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        ensure_partitions(connection, datetime.now(UTC))
        return before, _head()


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
