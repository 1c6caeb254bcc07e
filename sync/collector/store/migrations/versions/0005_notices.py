"""Notices: an outbox with its deliveries, incidents that are told of once, and where accounts get mail."""

import sqlalchemy as sa
from alembic import op

from sync.collector.store.schema import Moment, Serial

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Three tables and one column."""
    op.add_column("account", sa.Column("email", sa.String(length=254), nullable=True))
    op.create_table(
        "notice",
        sa.Column("notice_id", Serial, nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=True),
        sa.Column("file_type", sa.Text(), nullable=True),
        sa.Column("file", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("notice_id", name="pk_notice"),
    )
    op.create_table(
        "notice_delivery",
        sa.Column("notice_id", Serial, nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("not_before", Moment(), nullable=False),
        sa.Column("claimed_until", Moment(), nullable=True),
        sa.Column("done_at", Moment(), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("notice_id", "channel", "address", name="pk_notice_delivery"),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.notice_id"], name="fk_notice_delivery_notice_id_notice"),
    )
    op.create_index("ix_notice_delivery_state_not_before", "notice_delivery", ["state", "not_before"], unique=False)
    op.create_table(
        "incident",
        sa.Column("incident", sa.String(length=200), nullable=False),
        sa.Column("opened_at", Moment(), nullable=False),
        sa.Column("recovered_at", Moment(), nullable=True),
        sa.Column("notice_id", Serial, nullable=True),
        sa.PrimaryKeyConstraint("incident", name="pk_incident"),
        sqlite_with_rowid=False,
    )
