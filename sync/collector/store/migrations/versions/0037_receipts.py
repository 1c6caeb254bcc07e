"""Receipts: hashes of the codes that citizens took along; kiosks of before gave none."""

import sqlalchemy as sa
from alembic import op

from sync.collector.store.schema import Hash, Id, Seq

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    """An empty table."""
    op.create_table(
        "receipt",
        sa.Column("journal_id", Id, nullable=False),
        sa.Column("seq", Seq, nullable=False),
        sa.Column("digest", Hash, nullable=False),
        sa.PrimaryKeyConstraint("journal_id", "seq", name="pk_receipt"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_receipt_digest", "receipt", ["digest"])
