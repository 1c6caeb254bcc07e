"""Units that ended, and what came after them."""

import sqlalchemy as sa
from alembic import op

from sync.collector.store.schema import Serial

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """No unit has ended yet."""
    op.add_column("unit", sa.Column("ended_on", sa.Date()))
    op.create_table(
        "unit_follower",
        sa.Column("unit_id", Serial, nullable=False),
        sa.Column("into_id", Serial, nullable=False),
        sa.PrimaryKeyConstraint("unit_id", "into_id", name="pk_unit_follower"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.unit_id"], name="fk_unit_follower_unit_id_unit"),
        sa.ForeignKeyConstraint(["into_id"], ["unit.unit_id"], name="fk_unit_follower_into_id_unit"),
        sqlite_with_rowid=False,
    )
