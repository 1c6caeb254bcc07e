"""Where kiosks stood before they were moved."""

import sqlalchemy as sa
from alembic import op

from sync.collector.store.schema import Id, Moment, Serial

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """A table of past placements."""
    op.create_table(
        "placement",
        sa.Column("device_id", Id, nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.Column("counter_id", Serial, nullable=False),
        sa.PrimaryKeyConstraint("device_id", "until", name="pk_placement"),
        sa.ForeignKeyConstraint(["device_id"], ["device.device_id"], name="fk_placement_device_id_device"),
        sa.ForeignKeyConstraint(["counter_id"], ["counter.counter_id"], name="fk_placement_counter_id_counter"),
        sqlite_with_rowid=False,
    )
