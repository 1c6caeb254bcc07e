"""Tables of units, counters and the kiosks that stand there."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
)

from sync.collector.store.schema.columns import Hash, Id, Moment, Serial, clustered, metadata

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
    # The first day on which it is no more; it keeps what was pressed there.
    Column("ended_on", Date),
)

# What came after a unit that ended: one where it was merged, several where it was divided.
unit_follower = clustered(
    "unit_follower",
    Column("unit_id", Serial, ForeignKey("unit.unit_id"), primary_key=True),
    Column("into_id", Serial, ForeignKey("unit.unit_id"), primary_key=True),
)

counter = Table(
    "counter",
    metadata,
    Column("counter_id", Serial, primary_key=True),
    Column("code", String(40), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("unit_id", Serial, ForeignKey("unit.unit_id"), nullable=False, index=True),
    Column("created_at", Moment, nullable=False),
    # A counter that was moved has a row for each place where it stood, so a row stays in its unit for good, and with it
    # all that was pressed there. The newest has the counter's code; one before has "HK1~2026-07-01", the day of its
    # end behind a sign that no code holds. ``origin_id`` is the first row of them, without a value where it is that.
    Column("origin_id", Serial, index=True),
    # The first day here, and the first day no longer here.
    Column("since", Date),
    Column("until", Date),
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

# Every key that a kiosk ever signed with: the present one is in ``device`` as well.
device_key = clustered(
    "device_key",
    Column("device_id", Id, ForeignKey("device.device_id"), primary_key=True),
    # The first eight bytes of SHA-256 of the key as it is written (``fleet.devices.keys``).
    Column("key_id", BigInteger, primary_key=True, autoincrement=False),
    Column("public_key", String(44), nullable=False),
    Column("since", Moment, nullable=False),
    Column("until", Moment),
    # With which request the key before handed this one in: what was signed, the signature, and the body with the new
    # key and its proof. None of these of a first key.
    Column("request", Text),
    Column("signature", Text),
    Column("body", LargeBinary),
    Index(None, "public_key"),
)

# Where a kiosk stood before it was moved: what was pressed until then belongs there, whenever it comes.
placement = clustered(
    "placement",
    Column("device_id", Id, ForeignKey("device.device_id"), primary_key=True),
    Column("until", Moment, primary_key=True),
    Column("counter_id", Serial, ForeignKey("counter.counter_id"), nullable=False),
)

# The counters besides its own that a kiosk may speak for: those of its hall.
device_grant = clustered(
    "device_grant",
    Column("device_id", Id, ForeignKey("device.device_id"), primary_key=True),
    Column("counter_id", Serial, ForeignKey("counter.counter_id"), primary_key=True),
    Column("granted_at", Moment, nullable=False),
    # "collector" where the update took over what had been used, until somebody has looked at it.
    Column("granted_by", Text, nullable=False),
    # What was pressed from then on is not taken; None while the grant holds.
    Column("until", Moment),
)

enrolment_code = Table(
    "enrolment_code",
    metadata,
    Column("code_hash", Hash, primary_key=True),
    Column("counter_id", Serial, ForeignKey("counter.counter_id"), nullable=False),
    Column("survey", String(60)),
    # The ids of the counters besides that one which the kiosk will be granted.
    Column("grants", JSON),
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

# One row: a random number, renewed by every transaction that changes kiosks or places (``store.changes``).
fleet_change = clustered(
    "fleet_change",
    Column("change_id", SmallInteger, primary_key=True, autoincrement=False),
    Column("n", BigInteger, nullable=False),
)
