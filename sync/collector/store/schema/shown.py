"""Tables of what may be shown: whole blocks, added up by where and when they lie.

A report reads ``shown_count``, and its sums by unit, and nothing else of what anybody pressed; whatever stands
there came in whole blocks (``kiosk.domain.numbers.blocks``), each in every place and period that holds all of it, so
that no reader, period or unit can be chosen under which a single rating would be seen.
"""

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, SmallInteger, String, Text, text

from sync.collector.store.schema.columns import Id, Seq, Serial, clustered

STREAM = String(60)
"""What is counted by itself: counted ratings, those set aside, each standing, each reason."""
LONGER = "grain <> 'h'"
"""What is true of a sum of more than a half day, in SQL."""

# Sums of the blocks that lie wholly in a half day ("h"), a day ("d"), a week as far as it is of one month ("w") and a
# month ("m"): a report of years reads months. Blocks that cross days have rows of their own ends besides: within such a
# week ("x"), within a month ("y") and beyond one ("z"). So any period adds up each block inside it once, and no other
# (sync.collector.replica.shown). The levels stand beside each other; of what has no level, everything is in n1.
# ``survey`` is a series. A block at several counters stands at the unit that they have in common: its number below
# nought is in the place of the counter's.
shown_count = clustered(
    "shown_count",
    Column("survey", String(60), primary_key=True),
    Column("question", String(40), primary_key=True),
    Column("stream", STREAM, primary_key=True),
    Column("grain", String(1), primary_key=True),
    Column("first", Date, primary_key=True),
    Column("last", Date, primary_key=True),
    Column("part", String(2), primary_key=True),
    Column("counter_id", Serial, primary_key=True),
    *(Column(f"n{level}", BigInteger, nullable=False) for level in range(1, 6)),
    # For a page of a few counters: in the key they stand last, and those of the whole province would be passed over.
    Index("ix_shown_count_longer", "counter_id", "stream", "grain", "first", postgresql_where=text(LONGER),
          sqlite_where=text(LONGER)),
)  # fmt: skip

# The same of a unit's own counters together, and of whole days at least: what a page of many units reads. Always their
# sum: whatever writes the one writes the other, in the same transaction. A counter stays in its unit for good.
shown_unit_count = clustered(
    "shown_unit_count",
    Column("survey", String(60), primary_key=True),
    Column("question", String(40), primary_key=True),
    Column("stream", STREAM, primary_key=True),
    Column("grain", String(1), primary_key=True),
    Column("first", Date, primary_key=True),
    Column("last", Date, primary_key=True),
    Column("unit_id", Serial, primary_key=True),
    *(Column(f"n{level}", BigInteger, nullable=False) for level in range(1, 6)),
)

# Transactions that were typed in and visits that were rated, by day, week and month: "days" are those with either, of
# which the transactions are "known" for some; "ratings" are the visits rated on these, whichever survey asked
# (sync.collector.replica.served).
served_count = clustered(
    "served_count",
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

# To which series a version of a survey belongs, as far as the library knows it: one that it does not is its own.
series_version = clustered(
    "series_version",
    Column("series", String(60), primary_key=True),
    Column("question", String(40), primary_key=True),
    Column("survey", String(60), primary_key=True),
)

# Blocks whose sums are being added or taken off, by everywhere and every time they count; empty between transactions.
outgoing = clustered(
    "outgoing",
    Column("journal_id", Id, primary_key=True),
    Column("last_seq", Seq, primary_key=True),
    Column("grain", String(1), primary_key=True),
    Column("series", String(60), nullable=False),
    Column("question", String(40), nullable=False),
    Column("first", Date, nullable=False),
    Column("last", Date, nullable=False),
    Column("part", String(2), nullable=False),
    Column("counter_id", Serial, nullable=False),
    Column("unit_id", Serial, nullable=False),
    Column("is_suspect", Boolean, nullable=False),
    # 1, or -1 to take it off.
    Column("sign", SmallInteger, nullable=False),
)

# What a kiosk set aside in blocks of one journal, series and month, in the order in which they came out, until it is
# five or more: then its levels may be told. One that its month ended before stays open. Its blocks name it by the first
# of them to come out (``block.union_seq``): one that came out later may lie before that in the journal.
aside_union = clustered(
    "aside_union",
    Column("journal_id", Id, primary_key=True),
    Column("series", String(60), primary_key=True),
    Column("question", String(40), primary_key=True),
    Column("first_seq", Seq, primary_key=True),
    # Of its blocks, the last in the journal.
    Column("last_seq", Seq, nullable=False),
    Column("is_told", Boolean, nullable=False),
    Column("counter_id", Serial, nullable=False),
    Column("unit_id", Serial, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("first_part", String(2), nullable=False),
    Column("last_day", Date, nullable=False),
    Column("last_part", String(2), nullable=False),
    *(Column(f"n{level}", BigInteger, nullable=False) for level in range(1, 6)),
)

# What was recorded before there were blocks and had not been shown by then: too few at their counter. It is told how
# many they are, and no more.
remainder = clustered(
    "remainder",
    Column("survey", String(60), primary_key=True),
    Column("question", String(40), primary_key=True),
    Column("counter_id", Serial, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("part", String(2), primary_key=True),
    Column("standing", String(20), primary_key=True),
    Column("n", BigInteger, nullable=False),
)

# Of ratings that count and came before there were blocks: how many were recorded up to the end of a month (its first
# day) and told in a later one.
told_later = clustered(
    "told_later",
    Column("month", Date, primary_key=True),
    Column("counter_id", Serial, primary_key=True, autoincrement=False),
    Column("n", BigInteger, nullable=False),
)

# One row while everything is shown at once, straight from the tallies, and what they were when it was added up.
demonstration = clustered(
    "demonstration",
    Column("row_id", SmallInteger, primary_key=True, autoincrement=False),
    Column("mark", Text, nullable=False),
)

# One row: how many ratings a block, a pool or a union had to have when all were last looked at. Under a lower number
# those that it held back are looked at once more.
release_rule = clustered(
    "release_rule",
    Column("row_id", SmallInteger, primary_key=True, autoincrement=False),
    Column("least", BigInteger, nullable=False),
)
