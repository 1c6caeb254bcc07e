"""Commands for kiosks, the days on which they were heard, from where people signed in, and the units of audit lines."""

import sqlalchemy as sa
from alembic import op

from sync.collector.store.schema import Id, Moment

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Two tables and two columns; what is there keeps its meaning."""
    op.add_column("audit", sa.Column("path", sa.Text(), nullable=True))
    op.add_column("signed_in", sa.Column("outside", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "device_command",
        sa.Column("command_id", Id, nullable=False),
        sa.Column("device_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("handed_at", Moment(), nullable=True),
        sa.Column("done_at", Moment(), nullable=True),
        sa.Column("outcome", sa.String(length=200), nullable=True),
        sa.Column("excerpt", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("command_id", name="pk_device_command"),
        sa.ForeignKeyConstraint(["device_id"], ["device.device_id"], name="fk_device_command_device_id_device"),
    )
    op.create_index("ix_device_command_device_id_made_at", "device_command", ["device_id", "made_at"], unique=False)
    op.create_table(
        "device_day",
        sa.Column("device_id", Id, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("heard", sa.Integer(), nullable=False),
        sa.Column("last_at", Moment(), nullable=False),
        sa.Column("gap_s", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("device_id", "day", name="pk_device_day"),
        sa.ForeignKeyConstraint(["device_id"], ["device.device_id"], name="fk_device_day_device_id_device"),
        sqlite_with_rowid=False,
    )
