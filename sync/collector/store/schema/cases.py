"""Tables of follow-up: what was too much dissatisfaction, who takes care of it until when, and what came of it."""

from sqlalchemy import JSON, BigInteger, Column, Date, ForeignKey, Integer, String, Table, Text, UniqueConstraint

from sync.collector.store.schema.columns import Moment, Serial, metadata

follow_up = Table(
    "follow_up",
    metadata,
    Column("case_id", Serial, primary_key=True),
    Column("number", String(16), nullable=False, unique=True),
    # The place's key among the figures' places; with the period it makes a case the only one.
    Column("place", Text, nullable=False),
    Column("period", String(24), nullable=False),
    Column("unit_id", Serial, ForeignKey("unit.unit_id"), nullable=False, index=True),
    # None where the unit as a whole is meant.
    Column("counter_id", Serial, ForeignKey("counter.counter_id")),
    Column("survey", String(60), nullable=False),
    Column("question", String(40), nullable=False),
    # The numbers that opened it, as they were shown then: days, dissatisfied of all, the levels counted as such.
    Column("first", Date, nullable=False),
    Column("last", Date, nullable=False),
    Column("bad", BigInteger, nullable=False),
    Column("n", BigInteger, nullable=False),
    Column("levels", JSON, nullable=False),
    # And the rule in force.
    Column("share_percent", Integer, nullable=False),
    Column("n_min", Integer, nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("opened_on", Date, nullable=False),
    Column("due_on", Date, nullable=False, index=True),
    Column("owner_id", Serial, ForeignKey("account.account_id")),
    Column("state", String(12), nullable=False),
    Column("result", Text),
    Column("closed_on", Date),
    # What came after it was closed: dissatisfied of all, up to that day; counted again until it is settled.
    Column("after_bad", BigInteger),
    Column("after_n", BigInteger),
    Column("after_last", Date),
    # When people were told that it is overdue.
    Column("told_overdue_at", Moment),
    UniqueConstraint("place", "period", "survey", "question"),
)

follow_up_step = Table(
    "follow_up_step",
    metadata,
    Column("step_id", Serial, primary_key=True),
    Column("case_id", Serial, ForeignKey("follow_up.case_id"), nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("actor", Text, nullable=False),
    Column("what", String(20), nullable=False),
    Column("note", Text, nullable=False),
)
