"""Incidents of many kiosks told of as one, and faults that somebody knows of."""

import sqlalchemy as sa
from alembic import op

from sync.collector.store.schema import Id, Moment, Serial

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Three tables and a column; what was told of kiosks one by one is over, and told as one if it lasts."""
    op.add_column("incident", sa.Column("grown_id", Serial, nullable=True))
    incident = sa.table("incident", sa.column("incident"), sa.column("opened_at"), sa.column("recovered_at"))
    of_kiosks = incident.c.incident.startswith("kiosk:") & incident.c.recovered_at.is_(None)
    op.execute(sa.update(incident).where(of_kiosks).values(recovered_at=incident.c.opened_at))
    op.create_table(
        "kiosk_incident",
        sa.Column("incident", sa.String(length=200), nullable=False),
        sa.Column("audience", sa.String(length=40), nullable=False),
        sa.Column("fault", sa.String(length=20), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("grown_at", Moment(), nullable=False),
        sa.Column("told_n", sa.Integer(), nullable=False),
        sa.Column("growths", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("incident", name="pk_kiosk_incident"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "kiosk_trouble",
        sa.Column("audience", sa.String(length=40), nullable=False),
        sa.Column("fault", sa.String(length=20), nullable=False),
        sa.Column("device_id", Id, nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("incident", sa.String(length=200), nullable=True),
        sa.Column("well_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("audience", "fault", "device_id", name="pk_kiosk_trouble"),
        sa.ForeignKeyConstraint(["device_id"], ["device.device_id"], name="fk_kiosk_trouble_device_id_device"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "known_fault",
        sa.Column("device_id", Id, nullable=False),
        sa.Column("fault", sa.String(length=20), nullable=False),
        sa.Column("mark", sa.String(length=200), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("known_at", Moment(), nullable=False),
        sa.Column("known_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("device_id", "fault", name="pk_known_fault"),
        sa.ForeignKeyConstraint(["device_id"], ["device.device_id"], name="fk_known_fault_device_id_device"),
        sqlite_with_rowid=False,
    )
