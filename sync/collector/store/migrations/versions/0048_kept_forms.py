"""Kept forms: what somebody had typed when their session was over, sealed, until they are signed in again."""

import sqlalchemy as sa
from alembic import op

from sync.collector.store.schema import Hash, Moment, Serial

revision = "0048"
down_revision = "0047"


def upgrade() -> None:
    """An empty table."""
    op.create_table(
        "kept_form",
        sa.Column("key_hash", Hash, nullable=False),
        sa.Column("account_id", Serial, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("kept_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("key_hash", name="pk_kept_form"),
        sa.ForeignKeyConstraint(["account_id"], ["account.account_id"], name="fk_kept_form_account_id_account"),
    )
    op.create_index("ix_kept_form_account_id", "kept_form", ["account_id"])
