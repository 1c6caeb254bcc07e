"""Tables of signs of pressed-up or dead numbers, and of what people decided about them."""

from sqlalchemy import JSON, Column, Date, ForeignKey, Index, Integer, String, Table, Text

from sync.collector.store.schema.columns import Moment, Serial, clustered, metadata

signal = Table(
    "signal",
    metadata,
    Column("signal_id", Serial, primary_key=True),
    Column("counter_id", Serial, ForeignKey("counter.counter_id"), nullable=False),
    Column("sign", String(20), nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    # "am", "pm", or nothing for whole days.
    Column("part", String(2), nullable=False),
    # Numbers for a sentence; never a single rating's.
    Column("evidence", JSON, nullable=False),
    Column("found_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("state", String(10), nullable=False),
    Column("decided_at", Moment),
    Column("decided_by", Text),
    Column("note", Text),
    Index(None, "counter_id", "sign", "state"),
)

# A person's decision that what a counter got in these days is suspect: whatever is or comes there is set
# aside, until the decision is withdrawn.
suspicion = Table(
    "suspicion",
    metadata,
    Column("suspicion_id", Serial, primary_key=True),
    Column("signal_id", Serial, ForeignKey("signal.signal_id"), nullable=False, index=True),
    Column("counter_id", Serial, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("part", String(2), nullable=False),
    # How many were set aside when it was decided; what came later comes on top.
    Column("n", Integer, nullable=False),
    Column("set_at", Moment, nullable=False),
    Column("set_by", Text, nullable=False),
    Column("lifted_at", Moment),
    Column("lifted_by", Text),
    Index(None, "counter_id", "lifted_at"),
)

# One line for each day on which signs were looked for, so that of several collectors one does it.
signal_run = clustered(
    "signal_run",
    Column("day", Date, primary_key=True),
    Column("ran_at", Moment, nullable=False),
)
