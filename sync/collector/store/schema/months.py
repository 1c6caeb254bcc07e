"""Tables of closed months: their reports' numbers and files, which stay as they were made."""

from sqlalchemy import BigInteger, Boolean, Column, Date, Integer, LargeBinary, SmallInteger, String, Table, Text

from sync.collector.store.schema.columns import Hash, Moment, Serial, clustered, metadata

# One row: the first month that is closed. What was over before this collector closed months stays open.
first_closed = clustered(
    "first_closed",
    Column("row_id", SmallInteger, primary_key=True, autoincrement=False),
    Column("month", Date, nullable=False),
)

# What a unit's report of a month said: 0 when it was closed, then each correction. Rows are written once; they are far
# larger than a key, so the table is not kept in its order.
closed_month = Table(
    "closed_month",
    metadata,
    # 0 stands for the whole office.
    Column("unit_id", Serial, primary_key=True, autoincrement=False),
    Column("month", Date, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("made_at", Moment, nullable=False),
    # Of the numbers as they are packed out.
    Column("hash", Hash, nullable=False),
    Column("numbers", LargeBinary, nullable=False),
)

# The files that were made of such numbers, in the office's language; packed.
closed_file = Table(
    "closed_file",
    metadata,
    Column("unit_id", Serial, primary_key=True, autoincrement=False),
    Column("month", Date, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("form", String(4), primary_key=True),
    Column("language", String(8), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("hash", Hash, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

# What such numbers were added up of (sync.collector.closed.basis), packed; none of those that an older version kept.
closed_basis = Table(
    "closed_basis",
    metadata,
    Column("unit_id", Serial, primary_key=True, autoincrement=False),
    Column("month", Date, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("basis", LargeBinary, nullable=False),
)

# What was last seen of a unit's month: by which mark, whether changes wait, and what was the matter.
closed_look = clustered(
    "closed_look",
    Column("unit_id", Serial, primary_key=True, autoincrement=False),
    Column("month", Date, primary_key=True),
    Column("mark", String(64), nullable=False),
    Column("waits", Boolean, nullable=False),
    # Set while its report could not be made or its files could not.
    Column("failed_at", Moment),
    Column("fault", Text),
)
