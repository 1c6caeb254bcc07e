"""What the report of a closed month rests on, kept beside its numbers, so that it can be proven later."""

import sqlalchemy as sa
from alembic import op

from sync.collector.store.schema import Serial

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    """Of reports that were kept before it is not known any more."""
    op.create_table(
        "closed_basis",
        sa.Column("unit_id", Serial, nullable=False, autoincrement=False),
        sa.Column("month", sa.Date, nullable=False),
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("basis", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("unit_id", "month", "number", name="pk_closed_basis"),
    )
