"""Transactions typed in on the web or taken from a file; a place has a case for each question."""

import sqlalchemy as sa
from alembic import op

from sync.collector.store.schema import Moment, Serial

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """One more table, empty, and the constraint of cases by question."""
    op.create_table(
        "typed_count",
        sa.Column("typed_id", Serial, primary_key=True),
        sa.Column("counter_id", Serial, sa.ForeignKey("counter.counter_id"), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("n", sa.BigInteger, nullable=False),
        sa.Column("typed_at", Moment, nullable=False),
        sa.Column("typed_by", sa.Text, nullable=False),
        sa.Column("source", sa.String(8), nullable=False),
        if_not_exists=True,
    )
    op.create_index("ix_typed_count_counter_id_day", "typed_count", ["counter_id", "day"], if_not_exists=True)
    _cases_by_question()


def _cases_by_question() -> None:
    before, by_question = "uq_follow_up_place_period", ["place", "period", "survey", "question"]
    if before not in {one["name"] for one in sa.inspect(op.get_bind()).get_unique_constraints("follow_up")}:
        return
    # SQLite writes the table anew, and lets nobody drop the old one while steps point to it: they stand aside.
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    if is_sqlite:
        op.execute("CREATE TEMP TABLE steps_aside AS SELECT * FROM follow_up_step")
        op.execute("DELETE FROM follow_up_step")
    with op.batch_alter_table("follow_up") as table:
        table.drop_constraint(before, type_="unique")
        table.create_unique_constraint("uq_follow_up_" + "_".join(by_question), by_question)
    if is_sqlite:
        op.execute("INSERT INTO follow_up_step SELECT * FROM steps_aside")
        op.execute("DROP TABLE steps_aside")
