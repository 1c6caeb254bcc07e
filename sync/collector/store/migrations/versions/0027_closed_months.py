"""Closed months: the numbers and files of their reports, and of each correction."""

import sqlalchemy as sa
from alembic import op

from sync.collector.store.schema import Hash, Moment, Serial

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Four more tables, empty: from which month on is closed, the collector writes at its next start."""
    op.create_table(
        "first_closed",
        sa.Column("row_id", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("month", sa.Date, nullable=False),
        sqlite_with_rowid=False,
        if_not_exists=True,
    )
    op.create_table(
        "closed_month",
        *_key(),
        sa.Column("made_at", Moment, nullable=False),
        sa.Column("hash", Hash, nullable=False),
        sa.Column("numbers", sa.LargeBinary, nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "closed_file",
        *_key(),
        sa.Column("form", sa.String(4), primary_key=True),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("hash", Hash, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "closed_look",
        *_key()[:2],
        sa.Column("mark", sa.String(64), nullable=False),
        sa.Column("waits", sa.Boolean, nullable=False),
        sa.Column("failed_at", Moment),
        sa.Column("fault", sa.Text),
        sqlite_with_rowid=False,
        if_not_exists=True,
    )


def _key() -> "list[sa.Column[object]]":
    return [
        sa.Column("unit_id", Serial, primary_key=True, autoincrement=False),
        sa.Column("month", sa.Date, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    ]
