"""Where counters stood before they were moved: a row for each place."""

import sqlalchemy as sa
from alembic import op

from sync.collector.store.schema import Serial

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Every counter has stood where it stands from its beginning."""
    op.add_column("counter", sa.Column("origin_id", Serial))
    op.add_column("counter", sa.Column("since", sa.Date()))
    op.add_column("counter", sa.Column("until", sa.Date()))
    op.create_index("ix_counter_origin_id", "counter", ["origin_id"])
