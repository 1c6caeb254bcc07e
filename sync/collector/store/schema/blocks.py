"""Tables of blocks: which ratings a cut holds, and which wait for one.

A kiosk cuts once, in its journal (``kiosk.domain.numbers.blocks``). Here the cut is checked against its lines and
kept with what the collector knows more of its ratings: where and when they stand, and which do not count. A report
adds up whole blocks. Every rating of the tallies is in one block, or in ``uncut_count``, never in both.
"""

from collections.abc import Iterator

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, LargeBinary, String, Text, false, text

from sync.collector.store.schema.columns import Hash, Id, Moment, Seq, Serial, clustered

SERIES = String(60)
"""A survey's id with its levels, ``sipas-5:12345``; the exact ``id@version`` where these are not known."""
UNKNOWN = "replace(series, '@', '') <> series"
"""What is true of the series of such a version, in SQL."""
CROSSES = "grain IN ('x', 'y', 'z')"
"""What is true of a block that crosses days (``sync.collector.replica.shown``), in SQL."""


def _index(name: str, *columns: str, where: str) -> Iterator[Index]:
    yield Index(name, *columns, postgresql_where=text(where), sqlite_where=text(where))


# How far a journal's lines were read for cuts, and what the lines before that leave for the next one (JSON, or nothing
# before the first). Without a row its ratings are in no ``uncut_count`` that can be trusted: it is from before.
cut_state = clustered(
    "cut_state",
    Column("journal_id", Id, primary_key=True),
    Column("next_seq", Seq, nullable=False),
    Column("state", Text, nullable=False),
    # What came before this line was told when cutting began, and is in no block.
    Column("begun_seq", Seq, nullable=False, server_default="1"),
)

# Journals with lines that may state a cut, or make one due that an older kiosk does not make itself.
cut_due = clustered("cut_due", Column("journal_id", Id, primary_key=True))

# One cut. Its days are those of its ratings by the collector's corrected time, from the first to the last.
block = clustered(
    "block",
    Column("journal_id", Id, primary_key=True),
    # The last rating in it; no other cut ends there.
    Column("last_seq", Seq, primary_key=True),
    Column("series", SERIES, nullable=False),
    Column("question", String(40), nullable=False),
    # The entry that states it, or the line at which it was made here.
    Column("cut_seq", Seq, nullable=False),
    Column("is_kiosks", Boolean, nullable=False),
    Column("is_tail", Boolean, nullable=False),
    # kiosk.domain.numbers.blocks.Invalid, or why else it is not believed: nothing of it is shown.
    Column("fault", String(20)),
    # Where all its ratings stand; none where they stand at several, because the counter was moved meanwhile.
    Column("counter_id", Serial),
    # The counter's unit, or the lowest one that all its counters have above them.
    Column("unit_id", Serial, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("first_part", String(2), nullable=False),
    Column("last_day", Date, nullable=False),
    Column("last_part", String(2), nullable=False),
    # The seqs of its ratings, by the journal in which they are counted (sync.collector.replica.held).
    Column("held", Text, nullable=False),
    # How many of its ratings count, or would if nobody had decided otherwise.
    Column("n", BigInteger, nullable=False),
    # Since when it is shown.
    Column("shown_at", Moment),
    # The shortest span that holds it (sync.collector.replica.shown); none until it was looked at for the reports.
    Column("grain", String(1)),
    # Whether somebody decided that what it counts does not count.
    Column("is_suspect", Boolean, nullable=False, server_default=false()),
    # The pool with which a tail is shown.
    Column("pool_id", BigInteger),
    # The first day of a tail's month, while it is to be looked for others that it could be told with.
    Column("loose", Date),
    # The union (sync.collector.store.schema.shown.aside_union) in which what it holds aside is told, by its first_seq.
    Column("union_seq", Seq),
    *_index("ix_block_waiting", "last_day", "first_day", where="shown_at IS NULL"),
    *_index("ix_block_untold", "journal_id", "last_seq", where="grain IS NULL"),
    *_index("ix_block_crossing", "grain", "first_day", where=CROSSES),
    *_index("ix_block_loose", "loose", where="loose IS NOT NULL"),
    *_index("ix_block_pooled", "pool_id", where="pool_id IS NOT NULL"),
    *_index("ix_block_united", "journal_id", "union_seq", where="union_seq IS NOT NULL"),
    *_index("ix_block_unknown", "series", "question", where=UNKNOWN),
    Index(None, "counter_id", "last_day"),
)

# Tails of one month that are told together, in its unit and in those above: fixed for good when it is made.
pool = clustered(
    "pool",
    Column("pool_id", BigInteger, primary_key=True, autoincrement=False),
    Column("series", SERIES, nullable=False),
    Column("question", String(40), nullable=False),
    # The first day of the month and its last.
    Column("first", Date, nullable=False),
    Column("last", Date, nullable=False),
    Column("unit_id", Serial, nullable=False),
    # Whether what is set aside among them is enough for its levels to be told.
    Column("tells_aside", Boolean, nullable=False),
    Index(None, "series", "question", "first"),
)

# How many ratings of a pool stand at which counter, by why they count or not: there they wait.
pool_piece = clustered(
    "pool_piece",
    Column("pool_id", BigInteger, primary_key=True),
    Column("counter_id", Serial, primary_key=True),
    Column("standing", String(20), primary_key=True),
    Column("n", BigInteger, nullable=False),
    Index(None, "counter_id"),
)

# What a block holds, by where and when and why: its sums by level.
block_piece = clustered(
    "block_piece",
    Column("journal_id", Id, primary_key=True),
    Column("last_seq", Seq, primary_key=True),
    Column("counter_id", Serial, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("part", String(2), primary_key=True),
    Column("standing", String(20), primary_key=True),
    *(Column(f"n{level}", BigInteger, nullable=False) for level in range(1, 6)),
)

# How many of its counted ratings name each reason.
block_reason = clustered(
    "block_reason",
    Column("journal_id", Id, primary_key=True),
    Column("last_seq", Seq, primary_key=True),
    Column("reason", String(40), primary_key=True),
    Column("n", BigInteger, nullable=False),
)

# Ratings that no block holds yet: an append adds to it, a cut takes from it.
uncut_count = clustered(
    "uncut_count",
    Column("journal_id", Id, primary_key=True),
    Column("counter_id", Serial, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("part", String(2), primary_key=True),
    Column("survey", String(60), primary_key=True),
    Column("question", String(40), primary_key=True),
    Column("standing", String(20), primary_key=True),
    Column("n", BigInteger, nullable=False),
    Index(None, "day", "counter_id"),
)

# Nothing rests on these three that the stored lines do not say again; ``collector verify`` holds them to these.
# How far a journal's lines were looked through for cuts, from which line on, and all that is needed to go on.
cut_tree = clustered(
    "cut_tree",
    Column("journal_id", Id, primary_key=True),
    Column("since", Seq, nullable=False),
    Column("through", Seq, nullable=False),
    Column("size", BigInteger, nullable=False),
    # The hashes of the complete subtrees, one after the other, the largest first.
    Column("nodes", LargeBinary, nullable=False),
    Column("latest", String(7), nullable=False),
    Column("back", BigInteger, nullable=False),
)

# A cut that is in the tree: its line, the hash of its statement, and the order of the statements with it.
cut_leaf = clustered(
    "cut_leaf",
    Column("journal_id", Id, primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("seq", Seq, nullable=False),
    Column("hash", Hash, nullable=False),
    Column("latest", String(7), nullable=False),
    Column("back", BigInteger, nullable=False),
)

# What kiosks signed of their trees, where it is what their lines say.
cut_signed = clustered(
    "cut_signed",
    Column("journal_id", Id, primary_key=True),
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    # The last line of the batch with which it came.
    Column("seq", Seq, nullable=False),
    Column("root", Hash, nullable=False),
    Column("signature", LargeBinary(64), nullable=False),
    Column("key_id", BigInteger, nullable=False),
)
