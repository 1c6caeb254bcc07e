"""Shown counts of a unit's counters together, so that a province's page reads hundreds of rows, not ten thousands."""

import sqlalchemy as sa
from alembic import op

from sync.collector.store.schema import Serial

revision = "0013"
down_revision = "0012"

_LEVELS = [f"n{level}" for level in range(1, 6)]
_KEY = ["survey", "question", "stream", "grain", "first", "unit_id"]


def upgrade() -> None:
    """One table, filled from what is shown of the counters."""
    op.create_table(
        "shown_unit_count",
        sa.Column("survey", sa.String(length=60), nullable=False),
        sa.Column("question", sa.String(length=40), nullable=False),
        sa.Column("stream", sa.String(length=60), nullable=False),
        sa.Column("grain", sa.String(length=1), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("unit_id", Serial, nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in _LEVELS),
        sa.PrimaryKeyConstraint(*_KEY, name="pk_shown_unit_count"),
        sqlite_with_rowid=False,
    )
    shown = sa.table("shown_count", *map(sa.column, [*_KEY[:-1], "counter_id", *_LEVELS]))
    counter = sa.table("counter", sa.column("counter_id"), sa.column("unit_id"))
    key = [*(shown.c[name] for name in _KEY[:-1]), counter.c.unit_id]
    sums = sa.select(*key, *(sa.func.sum(shown.c[name]) for name in _LEVELS))
    sums = sums.join_from(shown, counter, counter.c.counter_id == shown.c.counter_id).group_by(*key)
    filled = sa.table("shown_unit_count", *map(sa.column, [*_KEY, *_LEVELS]))
    op.execute(filled.insert().from_select([*_KEY, *_LEVELS], sums))
