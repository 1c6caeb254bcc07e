"""Log status: what each witness of the transparency log answered last."""

import sqlalchemy as sa
from alembic import op

from sync.collector.store.schema import Moment

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    """What they say is known when they have been asked again."""
    op.create_table(
        "log_witness",
        sa.Column("vkey", sa.Text, nullable=False),
        sa.Column("asked_at", Moment, nullable=False),
        sa.Column("outcome", sa.String(12), nullable=False),
        sa.Column("size", sa.BigInteger),
        sa.Column("detail", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("vkey", name="pk_log_witness"),
        sqlite_with_rowid=False,
    )
