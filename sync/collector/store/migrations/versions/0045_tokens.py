"""Tokens: with what programs of those entitled read numbers."""

import sqlalchemy as sa
from alembic import op

from sync.collector.store.schema import Hash, Moment, Serial

revision = "0045"
down_revision = "0044"


def upgrade() -> None:
    """An empty table."""
    op.create_table(
        "token",
        sa.Column("token_id", Serial, nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("token_hash", Hash, nullable=False),
        sa.Column("unit_id", Serial),
        sa.Column("may", sa.String(60), nullable=False),
        sa.Column("made_at", Moment, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("expires_at", Moment, nullable=False),
        sa.Column("withdrawn_at", Moment),
        sa.Column("used_on", sa.Date),
        sa.Column("paid_until", Moment),
        sa.PrimaryKeyConstraint("token_id", name="pk_token"),
        sa.UniqueConstraint("name", name="uq_token_name"),
        sa.UniqueConstraint("token_hash", name="uq_token_token_hash"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.unit_id"], name="fk_token_unit_id_unit"),
    )
