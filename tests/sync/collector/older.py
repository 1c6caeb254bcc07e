"""A database as an older version left it."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

import sync.collector.store.migrate


def upgrade(connection: Connection, revision: str) -> None:
    """Bring an empty or older database up to ``revision`` and no further."""
    steps = Config()
    steps.set_main_option("script_location", str(Path(sync.collector.store.migrate.__file__).parent / "migrations"))
    steps.attributes["connection"] = connection
    command.upgrade(steps, revision)
