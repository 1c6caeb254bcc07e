"""Pools: tails, which waited for good before, are told together where enough of them are."""

import sqlalchemy as sa
from alembic import op

from sync.collector.store.schema import Serial

revision = "0026"
down_revision = "0025"

_MONTH = {"sqlite": "date(first_day, 'start of month')", "postgresql": "date_trunc('month', first_day)::date"}


def upgrade() -> None:
    """Two more tables, empty; every tail of one month that was looked at is looked at once more."""
    _make_tables()
    op.add_column("block", sa.Column("pool_id", sa.BigInteger))
    op.add_column("block", sa.Column("loose", sa.Date))
    month = _MONTH[op.get_bind().dialect.name]
    op.execute(
        f"UPDATE block SET loose = {month} WHERE is_tail AND fault IS NULL AND NOT is_suspect "  # noqa: S608
        "AND shown_at IS NULL AND grain IS NOT NULL AND grain <> 'z'"
    )
    for index, name in (("ix_block_loose", "loose"), ("ix_block_pooled", "pool_id")):
        where = sa.text(f"{name} IS NOT NULL")
        op.create_index(index, "block", [name], postgresql_where=where, sqlite_where=where)


def _make_tables() -> None:
    op.create_table(
        "pool",
        sa.Column("pool_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("series", sa.String(60), nullable=False),
        sa.Column("question", sa.String(40), nullable=False),
        sa.Column("first", sa.Date, nullable=False),
        sa.Column("last", sa.Date, nullable=False),
        sa.Column("unit_id", Serial, nullable=False),
        sa.Column("tells_aside", sa.Boolean, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_pool_series_question_first", "pool", ["series", "question", "first"])
    op.create_table(
        "pool_piece",
        sa.Column("pool_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("counter_id", Serial, primary_key=True),
        sa.Column("standing", sa.String(20), primary_key=True),
        sa.Column("n", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
