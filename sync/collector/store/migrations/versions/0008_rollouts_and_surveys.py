"""Settings that the office sets for its kiosks, and surveys of its own."""

import sqlalchemy as sa
from alembic import op

from sync.collector.store.schema import Id, Moment, Serial

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Three tables; nothing that is there changes."""
    op.create_table(
        "rollout",
        sa.Column("rollout_id", Serial, nullable=False),
        sa.Column("unit_id", Serial, nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("change", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("percent", sa.SmallInteger(), nullable=False),
        sa.Column("at_once", sa.Boolean(), nullable=False),
        sa.Column("begins_at", Moment(), nullable=False),
        sa.Column("stage_at", Moment(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("rollout_id", name="pk_rollout"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.unit_id"], name="fk_rollout_unit_id_unit"),
    )
    op.create_table(
        "rollout_device",
        sa.Column("rollout_id", Serial, nullable=False, autoincrement=False),
        sa.Column("device_id", Id, nullable=False),
        sa.PrimaryKeyConstraint("rollout_id", "device_id", name="pk_rollout_device"),
        sa.ForeignKeyConstraint(["rollout_id"], ["rollout.rollout_id"], name="fk_rollout_device_rollout_id_rollout"),
        sa.ForeignKeyConstraint(["device_id"], ["device.device_id"], name="fk_rollout_device_device_id_device"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "survey_text",
        sa.Column("ref", sa.String(length=60), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("published_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("ref", name="pk_survey_text"),
        sqlite_with_rowid=False,
    )
