"""Counts of another system, for the ratios of Decision 766."""

import sqlalchemy as sa
from alembic import op

from sync.collector.store.schema import Moment, Serial

revision = "0011"
down_revision = "0010"
_COUNTS = ("dossiers", "dissatisfied", "complained", "overdue", "not_satisfied", "petitions", "petitions_on_time",
           "petitions_bad")  # fmt: skip


def upgrade() -> None:
    """One table; nothing that is there changes."""
    op.create_table(
        "index766_count",
        sa.Column("unit_id", Serial, autoincrement=False, nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in _COUNTS),
        sa.Column("imported_at", Moment(), nullable=False),
        sa.Column("imported_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("unit_id", "month", name="pk_index766_count"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.unit_id"], name="fk_index766_count_unit_id_unit"),
        sqlite_with_rowid=False,
    )
