"""Upkeep: what was dropped of the stored lines."""

import sqlalchemy as sa
from alembic import op

from sync.collector.store.schema import Hash, Id, Moment, Seq

revision = "0046"
down_revision = "0045"


def upgrade() -> None:
    """Empty tables, and two columns that are filled once a receipt's rating is dropped."""
    _dropped_month()
    _dropped_lines()
    op.add_column("receipt", sa.Column("standing", sa.String(20)))
    op.add_column("receipt", sa.Column("received_at", Moment))


def _dropped_month() -> None:
    op.create_table(
        "dropped_month",
        sa.Column("month", sa.Date, nullable=False),
        sa.Column("part", sa.SmallInteger, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("archive", Hash, nullable=False),
        sa.Column("archive_name", sa.Text, nullable=False),
        sa.Column("archived_at", Moment, nullable=False),
        sa.Column("contents", Hash, nullable=False),
        *(
            sa.Column(name, sa.BigInteger, nullable=False)
            for name in ("journals", "segments", "lines", "ratings", "kept")
        ),
        sa.Column("decided_at", Moment),
        *(sa.Column(name, sa.Text) for name in ("decided_by", "second", "purpose")),
        sa.Column("done_at", Moment),
        sa.PrimaryKeyConstraint("month", "part", name="pk_dropped_month"),
        sqlite_with_rowid=False,
    )


def _dropped_lines() -> None:
    op.create_table(
        "dropped_lines",
        sa.Column("journal_id", Id, nullable=False),
        sa.Column("last_seq", Seq, nullable=False),
        sa.Column("month", sa.Date, nullable=False),
        sa.Column("part", sa.SmallInteger, nullable=False),
        sa.Column("first_seq", Seq, nullable=False),
        *(sa.Column(name, Hash, nullable=False) for name in ("prev", "head", "first_hash")),
        sa.Column("prints", sa.LargeBinary, nullable=False),
        sa.Column("signs", sa.Boolean, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("segments", sa.BigInteger, nullable=False),
        sa.Column("contents", Hash, nullable=False),
        sa.Column("ratings", sa.BigInteger, nullable=False),
        sa.Column("last_day", sa.Date),
        sa.Column("sums", Hash),
        sa.PrimaryKeyConstraint("journal_id", "last_seq", name="pk_dropped_lines"),
        sqlite_with_rowid=False,
    )
    is_gone = sa.text("sums IS NOT NULL")
    op.create_index(
        "ix_dropped_lines_gone", "dropped_lines", ["journal_id"], sqlite_where=is_gone, postgresql_where=is_gone
    )
    op.create_index("ix_dropped_lines_month", "dropped_lines", ["month"])
