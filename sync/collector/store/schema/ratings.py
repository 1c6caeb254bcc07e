"""Tables of what the journals say: ratings, their reasons, and the counts that reports read."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    Table,
    Text,
    false,
    text,
)

from sync.collector.store.schema.columns import Hash, Id, Moment, Seq, Serial, by_month, clustered, metadata

_IS_DUE = text("served_due")


def _served_due(table: str) -> Iterator[Any]:
    """Whether participation (``served_count``) has still to follow it: an append adds up its own journal's alone."""
    yield Column("served_due", Boolean, nullable=False, server_default=false())
    yield Index(f"ix_{table}_served_due", "counter_id", "day", sqlite_where=_IS_DUE, postgresql_where=_IS_DUE)


rating = by_month(
    "rating",
    Column("journal_id", Id, primary_key=True),
    Column("seq", Seq, primary_key=True),
    Column("received_at", Moment, primary_key=True),
    Column("counter_id", Serial, nullable=False),
    Column("survey", String(60), nullable=False),
    Column("question", String(40), nullable=False),
    # The level that counts, and the first one where the citizen chose another face.
    Column("level", SmallInteger, nullable=False),
    Column("first_level", SmallInteger),
    Column("standing", String(20), nullable=False),
    Column("pressed_at", Moment, nullable=False),
    Column("time_quality", String(10), nullable=False),
    # The office's day and part of the day ("am", "pm") when it was received, as tallied.
    Column("day", Date, nullable=False),
    Column("part", String(2), nullable=False),
)

reason_choice = clustered(
    "reason_choice",
    Column("journal_id", Id, primary_key=True),
    Column("rating_seq", Seq, primary_key=True),
    Column("reason", String(40), primary_key=True),
    Column("seq", Seq, nullable=False),
)

tally = clustered(
    "tally",
    Column("journal_id", Id, primary_key=True),
    Column("counter_id", Serial, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("part", String(2), primary_key=True),
    Column("survey", String(60), primary_key=True),
    Column("question", String(40), primary_key=True),
    Column("level", SmallInteger, primary_key=True),
    Column("standing", String(20), primary_key=True),
    Column("n", BigInteger, nullable=False),
    *_served_due("tally"),
    Index(None, "day", "counter_id"),
)

reason_tally = clustered(
    "reason_tally",
    Column("journal_id", Id, primary_key=True),
    Column("counter_id", Serial, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("part", String(2), primary_key=True),
    Column("survey", String(60), primary_key=True),
    Column("question", String(40), primary_key=True),
    Column("standing", String(20), primary_key=True),
    Column("reason", String(40), primary_key=True),
    Column("n", BigInteger, nullable=False),
    Index(None, "day", "counter_id"),
)

# Transactions served, as a supervisor typed them in; a later entry corrects an earlier one.
transaction_count = clustered(
    "transaction_count",
    Column("journal_id", Id, primary_key=True),
    Column("counter_id", Serial, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("n", BigInteger, nullable=False),
    Column("seq", Seq, nullable=False),
    Column("received_at", Moment, nullable=False),
    *_served_due("transaction_count"),
    Index(None, "day", "counter_id"),
)

# The same, typed in on the web or taken from a file; what was typed in last holds, wherever.
typed_count = Table(
    "typed_count",
    metadata,
    Column("typed_id", Serial, primary_key=True),
    Column("counter_id", Serial, ForeignKey("counter.counter_id"), nullable=False),
    Column("day", Date, nullable=False),
    Column("n", BigInteger, nullable=False),
    Column("typed_at", Moment, nullable=False),
    Column("typed_by", Text, nullable=False),
    Column("source", String(8), nullable=False),
    Index(None, "counter_id", "day"),
)

# Of the ratings those whose time of press nobody knows: they stand on the day of their arrival, and reports say so.
undated_count = clustered(
    "undated_count",
    Column("journal_id", Id, primary_key=True),
    Column("counter_id", Serial, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("n", BigInteger, nullable=False),
    Index(None, "day", "counter_id"),
)

# The hash of the code that a citizen took along, by which they look up whether their rating is still there.
receipt = clustered(
    "receipt",
    Column("journal_id", Id, primary_key=True),
    Column("seq", Seq, primary_key=True),
    Column("digest", Hash, nullable=False, index=True),
    # How it counts and when it came, once the rating itself was dropped.
    Column("standing", String(20)),
    Column("received_at", Moment),
)
