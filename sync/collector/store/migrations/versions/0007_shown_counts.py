"""Counts that go out in blocks; the reports read these alone."""

import sqlalchemy as sa
from alembic import op

from sync.collector.store.schema import Id, Serial

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Five tables, filled from the tallies when the first report is read; one that nothing reads any more goes."""
    _waiting()
    _shown()
    op.drop_table("late_tally")


def _waiting() -> None:
    op.create_table(
        "waiting_count",
        sa.Column("journal_id", Id, nullable=False),
        sa.Column("counter_id", Serial, nullable=False),
        *_asked(),
        sa.Column("out_day", sa.Date(), nullable=False),
        sa.Column("out_part", sa.String(length=2), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("part", sa.String(length=2), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "journal_id", "counter_id", "survey", "question", "stream", "out_day", "out_part", "day", "part", "level",
            name="pk_waiting_count",
        ),
        sqlite_with_rowid=False,
    )  # fmt: skip
    op.create_index(
        "ix_waiting_count_out_day_out_part_counter_id", "waiting_count", ["out_day", "out_part", "counter_id"]
    )
    op.create_table(
        "leftover_count",
        *_asked(),
        sa.Column("counter_id", Serial, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("part", sa.String(length=2), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "survey", "question", "stream", "counter_id", "day", "part", "level", name="pk_leftover_count"
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_leftover_count_counter_id", "leftover_count", ["counter_id"])


def _shown() -> None:
    op.create_table(
        "shown_count",
        *_asked(),
        sa.Column("grain", sa.String(length=1), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("part", sa.String(length=2), nullable=False),
        sa.Column("counter_id", Serial, nullable=False),
        *(sa.Column(f"n{level}", sa.BigInteger(), nullable=False) for level in range(1, 6)),
        sa.PrimaryKeyConstraint(
            "survey", "question", "stream", "grain", "first", "part", "counter_id", name="pk_shown_count"
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "shown_stream",
        *_asked(),
        sa.PrimaryKeyConstraint("survey", "question", "stream", name="pk_shown_stream"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "shown_rule",
        sa.Column("rule_id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("block_min", sa.BigInteger(), nullable=False),
        sa.Column("delay", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("rule_id", name="pk_shown_rule"),
        sqlite_with_rowid=False,
    )


def _asked() -> tuple[sa.Column[str], ...]:
    return (
        sa.Column("survey", sa.String(length=60), nullable=False),
        sa.Column("question", sa.String(length=40), nullable=False),
        sa.Column("stream", sa.String(length=60), nullable=False),
    )
