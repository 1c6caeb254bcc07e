"""What citizens wrote, and the cases that are followed up."""

import sqlalchemy as sa
from alembic import op

from sync.collector.store.schema import Hash, Id, Moment, Serial

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Four tables; nothing that is there changes."""
    _comments()
    _cases()


def _comments() -> None:
    op.create_table(
        "comment",
        sa.Column("journal_id", Id, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("counter_id", Serial, nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("commitment", Hash, nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("folded", sa.Text(), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("unit_id", Serial, nullable=True),
        sa.Column("shown_counter_id", Serial, nullable=True),
        sa.Column("shown_first", sa.Date(), nullable=True),
        sa.Column("shown_last", sa.Date(), nullable=True),
        sa.Column("forgotten_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("owner_id", Serial, nullable=True),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("journal_id", "seq", name="pk_comment"),
        sa.ForeignKeyConstraint(["owner_id"], ["account.account_id"], name="fk_comment_owner_id_account"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_comment_code", "comment", ["code"], unique=False)
    op.create_index("ix_comment_published_on_week", "comment", ["published_on", "week"], unique=False)
    op.create_index("ix_comment_unit_id_shown_last", "comment", ["unit_id", "shown_last"], unique=False)
    op.create_table(
        "comment_step",
        sa.Column("step_id", Serial, nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("step_id", name="pk_comment_step"),
    )
    op.create_index("ix_comment_step_code", "comment_step", ["code"], unique=False)


def _cases() -> None:
    op.create_table(
        "follow_up",
        sa.Column("case_id", Serial, nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("period", sa.String(length=24), nullable=False),
        sa.Column("unit_id", Serial, nullable=False),
        sa.Column("counter_id", Serial, nullable=True),
        sa.Column("survey", sa.String(length=60), nullable=False),
        sa.Column("question", sa.String(length=40), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("bad", sa.BigInteger(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("levels", sa.JSON(), nullable=False),
        sa.Column("share_percent", sa.Integer(), nullable=False),
        sa.Column("n_min", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("opened_at", Moment(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("owner_id", Serial, nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("after_bad", sa.BigInteger(), nullable=True),
        sa.Column("after_n", sa.BigInteger(), nullable=True),
        sa.Column("after_last", sa.Date(), nullable=True),
        sa.Column("told_overdue_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("case_id", name="pk_follow_up"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.unit_id"], name="fk_follow_up_unit_id_unit"),
        sa.ForeignKeyConstraint(["counter_id"], ["counter.counter_id"], name="fk_follow_up_counter_id_counter"),
        sa.ForeignKeyConstraint(["owner_id"], ["account.account_id"], name="fk_follow_up_owner_id_account"),
        sa.UniqueConstraint("number", name="uq_follow_up_number"),
        sa.UniqueConstraint("place", "period", name="uq_follow_up_place_period"),
    )
    op.create_index("ix_follow_up_unit_id", "follow_up", ["unit_id"], unique=False)
    op.create_index("ix_follow_up_due_on", "follow_up", ["due_on"], unique=False)
    op.create_table(
        "follow_up_step",
        sa.Column("step_id", Serial, nullable=False),
        sa.Column("case_id", Serial, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("step_id", name="pk_follow_up_step"),
        sa.ForeignKeyConstraint(["case_id"], ["follow_up.case_id"], name="fk_follow_up_step_case_id_follow_up"),
    )
    op.create_index("ix_follow_up_step_case_id", "follow_up_step", ["case_id"], unique=False)
