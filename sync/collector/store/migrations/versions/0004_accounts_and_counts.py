"""Accounts and who is signed in, transactions served, and ratings that came late."""

import sqlalchemy as sa
from alembic import op

from sync.collector.store.schema import Hash, Id, Moment, Serial

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Five tables; nothing that is there changes."""
    op.create_table(
        "account",
        sa.Column("account_id", Serial, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("full_name", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("unit_id", Serial, nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("one_time", sa.Boolean(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("disabled_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("account_id", name="pk_account"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.unit_id"], name="fk_account_unit_id_unit"),
        sa.UniqueConstraint("name", name="uq_account_name"),
    )
    op.create_table(
        "signed_in",
        sa.Column("token_hash", Hash, nullable=False),
        sa.Column("account_id", Serial, nullable=False),
        sa.Column("began_at", Moment(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_signed_in"),
        sa.ForeignKeyConstraint(["account_id"], ["account.account_id"], name="fk_signed_in_account_id_account"),
    )
    op.create_index("ix_signed_in_account_id", "signed_in", ["account_id"], unique=False)
    op.create_table(
        "signin_failure",
        sa.Column("name_hash", Hash, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", Moment(), nullable=False),
        sa.Column("locked_until", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("name_hash", name="pk_signin_failure"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "transaction_count",
        sa.Column("journal_id", Id, nullable=False),
        sa.Column("counter_id", Serial, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("received_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("journal_id", "counter_id", "day", name="pk_transaction_count"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_transaction_count_day_counter_id", "transaction_count", ["day", "counter_id"], unique=False)
    op.create_table(
        "late_tally",
        sa.Column("journal_id", Id, nullable=False),
        sa.Column("counter_id", Serial, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("part", sa.String(length=2), nullable=False),
        sa.Column("survey", sa.String(length=60), nullable=False),
        sa.Column("question", sa.String(length=40), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("standing", sa.String(length=20), nullable=False),
        sa.Column("received_day", sa.Date(), nullable=False),
        sa.Column("received_part", sa.String(length=2), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "journal_id", "counter_id", "day", "part", "survey", "question", "level", "standing", "received_day",
            "received_part", name="pk_late_tally",
        ),
        sqlite_with_rowid=False,
    )  # fmt: skip
    op.create_index("ix_late_tally_day_counter_id", "late_tally", ["day", "counter_id"], unique=False)
