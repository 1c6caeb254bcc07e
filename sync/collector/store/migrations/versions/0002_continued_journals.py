"""Journals that continue others, and entries that came twice."""

import sqlalchemy as sa
from alembic import op

from sync.collector.store.schema import Hash, Id, Moment

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """What a continuation names, where entries were carried to, and which were not counted again."""
    op.add_column("journal", sa.Column("continues", Id))
    op.add_column("journal", sa.Column("continues_why", sa.String(length=20)))
    op.add_column("journal", sa.Column("continues_seq", sa.BigInteger()))
    op.add_column("journal", sa.Column("continued", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("journal", sa.Column("forked_at", Moment()))
    op.create_index("ix_journal_continues", "journal", ["continues"], unique=False)
    op.create_table(
        "carried",
        sa.Column("journal_id", Id, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", Hash, nullable=False),
        sa.Column("in_journal", Id, nullable=False),
        sa.Column("in_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("journal_id", "seq", "hash", "in_journal", "in_seq", name="pk_carried"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "duplicate",
        sa.Column("journal_id", Id, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("of_journal", Id, nullable=False),
        sa.Column("of_seq", sa.BigInteger(), nullable=False),
        sa.Column("received_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("journal_id", "seq", name="pk_duplicate"),
        sqlite_with_rowid=False,
    )
