"""Tables of what may be shown: counts on their way to the reports, and the blocks that have arrived.

A report reads ``shown_count``, and its sums by unit, and nothing else of what anybody pressed; whatever
stands there came in blocks that are large enough (``kiosk.domain.numbers.disclosure``), so that no reader, period
or unit can be chosen under which a single rating would be seen.
"""

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, SmallInteger, String

from sync.collector.store.schema.columns import Id, Serial, clustered

STREAM = String(60)
"""What goes out in blocks of its own: counted ratings, those set aside, each standing, each reason."""

# Not looked at yet: what an append brought. ``out_day`` and ``out_part`` say at whose end it may go out:
# its own part of a day, or for what came late the one in which it came.
waiting_count = clustered(
    "waiting_count",
    Column("journal_id", Id, primary_key=True),
    Column("counter_id", Serial, primary_key=True),
    Column("survey", String(60), primary_key=True),
    Column("question", String(40), primary_key=True),
    Column("stream", STREAM, primary_key=True),
    Column("out_day", Date, primary_key=True),
    Column("out_part", String(2), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("part", String(2), primary_key=True),
    Column("level", SmallInteger, primary_key=True),
    # Below nought where a rating that went out already was moved: then the counter is counted anew.
    Column("n", BigInteger, nullable=False),
    Index(None, "out_day", "out_part", "counter_id"),
)

# Looked at, and too few for a block of their own: they go out with those that follow.
leftover_count = clustered(
    "leftover_count",
    Column("survey", String(60), primary_key=True),
    Column("question", String(40), primary_key=True),
    Column("stream", STREAM, primary_key=True),
    Column("counter_id", Serial, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("part", String(2), primary_key=True),
    Column("level", SmallInteger, primary_key=True),
    Column("n", BigInteger, nullable=False),
    Index(None, "counter_id"),
)

# Sums of blocks by half day ("d"), week ("w", from Monday) and month ("m"): a report of years reads months.
# The levels stand beside each other; of what has no level, everything is in n1.
shown_count = clustered(
    "shown_count",
    Column("survey", String(60), primary_key=True),
    Column("question", String(40), primary_key=True),
    Column("stream", STREAM, primary_key=True),
    Column("grain", String(1), primary_key=True),
    Column("first", Date, primary_key=True),
    Column("part", String(2), primary_key=True),
    Column("counter_id", Serial, primary_key=True),
    *(Column(f"n{level}", BigInteger, nullable=False) for level in range(1, 6)),
)

# The same of a unit's own counters together, and of whole days only: what a page of many units reads. Always their
# sum: whatever writes the one writes the other, in the same transaction. A counter stays in its unit for good.
shown_unit_count = clustered(
    "shown_unit_count",
    Column("survey", String(60), primary_key=True),
    Column("question", String(40), primary_key=True),
    Column("stream", STREAM, primary_key=True),
    Column("grain", String(1), primary_key=True),
    Column("first", Date, primary_key=True),
    Column("unit_id", Serial, primary_key=True),
    *(Column(f"n{level}", BigInteger, nullable=False) for level in range(1, 6)),
)

# Transactions that were typed in, and the ratings of the days that are known, by day, week and month. What was typed in
# has rows of its own, of no survey and no question: "transactions", "known" days, and as many "days". A question's rows
# add to them: its "ratings" of known days, and as "days" those with ratings that are not known
# (sync.collector.replica.served).
served_count = clustered(
    "served_count",
    Column("survey", String(60), primary_key=True),
    Column("question", String(40), primary_key=True),
    Column("grain", String(1), primary_key=True),
    Column("first", Date, primary_key=True),
    Column("counter_id", Serial, primary_key=True),
    *(Column(name, BigInteger, nullable=False) for name in ("ratings", "transactions", "known", "days")),
)

# Which streams of which questions have ever gone out.
shown_stream = clustered(
    "shown_stream",
    Column("survey", String(60), primary_key=True),
    Column("question", String(40), primary_key=True),
    Column("stream", STREAM, primary_key=True),
)

# The rule by which the blocks were formed; under another one they are formed anew.
shown_rule = clustered(
    "shown_rule",
    Column("rule_id", SmallInteger, primary_key=True, autoincrement=False),
    Column("block_min", BigInteger, nullable=False),
    Column("delay", Boolean, nullable=False),
)
