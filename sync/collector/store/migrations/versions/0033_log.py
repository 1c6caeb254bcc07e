"""Log: an index of the transparency log's leaves, and how far it is."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from sync.collector.store.schema import Hash, Id, Moment, Seq

revision = "0033"
down_revision = "0031"


def upgrade() -> None:
    """What there is by now is logged when the collector has run."""
    _make(
        "log_leaf", ("epoch", "leaf_index"),
        sa.Column("epoch", sa.SmallInteger, nullable=False, autoincrement=False),
        sa.Column("leaf_index", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("journal_id", Id),
        sa.Column("seq", Seq),
        sa.Column("cuts_size", sa.BigInteger),
        sa.Column("cuts_root", Hash),
        sa.Column("subject", sa.String(120)),
    )  # fmt: skip
    columns = ["journal_id", "epoch", "leaf_index"]
    op.create_index(f"ix_log_leaf_{'_'.join(columns)}", "log_leaf", columns)
    has_subject = sa.text("subject IS NOT NULL")
    op.create_index(
        "ix_log_leaf_subject", "log_leaf", ["epoch", "kind", "subject"], sqlite_where=has_subject,
        postgresql_where=has_subject,
    )  # fmt: skip
    _make(
        "log_journal", ("journal_id",),
        sa.Column("journal_id", Id, nullable=False),
        sa.Column("first_hash", Hash, nullable=False),
    )  # fmt: skip
    _make(
        "log_state", ("row_id",),
        sa.Column("row_id", sa.SmallInteger, nullable=False, autoincrement=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("vkey", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("root", Hash, nullable=False),
        sa.Column("day", sa.Date),
        sa.Column("published_size", sa.BigInteger, nullable=False),
        sa.Column("published_at", Moment),
        sa.Column("cosigned", sa.SmallInteger, nullable=False),
        sa.Column("fault", sa.String(20)),
        sa.Column("fault_at", Moment),
    )  # fmt: skip


def _make(name: str, keys: tuple[str, ...], *columns: sa.Column[Any]) -> None:
    key = sa.PrimaryKeyConstraint(*keys, name=f"pk_{name}")
    op.create_table(name, *columns, key, sqlite_with_rowid=False)
