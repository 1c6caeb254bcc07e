"""Tables of who may see what, and who did what."""

from sqlalchemy import JSON, Boolean, Column, Date, ForeignKey, Integer, LargeBinary, String, Table, Text, false

from sync.collector.store.schema.columns import Hash, Moment, Serial, clustered, metadata

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
    # Where notices are sent; none hears nothing.
    Column("email", String(254)),
)

signed_in = Table(
    "signed_in",
    metadata,
    # SHA-256 of what the browser holds: who reads this table cannot become anybody.
    Column("token_hash", Hash, primary_key=True),
    Column("account_id", Serial, ForeignKey("account.account_id"), nullable=False, index=True),
    Column("began_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    # By the office's own directory of people, not by a password of ours.
    Column("outside", Boolean, nullable=False, server_default=false()),
)

# A form that came when its sender's session was over, until they are signed in again.
kept_form = Table(
    "kept_form",
    metadata,
    # SHA-256 of the key that the browser holds, with which the form is sealed: who reads this table can read no form.
    Column("key_hash", Hash, primary_key=True),
    Column("account_id", Serial, ForeignKey("account.account_id"), nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("kept_at", Moment, nullable=False),
)

# Wrong passwords since the last right one, by name whether or not it exists: else a delay would tell.
signin_failure = clustered(
    "signin_failure",
    Column("name_hash", Hash, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("failed_at", Moment, nullable=False),
    # No password is looked at before.
    Column("locked_until", Moment),
)

# With what programs of those entitled read numbers.
token = Table(
    "token",
    metadata,
    Column("token_id", Serial, primary_key=True),
    # For ever: what the audit log says of a name is of this one.
    Column("name", String(60), nullable=False, unique=True),
    # SHA-256 of 256 random bits: who reads this table can open nothing with it.
    Column("token_hash", Hash, nullable=False, unique=True),
    # The unit whose subtree may be read; none is every unit.
    Column("unit_id", Serial, ForeignKey("unit.unit_id")),
    # What may be read, names with a blank between.
    Column("may", String(60), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("withdrawn_at", Moment),
    # The last day on which it was used.
    Column("used_on", Date),
    # Until when the calls so far use up what it may call.
    Column("paid_until", Moment),
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
    # The path of the unit of whoever did it, then; none for whoever has no account.
    Column("path", Text),
)
