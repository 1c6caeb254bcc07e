"""Signs of pressed-up or dead numbers, what people decided about them, and reports that went out by mail."""

import sqlalchemy as sa
from alembic import op

from sync.collector.store.schema import Moment, Serial

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Four tables; nothing that is there changes."""
    op.create_table(
        "signal",
        sa.Column("signal_id", Serial, nullable=False),
        sa.Column("counter_id", Serial, nullable=False),
        sa.Column("sign", sa.String(length=20), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("part", sa.String(length=2), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("found_at", Moment(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("signal_id", name="pk_signal"),
        sa.ForeignKeyConstraint(["counter_id"], ["counter.counter_id"], name="fk_signal_counter_id_counter"),
    )
    op.create_index("ix_signal_counter_id_sign_state", "signal", ["counter_id", "sign", "state"], unique=False)
    op.create_table(
        "suspicion",
        sa.Column("suspicion_id", Serial, nullable=False),
        sa.Column("signal_id", Serial, nullable=False),
        sa.Column("counter_id", Serial, nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("part", sa.String(length=2), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("set_at", Moment(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("lifted_at", Moment(), nullable=True),
        sa.Column("lifted_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("suspicion_id", name="pk_suspicion"),
        sa.ForeignKeyConstraint(["signal_id"], ["signal.signal_id"], name="fk_suspicion_signal_id_signal"),
    )
    op.create_index("ix_suspicion_signal_id", "suspicion", ["signal_id"], unique=False)
    op.create_index("ix_suspicion_counter_id_lifted_at", "suspicion", ["counter_id", "lifted_at"], unique=False)
    op.create_table(
        "signal_run",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("ran_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_signal_run"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "mailed_report",
        sa.Column("report", sa.String(length=200), nullable=False),
        sa.Column("mailed_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("report", name="pk_mailed_report"),
        sqlite_with_rowid=False,
    )
