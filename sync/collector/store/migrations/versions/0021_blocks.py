"""Blocks: which ratings a kiosk's cut holds, and which wait for one."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from sync.collector.store.schema import Id, Moment, Seq, Serial

revision = "0021"
down_revision = "0020"

_LEVELS = [f"n{level}" for level in range(1, 6)]


def upgrade() -> None:
    """Six tables, empty: filling them from the stored lines takes longer than an upgrade may."""
    _make("cut_state", _key("journal_id", Id), sa.Column("next_seq", Seq, nullable=False),
          sa.Column("state", sa.Text, nullable=False))  # fmt: skip
    _make("cut_due", _key("journal_id", Id))
    _make_block()
    _make(
        "block_piece",
        *(_key("journal_id", Id), _key("last_seq", Seq), _key("counter_id", Serial), _key("day", sa.Date)),
        *(_key("part", sa.String(2)), _key("standing", sa.String(20))),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in _LEVELS),
    )
    _make("block_reason", _key("journal_id", Id), _key("last_seq", Seq), _key("reason", sa.String(40)),
          sa.Column("n", sa.BigInteger, nullable=False))  # fmt: skip
    _make(
        "uncut_count",
        *(_key("journal_id", Id), _key("counter_id", Serial), _key("day", sa.Date), _key("part", sa.String(2))),
        *(_key("survey", sa.String(60)), _key("question", sa.String(40)), _key("standing", sa.String(20))),
        sa.Column("n", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_uncut_count_day_counter_id", "uncut_count", ["day", "counter_id"], if_not_exists=True)


def _make_block() -> None:
    _make(
        "block",
        *(_key("journal_id", Id), _key("last_seq", Seq)),
        *(sa.Column("series", sa.String(60), nullable=False), sa.Column("question", sa.String(40), nullable=False)),
        sa.Column("cut_seq", Seq, nullable=False),
        sa.Column("is_kiosks", sa.Boolean, nullable=False),
        sa.Column("is_tail", sa.Boolean, nullable=False),
        sa.Column("fault", sa.String(20)),
        *(sa.Column("counter_id", Serial), sa.Column("unit_id", Serial, nullable=False)),
        *(sa.Column("first_day", sa.Date, nullable=False), sa.Column("first_part", sa.String(2), nullable=False)),
        *(sa.Column("last_day", sa.Date, nullable=False), sa.Column("last_part", sa.String(2), nullable=False)),
        sa.Column("held", sa.Text, nullable=False),
        sa.Column("n", sa.BigInteger, nullable=False),
        sa.Column("shown_at", Moment),
    )
    waits = sa.text("shown_at IS NULL")
    op.create_index("ix_block_waiting", "block", ["unit_id"], postgresql_where=waits, sqlite_where=waits,
                    if_not_exists=True)  # fmt: skip


def _key(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False, primary_key=True)


def _make(name: str, *columns: sa.Column[Any]) -> None:
    keys = [column.name for column in columns if column.primary_key]
    for column in columns:
        column.primary_key = False
    key = sa.PrimaryKeyConstraint(*keys, name=f"pk_{name}")
    op.create_table(name, *columns, key, if_not_exists=True, sqlite_with_rowid=False)
