"""Members of unions: each block says in which union it is. And by which minimum everything was looked at last."""

import sqlalchemy as sa
from alembic import op

from sync.collector.store.schema import Seq

revision = "0030"
down_revision = "0029"

_INDEXES = (
    ("ix_block_united", ["journal_id", "union_seq"], "union_seq IS NOT NULL"),
    ("ix_block_unknown", ["series", "question"], "replace(series, '@', '') <> series"),
)


def upgrade() -> None:
    """The members of a union were the blocks between its first and its last."""
    op.add_column("block", sa.Column("union_seq", Seq))
    # One that came out late was written down as the last, and stands before the first; or between those of another.
    inside = (
        "FROM aside_union u WHERE u.journal_id = block.journal_id AND u.series = block.series "
        "AND u.question = block.question AND (block.last_seq BETWEEN u.first_seq AND u.last_seq "
        "OR block.last_seq BETWEEN u.last_seq AND u.first_seq)"
    )
    # No ORDER BY: the SQLite of Debian 12 knows nothing of the block in that of a subquery.
    at_an_end = f"SELECT max(u.first_seq) {inside} AND block.last_seq IN (u.first_seq, u.last_seq)"
    op.execute(
        f"UPDATE block SET union_seq = coalesce(({at_an_end}), (SELECT max(u.first_seq) {inside})) "  # noqa: S608
        f"WHERE shown_at IS NOT NULL AND pool_id IS NULL AND EXISTS (SELECT 1 {inside})"
    )
    for name, columns, where in _INDEXES:
        op.create_index(name, "block", columns, postgresql_where=sa.text(where), sqlite_where=sa.text(where))
    op.create_table(
        "release_rule",
        sa.Column("row_id", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("least", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
