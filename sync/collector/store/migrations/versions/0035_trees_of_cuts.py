"""The trees of cuts whose roots kiosks sign."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from sync.collector.store.schema import Hash, Id, Seq

revision = "0035"
down_revision = "0033"


def upgrade() -> None:
    """Kiosks begin to sign with their next version; what their journals hold by then is looked through when due."""
    _make(
        "cut_tree",
        ("journal_id",),
        sa.Column("since", Seq, nullable=False),
        sa.Column("through", Seq, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("nodes", sa.LargeBinary, nullable=False),
        sa.Column("latest", sa.String(7), nullable=False),
        sa.Column("back", sa.BigInteger, nullable=False),
    )
    _make(
        "cut_leaf",
        ("journal_id", "position"),
        sa.Column("position", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("seq", Seq, nullable=False),
        sa.Column("hash", Hash, nullable=False),
        sa.Column("latest", sa.String(7), nullable=False),
        sa.Column("back", sa.BigInteger, nullable=False),
    )
    _make(
        "cut_signed",
        ("journal_id", "size"),
        sa.Column("size", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("seq", Seq, nullable=False),
        sa.Column("root", Hash, nullable=False),
        sa.Column("signature", sa.LargeBinary(64), nullable=False),
        sa.Column("key_id", sa.BigInteger, nullable=False),
    )


def _make(name: str, key: tuple[str, ...], *columns: sa.Column[Any]) -> None:
    journal_id = sa.Column("journal_id", Id, nullable=False)
    of_key = sa.PrimaryKeyConstraint(*key, name=f"pk_{name}")
    op.create_table(name, journal_id, *columns, of_key, sqlite_with_rowid=False)
