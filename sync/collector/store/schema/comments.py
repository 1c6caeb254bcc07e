"""Tables of what citizens wrote, and of what was done about it."""

from sqlalchemy import BigInteger, Column, Date, ForeignKey, Index, LargeBinary, String, Table, Text, text

from sync.collector.store.schema.columns import Hash, Id, Moment, Seq, Serial, clustered, metadata

_IS_NEW = text("state = 'new'")
_IS_SEALED = text("sealed IS NOT NULL")

# Which rating a comment goes with is in its journal alone: nothing here can put the two together.
comment = clustered(
    "comment",
    Column("journal_id", Id, primary_key=True),
    Column("seq", Seq, primary_key=True),
    # What the pages call it. It says nothing of when it came, and the order by it is no order of time.
    Column("code", String(16), nullable=False),
    Column("counter_id", Serial, nullable=False),
    # The Monday of the office's week.
    Column("week", Date, nullable=False),
    # SHA-256 of salt and text, as the journal has it.
    Column("commitment", Hash, nullable=False),
    # For which key the text came sealed (``words_key``), and the sealed text until it is opened.
    Column("key_id", String(16)),
    Column("sealed", LargeBinary),
    Column("text", Text),
    # The text without accents and capitals, for the search.
    Column("folded", Text),
    # The day from which it may be read, and what is said of its place and time: so that it stands among enough ratings.
    Column("published_on", Date),
    Column("unit_id", Serial),
    Column("shown_counter_id", Serial),
    Column("shown_first", Date),
    Column("shown_last", Date),
    # The day on which the text was deleted.
    Column("forgotten_on", Date),
    Column("state", String(12), nullable=False),
    Column("owner_id", Serial, ForeignKey("account.account_id")),
    # The case in which it is followed up.
    Column("case_id", BigInteger),
    Index(None, "code"),
    Index(None, "published_on", "week"),
    Index(None, "unit_id", "shown_last"),
    # Counted on every page.
    Index("ix_comment_new", "unit_id", sqlite_where=_IS_NEW, postgresql_where=_IS_NEW),
    # Looked for every minute.
    Index("ix_comment_sealed", "key_id", sqlite_where=_IS_SEALED, postgresql_where=_IS_SEALED),
)

comment_step = Table(
    "comment_step",
    metadata,
    Column("step_id", Serial, primary_key=True),
    Column("code", String(16), nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("actor", Text, nullable=False),
    Column("what", String(20), nullable=False),
    Column("note", Text, nullable=False),
)
