"""Device picture: what a kiosk's screen showed when IT staff asked for it."""

import sqlalchemy as sa
from alembic import op

from sync.collector.store.schema import Id, Moment

revision = "0049"
down_revision = "0048"


def upgrade() -> None:
    """An empty table."""
    op.create_table(
        "device_picture",
        sa.Column("device_id", Id, nullable=False),
        sa.Column("received_at", Moment, nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("png", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("device_id", name="pk_device_picture"),
        sa.ForeignKeyConstraint(["device_id"], ["device.device_id"], name="fk_device_picture_device_id_device"),
    )
