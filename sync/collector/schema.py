"""Schema: the collector's tables, the same on SQLite and PostgreSQL.

Whatever one batch writes has ``journal_id`` first in its primary key, so that an append
touches one shard only. ``segment`` and ``rating`` carry the moment of receipt in their
key, for on PostgreSQL they are partitioned by its month. Migrations make the tables;
a test holds them and this module together.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    TypeDecorator,
    false,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP, UUID
from sqlalchemy.types import TypeEngine

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PARTITIONED = ("segment", "rating")


def micros(moment: datetime) -> int:
    """Microseconds since 1970 of an aware moment."""
    return (moment - EPOCH) // timedelta(microseconds=1)


class Moment(TypeDecorator[datetime]):
    """An aware moment: ``timestamptz`` on PostgreSQL, whole microseconds since 1970 on SQLite, which has no zones."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The column's type on ``dialect``."""
        wanted = TIMESTAMP(timezone=True) if dialect.name == "postgresql" else BigInteger()
        return dialect.type_descriptor(wanted)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """What is stored for ``value``."""
        return value if value is None or dialect.name == "postgresql" else micros(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """The moment that was stored, in UTC."""
        if value is None:
            return None
        return value.astimezone(UTC) if dialect.name == "postgresql" else EPOCH + timedelta(microseconds=value)


# A journal's or a device's id reads the same everywhere: 36 characters, lower case.
Id = String(36).with_variant(UUID(as_uuid=False), "postgresql")
Hash = LargeBinary(32)
Seq = BigInteger
Serial = BigInteger().with_variant(Integer, "sqlite")

# Constraint names are fixed, so that a later migration can name what it changes on either engine.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _clustered(name: str, *parts: Any) -> Table:
    """A table kept in the order of its key on SQLite, one lookup instead of two."""
    return Table(name, metadata, *parts, sqlite_with_rowid=False)


def _by_month(name: str, *parts: Any) -> Table:
    return Table(name, metadata, *parts, sqlite_with_rowid=False, postgresql_partition_by="RANGE (received_at)")


unit = Table(
    "unit",
    metadata,
    Column("unit_id", Serial, primary_key=True),
    Column("code", String(40), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("parent_id", Serial, ForeignKey("unit.unit_id")),
    # The codes from the top, "20/06040/": a subtree is a prefix.
    Column("path", Text, nullable=False, unique=True),
)

counter = Table(
    "counter",
    metadata,
    Column("counter_id", Serial, primary_key=True),
    Column("code", String(40), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("unit_id", Serial, ForeignKey("unit.unit_id"), nullable=False, index=True),
    Column("created_at", Moment, nullable=False),
)

device = Table(
    "device",
    metadata,
    Column("device_id", Id, primary_key=True),
    Column("counter_id", Serial, ForeignKey("counter.counter_id"), nullable=False, index=True),
    Column("public_key", String(44), nullable=False, unique=True),
    Column("info", JSON, nullable=False),
    Column("survey", String(60)),
    Column("enrolled_at", Moment, nullable=False),
    Column("revoked_at", Moment),
)

# Where a kiosk stood before it was moved: what was pressed until then belongs there, whenever it comes.
placement = _clustered(
    "placement",
    Column("device_id", Id, ForeignKey("device.device_id"), primary_key=True),
    Column("until", Moment, primary_key=True),
    Column("counter_id", Serial, ForeignKey("counter.counter_id"), nullable=False),
)

enrolment_code = Table(
    "enrolment_code",
    metadata,
    Column("code_hash", Hash, primary_key=True),
    Column("counter_id", Serial, ForeignKey("counter.counter_id"), nullable=False),
    Column("survey", String(60)),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
    Column("device_id", Id, ForeignKey("device.device_id")),
)

enrolment_failure = Table(
    "enrolment_failure",
    metadata,
    Column("hour", Moment, primary_key=True, autoincrement=False),
    Column("failures", Integer, nullable=False),
)

device_status = Table(
    "device_status",
    metadata,
    Column("device_id", Id, ForeignKey("device.device_id"), primary_key=True),
    Column("received_at", Moment, nullable=False),
    # How far the kiosk's wall clock is ahead of ours.
    Column("clock_ahead_us", BigInteger, nullable=False),
    Column("status", JSON, nullable=False),
)

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
    # Of a continuation: the older journal, why, and its last entry that was still there.
    Column("continues", Id, index=True),
    Column("continues_why", String(20)),
    Column("continues_seq", Seq),
    # Whether entries of this journal came in a continuation.
    Column("continued", Boolean, nullable=False, server_default=false()),
    # When it was first seen that a continuation holds another entry at a seq than this journal does.
    Column("forked_at", Moment),
)

segment = _by_month(
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
)

rating = _by_month(
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

reason_choice = _clustered(
    "reason_choice",
    Column("journal_id", Id, primary_key=True),
    Column("rating_seq", Seq, primary_key=True),
    Column("reason", String(40), primary_key=True),
    Column("seq", Seq, nullable=False),
)

enclosure = _clustered(
    "enclosure",
    Column("journal_id", Id, primary_key=True),
    Column("seq", Seq, primary_key=True),
    # SHA-256 of the line, so that one sent again is kept once.
    Column("digest", Hash, primary_key=True),
    Column("line", LargeBinary, nullable=False),
    Column("received_at", Moment, nullable=False),
)

unread = _clustered(
    "unread",
    Column("journal_id", Id, primary_key=True),
    Column("seq", Seq, primary_key=True),
    Column("reason", String(20), nullable=False),
    Column("detail", Text, nullable=False),
    Column("received_at", Moment, nullable=False),
)

# Where entries were carried over to: by the place they had, with their hash there. With it an entry is
# known again in whichever journal it comes first, and counted once.
carried = _clustered(
    "carried",
    Column("journal_id", Id, primary_key=True),
    Column("seq", Seq, primary_key=True),
    Column("hash", Hash, primary_key=True),
    Column("in_journal", Id, primary_key=True),
    Column("in_seq", Seq, primary_key=True),
)

# Entries kept but not counted, because what they say was counted at another place.
duplicate = _clustered(
    "duplicate",
    Column("journal_id", Id, primary_key=True),
    Column("seq", Seq, primary_key=True),
    Column("of_journal", Id, nullable=False),
    Column("of_seq", Seq, nullable=False),
    Column("received_at", Moment, nullable=False),
)

boot_clock = _clustered(
    "boot_clock",
    Column("journal_id", Id, primary_key=True),
    Column("boot", String(64), primary_key=True),
    # Our clock minus that boot's clock when it was last heard.
    Column("offset_us", BigInteger, nullable=False),
)

tally = _clustered(
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
    Index(None, "day", "counter_id"),
)

reason_tally = _clustered(
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

audit = Table(
    "audit",
    metadata,
    Column("audit_id", Serial, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", String(40), nullable=False),
    Column("subject", Text, nullable=False),
    Column("details", JSON, nullable=False),
)

account = Table(
    "account",
    metadata,
    Column("account_id", Serial, primary_key=True),
    Column("name", String(60), nullable=False, unique=True),
    Column("full_name", Text, nullable=False),
    Column("role", String(20), nullable=False),
    # The unit whose subtree this account may see; none is every unit.
    Column("unit_id", Serial, ForeignKey("unit.unit_id")),
    Column("password_hash", Text, nullable=False),
    # The password was handed out and must be changed before anything is shown.
    Column("one_time", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("disabled_at", Moment),
)

# Wrong passwords since the last right one, by name whether or not it exists: else a delay would tell.
signin_failure = _clustered(
    "signin_failure",
    Column("name_hash", Hash, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("failed_at", Moment, nullable=False),
    # No password is looked at before.
    Column("locked_until", Moment),
)

signed_in = Table(
    "signed_in",
    metadata,
    # SHA-256 of what the browser holds: who reads this table cannot become anybody.
    Column("token_hash", Hash, primary_key=True),
    Column("account_id", Serial, ForeignKey("account.account_id"), nullable=False, index=True),
    Column("began_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
)

# Transactions served, as a supervisor typed them in; a later entry corrects an earlier one.
transaction_count = _clustered(
    "transaction_count",
    Column("journal_id", Id, primary_key=True),
    Column("counter_id", Serial, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("n", BigInteger, nullable=False),
    Column("seq", Seq, nullable=False),
    Column("received_at", Moment, nullable=False),
    Index(None, "day", "counter_id"),
)

# The part of ``tally`` that came when its half day was over, by the half day in which it came: what is
# shown already must not move by a single rating that a kiosk brings late.
late_tally = _clustered(
    "late_tally",
    Column("journal_id", Id, primary_key=True),
    Column("counter_id", Serial, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("part", String(2), primary_key=True),
    Column("survey", String(60), primary_key=True),
    Column("question", String(40), primary_key=True),
    Column("level", SmallInteger, primary_key=True),
    Column("standing", String(20), primary_key=True),
    Column("received_day", Date, primary_key=True),
    Column("received_part", String(2), primary_key=True),
    Column("n", BigInteger, nullable=False),
    Index(None, "day", "counter_id"),
)
