"""Tables of upkeep: what was dropped of the stored lines once their time was over.

What was dropped is never written over: it is all that says, later, that lines of these months are not missing.
"""

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, LargeBinary, SmallInteger, String, Text, text

from sync.collector.store.schema.columns import Hash, Id, Moment, Seq, clustered

_IS_GONE = text("sums IS NOT NULL")

# A month of arrival whose lines are to be dropped: first written to a file, then decided by two people, then done.
# What of a month is here later all the same goes with a further part of it.
dropped_month = clustered(
    "dropped_month",
    Column("month", Date, primary_key=True),
    Column("part", SmallInteger, primary_key=True),
    # sync.collector.retention.lines.months
    Column("state", String(10), nullable=False),
    # Of the file in which all its lines were written before.
    Column("archive", Hash, nullable=False),
    Column("archive_name", Text, nullable=False),
    Column("archived_at", Moment, nullable=False),
    # SHA-256 of what its rows of ``dropped_lines`` say of the file: none of them can be lacking unnoticed.
    Column("contents", Hash, nullable=False),
    # What is in the file; once it is done, what went of it.
    Column("journals", BigInteger, nullable=False),
    Column("segments", BigInteger, nullable=False),
    Column("lines", BigInteger, nullable=False),
    Column("ratings", BigInteger, nullable=False),
    # Journals of which lines of that month stay, because something still rests on them.
    Column("kept", BigInteger, nullable=False),
    Column("decided_at", Moment),
    Column("decided_by", Text),
    Column("second", Text),
    Column("purpose", Text),
    Column("done_at", Moment),
)

# The lines of one journal that were dropped with a month: always from its first kept line on, so nothing has a hole.
dropped_lines = clustered(
    "dropped_lines",
    Column("journal_id", Id, primary_key=True),
    Column("last_seq", Seq, primary_key=True),
    Column("month", Date, nullable=False),
    Column("part", SmallInteger, nullable=False),
    Column("first_seq", Seq, nullable=False),
    # The hashes before the first and after the last of them, and after the journal's first line.
    Column("prev", Hash, nullable=False),
    Column("head", Hash, nullable=False),
    Column("first_hash", Hash, nullable=False),
    # Four bytes of each line's hash: enough to know a line again, too few to find out what it said.
    Column("prints", LargeBinary, nullable=False),
    # Whether what kiosks sign was kept by then.
    Column("signs", Boolean, nullable=False),
    # How the reading of cuts stood at the end (``cut_state.state``).
    Column("state", Text, nullable=False),
    # How many segments they are, and SHA-256 of these as they stand in the file, with all that is stored of them.
    Column("segments", BigInteger, nullable=False),
    Column("contents", Hash, nullable=False),
    # Of the ratings among them: how many, and the last day.
    Column("ratings", BigInteger, nullable=False),
    Column("last_day", Date),
    # SHA-256 of what they add to the journal's tallies, reasons and undated, with all that was dropped before. None
    # until the lines go: from then on nothing changes it.
    Column("sums", Hash),
    Index("ix_dropped_lines_gone", "journal_id", sqlite_where=_IS_GONE, postgresql_where=_IS_GONE),
    Index(None, "month"),
)
