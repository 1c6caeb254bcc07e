"""Served due: which tallies and typed counts participation has still to follow; an append adds nothing up itself."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"

_TABLES = ("tally", "transaction_count")


def upgrade() -> None:
    """Nothing is due: until now whatever moved a day added it up anew."""
    for table in _TABLES:
        column = sa.Column("served_due", sa.Boolean, nullable=False, server_default=sa.false())
        op.add_column(table, column)
        is_due = sa.text("served_due")
        op.create_index(
            f"ix_{table}_served_due", table, ["counter_id", "day"], sqlite_where=is_due, postgresql_where=is_due
        )
