"""Tables of the transparency log: an index of its leaves, and how far it is. The log itself lies in files.

Whoever rewrites these tables rewrites an index: each leaf is held to the log's own tiles, which lie elsewhere.
"""

from sqlalchemy import BigInteger, Column, Date, Index, SmallInteger, String, Text, text

from sync.collector.store.schema.columns import Hash, Id, Moment, Seq, clustered

_HAS_SUBJECT = text("subject IS NOT NULL")

# What a leaf is about. A collector whose log was lost begins another one: ``epoch`` is which of them.
log_leaf = clustered(
    "log_leaf",
    Column("epoch", SmallInteger, primary_key=True, autoincrement=False),
    Column("leaf_index", BigInteger, primary_key=True, autoincrement=False),
    Column("day", Date, nullable=False),
    # sync.protocol.tlog.leaf
    Column("kind", String(8), nullable=False),
    # Of a journal: how far it was, and the tree of its cuts then.
    Column("journal_id", Id),
    Column("seq", Seq),
    Column("cuts_size", BigInteger),
    Column("cuts_root", Hash),
    # Of a key "device/key id", of a report "unit/2026-10/number", of the log itself what the leaf says.
    Column("subject", String(120)),
    Index(None, "journal_id", "epoch", "leaf_index"),
    Index("ix_log_leaf_subject", "epoch", "kind", "subject", sqlite_where=_HAS_SUBJECT, postgresql_where=_HAS_SUBJECT),
)

# The chain's hash after a journal's first line, so that no day's leaves must unpack it again.
log_journal = clustered(
    "log_journal",
    Column("journal_id", Id, primary_key=True),
    Column("first_hash", Hash, nullable=False),
)

# What each witness answered when it was asked last.
log_witness = clustered(
    "log_witness",
    Column("vkey", Text, primary_key=True),
    Column("asked_at", Moment, nullable=False),
    # sync.collector.transparency.witnessing
    Column("outcome", String(12), nullable=False),
    Column("size", BigInteger),
    Column("detail", Text, nullable=False),
)

# One row: which log it is and how far, for pages, measures and collectors that do not keep it themselves.
log_state = clustered(
    "log_state",
    Column("row_id", SmallInteger, primary_key=True, autoincrement=False),
    Column("origin", Text, nullable=False),
    Column("vkey", Text, nullable=False),
    # What was signed last, published or not.
    Column("size", BigInteger, nullable=False),
    Column("root", Hash, nullable=False),
    # The newest day whose leaves are in it.
    Column("day", Date),
    # What is published: since when it is, and how many witnesses vouch for it.
    Column("published_size", BigInteger, nullable=False),
    Column("published_at", Moment),
    Column("cosigned", SmallInteger, nullable=False),
    # Why nothing was signed or published (sync.collector.transparency.errors), and since when.
    Column("fault", String(20)),
    Column("fault_at", Moment),
)
