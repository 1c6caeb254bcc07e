"""The first schema."""

import sqlalchemy as sa
from alembic import op

from sync.collector.store.schema import Hash, Id, Moment, Serial

revision = "0001"
down_revision = None


def upgrade() -> None:
    """The first schema."""
    op.create_table(
        "audit",
        sa.Column("audit_id", Serial, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("audit_id", name="pk_audit"),
    )
    op.create_table(
        "boot_clock",
        sa.Column("journal_id", Id, nullable=False),
        sa.Column("boot", sa.String(length=64), nullable=False),
        sa.Column("offset_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("journal_id", "boot", name="pk_boot_clock"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "enclosure",
        sa.Column("journal_id", Id, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("digest", Hash, nullable=False),
        sa.Column("line", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("journal_id", "seq", "digest", name="pk_enclosure"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "enrolment_failure",
        sa.Column("hour", Moment(), autoincrement=False, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("hour", name="pk_enrolment_failure"),
    )
    op.create_table(
        "rating",
        sa.Column("journal_id", Id, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("received_at", Moment(), nullable=False),
        sa.Column("counter_id", Serial, nullable=False),
        sa.Column("survey", sa.String(length=60), nullable=False),
        sa.Column("question", sa.String(length=40), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("first_level", sa.SmallInteger(), nullable=True),
        sa.Column("standing", sa.String(length=20), nullable=False),
        sa.Column("pressed_at", Moment(), nullable=False),
        sa.Column("time_quality", sa.String(length=10), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("part", sa.String(length=2), nullable=False),
        sa.PrimaryKeyConstraint("journal_id", "seq", "received_at", name="pk_rating"),
        postgresql_partition_by="RANGE (received_at)",
        sqlite_with_rowid=False,
    )
    op.create_table(
        "reason_choice",
        sa.Column("journal_id", Id, nullable=False),
        sa.Column("rating_seq", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("journal_id", "rating_seq", "reason", name="pk_reason_choice"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "reason_tally",
        sa.Column("journal_id", Id, nullable=False),
        sa.Column("counter_id", Serial, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("part", sa.String(length=2), nullable=False),
        sa.Column("survey", sa.String(length=60), nullable=False),
        sa.Column("question", sa.String(length=40), nullable=False),
        sa.Column("standing", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "journal_id",
            "counter_id",
            "day",
            "part",
            "survey",
            "question",
            "standing",
            "reason",
            name="pk_reason_tally",
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_reason_tally_day_counter_id", "reason_tally", ["day", "counter_id"], unique=False)
    op.create_table(
        "segment",
        sa.Column("journal_id", Id, nullable=False),
        sa.Column("first_seq", sa.BigInteger(), nullable=False),
        sa.Column("received_at", Moment(), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.Column("prev", Hash, nullable=False),
        sa.Column("head", Hash, nullable=False),
        sa.Column("lines", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("kiosk_clock", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("journal_id", "first_seq", "received_at", name="pk_segment"),
        postgresql_partition_by="RANGE (received_at)",
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tally",
        sa.Column("journal_id", Id, nullable=False),
        sa.Column("counter_id", Serial, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("part", sa.String(length=2), nullable=False),
        sa.Column("survey", sa.String(length=60), nullable=False),
        sa.Column("question", sa.String(length=40), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("standing", sa.String(length=20), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "journal_id", "counter_id", "day", "part", "survey", "question", "level", "standing", name="pk_tally"
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_tally_day_counter_id", "tally", ["day", "counter_id"], unique=False)
    op.create_table(
        "unit",
        sa.Column("unit_id", Serial, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("parent_id", Serial, nullable=True),
        sa.Column("path", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.unit_id"], name="fk_unit_parent_id_unit"),
        sa.PrimaryKeyConstraint("unit_id", name="pk_unit"),
        sa.UniqueConstraint("code", name="uq_unit_code"),
        sa.UniqueConstraint("path", name="uq_unit_path"),
    )
    op.create_table(
        "unread",
        sa.Column("journal_id", Id, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("received_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("journal_id", "seq", name="pk_unread"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "counter",
        sa.Column("counter_id", Serial, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("unit_id", Serial, nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.unit_id"], name="fk_counter_unit_id_unit"),
        sa.PrimaryKeyConstraint("counter_id", name="pk_counter"),
        sa.UniqueConstraint("code", name="uq_counter_code"),
    )
    op.create_index("ix_counter_unit_id", "counter", ["unit_id"], unique=False)
    op.create_table(
        "device",
        sa.Column("device_id", Id, nullable=False),
        sa.Column("counter_id", Serial, nullable=False),
        sa.Column("public_key", sa.String(length=44), nullable=False),
        sa.Column("info", sa.JSON(), nullable=False),
        sa.Column("survey", sa.String(length=60), nullable=True),
        sa.Column("enrolled_at", Moment(), nullable=False),
        sa.Column("revoked_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["counter_id"], ["counter.counter_id"], name="fk_device_counter_id_counter"),
        sa.PrimaryKeyConstraint("device_id", name="pk_device"),
        sa.UniqueConstraint("public_key", name="uq_device_public_key"),
    )
    op.create_index("ix_device_counter_id", "device", ["counter_id"], unique=False)
    op.create_table(
        "device_status",
        sa.Column("device_id", Id, nullable=False),
        sa.Column("received_at", Moment(), nullable=False),
        sa.Column("clock_ahead_us", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["device.device_id"], name="fk_device_status_device_id_device"),
        sa.PrimaryKeyConstraint("device_id", name="pk_device_status"),
    )
    op.create_table(
        "enrolment_code",
        sa.Column("code_hash", Hash, nullable=False),
        sa.Column("counter_id", Serial, nullable=False),
        sa.Column("survey", sa.String(length=60), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column("used_at", Moment(), nullable=True),
        sa.Column("device_id", Id, nullable=True),
        sa.ForeignKeyConstraint(["counter_id"], ["counter.counter_id"], name="fk_enrolment_code_counter_id_counter"),
        sa.ForeignKeyConstraint(["device_id"], ["device.device_id"], name="fk_enrolment_code_device_id_device"),
        sa.PrimaryKeyConstraint("code_hash", name="pk_enrolment_code"),
    )
    op.create_table(
        "journal",
        sa.Column("journal_id", Id, nullable=False),
        sa.Column("device_id", Id, nullable=False),
        sa.Column("next_seq", sa.BigInteger(), nullable=False),
        sa.Column("head", Hash, nullable=False),
        sa.Column("first_received_at", Moment(), nullable=False),
        sa.Column("last_received_at", Moment(), nullable=False),
        sa.Column("boot", sa.String(length=64), nullable=True),
        sa.Column("boot_offset_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["device_id"], ["device.device_id"], name="fk_journal_device_id_device"),
        sa.PrimaryKeyConstraint("journal_id", name="pk_journal"),
    )
    op.create_index("ix_journal_device_id", "journal", ["device_id"], unique=False)
