"""Turns: whose turn each chore is, of several processes over one database, and what was counted of kiosks last."""

import sqlalchemy as sa
from alembic import op

from sync.collector.store.schema import Moment

revision = "0044"
down_revision = "0042"


def upgrade() -> None:
    """Both are empty: the first round of each chore fills them."""
    op.create_table(
        "chore_turn",
        sa.Column("chore", sa.String(120), nullable=False),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("until", Moment, nullable=False),
        sa.Column("done_at", Moment),
        sa.PrimaryKeyConstraint("chore", name="pk_chore_turn"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "kiosk_count",
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("n", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("state", name="pk_kiosk_count"),
        sqlite_with_rowid=False,
    )
