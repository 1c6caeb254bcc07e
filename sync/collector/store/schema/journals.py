"""Tables of the replica: what came of each journal, and what of it was set aside."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    false,
)

from sync.collector.store.schema.columns import Hash, Id, Moment, Seq, by_month, clustered, metadata

journal = Table(
    "journal",
    metadata,
    Column("journal_id", Id, primary_key=True),
    Column("device_id", Id, ForeignKey("device.device_id"), nullable=False, index=True),
    Column("next_seq", Seq, nullable=False),
    Column("head", Hash, nullable=False),
    Column("first_received_at", Moment, nullable=False),
    Column("last_received_at", Moment, nullable=False),
    # The boot last heard, and our clock minus that boot's clock; earlier boots are in boot_clock.
    Column("boot", String(64)),
    Column("boot_offset_us", BigInteger),
    # When the last of its ratings was pressed whose time was measured: what comes after was not made before.
    Column("measured_us", BigInteger),
    # Of a continuation: the older journal, why, and its last entry that was still there.
    Column("continues", Id, index=True),
    Column("continues_why", String(20)),
    Column("continues_seq", Seq),
    # Whether entries of this journal came in a continuation.
    Column("continued", Boolean, nullable=False, server_default=false()),
    # When it was first seen that a continuation holds another entry at a seq than this journal does.
    Column("forked_at", Moment),
)

segment = by_month(
    "segment",
    Column("journal_id", Id, primary_key=True),
    Column("first_seq", Seq, primary_key=True),
    Column("received_at", Moment, primary_key=True),
    Column("last_seq", Seq, nullable=False),
    # The hashes before the first and after the last line.
    Column("prev", Hash, nullable=False),
    Column("head", Hash, nullable=False),
    # The verbatim lines, newline-ended, in one gzip member: the body as it came wherever all of it was new.
    Column("lines", LargeBinary, nullable=False),
    Column("signature", Text, nullable=False),
    Column("kiosk_clock", Text, nullable=False),
    # With which of the kiosk's keys it was signed (``device_key``), the signed text or what it is rebuilt from
    # (``sync.protocol.vouched``), and whether it came in a file. None of what came before this was kept.
    Column("key_id", BigInteger),
    Column("request", Text),
    Column("by_file", Boolean),
)

unread = clustered(
    "unread",
    Column("journal_id", Id, primary_key=True),
    Column("seq", Seq, primary_key=True),
    Column("reason", String(20), nullable=False),
    Column("detail", Text, nullable=False),
    Column("received_at", Moment, nullable=False),
    Index(None, "received_at"),
)

enclosure = clustered(
    "enclosure",
    Column("journal_id", Id, primary_key=True),
    Column("seq", Seq, primary_key=True),
    # SHA-256 of the line, so that one sent again is kept once.
    Column("digest", Hash, primary_key=True),
    Column("line", LargeBinary, nullable=False),
    Column("received_at", Moment, nullable=False),
)

# Where entries were carried over to: by the place they had, with their hash there. With it an entry is
# known again in whichever journal it comes first, and counted once.
carried = clustered(
    "carried",
    Column("journal_id", Id, primary_key=True),
    Column("seq", Seq, primary_key=True),
    Column("hash", Hash, primary_key=True),
    Column("in_journal", Id, primary_key=True),
    Column("in_seq", Seq, primary_key=True),
)

# Entries kept but not counted, because what they say was counted at another place.
duplicate = clustered(
    "duplicate",
    Column("journal_id", Id, primary_key=True),
    Column("seq", Seq, primary_key=True),
    Column("of_journal", Id, nullable=False),
    Column("of_seq", Seq, nullable=False),
    Column("received_at", Moment, nullable=False),
)

boot_clock = clustered(
    "boot_clock",
    Column("journal_id", Id, primary_key=True),
    Column("boot", String(64), primary_key=True),
    # Our clock minus that boot's clock when it was last heard.
    Column("offset_us", BigInteger, nullable=False),
)

# One row, written to find out whether the database takes anything (sync.collector.services.readiness).
probe = clustered(
    "probe",
    Column("probe_id", SmallInteger, primary_key=True, autoincrement=False),
    Column("filler", LargeBinary, nullable=False),
)
