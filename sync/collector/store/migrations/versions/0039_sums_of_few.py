"""Sums of few: a way to what is shown of a few counters that does not pass over all the others."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"

_LONGER = sa.text("grain <> 'h'")


def upgrade() -> None:
    """An index of whatever is longer than a half day, by counter."""
    op.create_index(
        "ix_shown_count_longer",
        "shown_count",
        ["counter_id", "stream", "grain", "first"],
        sqlite_where=_LONGER,
        postgresql_where=_LONGER,
    )
