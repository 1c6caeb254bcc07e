"""Sealed words: for which keys kiosks seal what citizens write, and which texts are to be opened."""

import sqlalchemy as sa
from alembic import op

from sync.collector.store.schema import Moment

revision = "0038"
down_revision = "0037"

_IS_SEALED = sa.text("sealed IS NOT NULL")


def upgrade() -> None:
    """A table of public keys; what came before was not sealed."""
    op.create_table(
        "words_key",
        sa.Column("key_id", sa.String(16), nullable=False),
        sa.Column("public_key", sa.LargeBinary(32), nullable=False),
        sa.Column("made_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("key_id", name="pk_words_key"),
        sqlite_with_rowid=False,
    )
    op.add_column("comment", sa.Column("key_id", sa.String(16)))
    op.add_column("comment", sa.Column("sealed", sa.LargeBinary))
    op.create_index("ix_comment_sealed", "comment", ["key_id"], sqlite_where=_IS_SEALED, postgresql_where=_IS_SEALED)
