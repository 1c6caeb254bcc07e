"""A database as an older version left it: the newer steps of its schema taken back."""

from sqlalchemy import Connection, text

_STEPS_BACK = (
    "DROP TABLE unit_follower",
    "ALTER TABLE unit DROP COLUMN ended_on",
    "DROP INDEX ix_counter_origin_id",
    "ALTER TABLE counter DROP COLUMN origin_id",
    "ALTER TABLE counter DROP COLUMN since",
    "ALTER TABLE counter DROP COLUMN until",
)


def take_back(connection: Connection, revision: str, *tables: str) -> None:
    """Make it one of ``revision``, which is older than the steps above, without ``tables``."""
    for step in (*_STEPS_BACK, *(f"DROP TABLE {name}" for name in tables)):
        connection.execute(text(step))
    connection.execute(text(f"UPDATE alembic_version SET version_num = '{revision}'"))
