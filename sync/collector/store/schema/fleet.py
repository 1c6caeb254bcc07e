"""Tables of how kiosks were heard, what IT staff ask of them, and what people are told and know of their faults."""

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from sync.collector.store.schema.columns import Id, Moment, clustered, metadata

device_command = Table(
    "device_command",
    metadata,
    # Random: a collector restored from a backup must never give a number away twice.
    Column("command_id", Id, primary_key=True),
    Column("device_id", Id, ForeignKey("device.device_id"), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("made_by", Text, nullable=False),
    # When it first went out with an answer, and when the kiosk said what came of it.
    Column("handed_at", Moment),
    Column("done_at", Moment),
    Column("outcome", String(200)),
    # The end of the kiosk's log, where that was asked for.
    Column("excerpt", Text),
    Index(None, "device_id", "made_at"),
)

# What its screen showed when that was asked for, the last one.
device_picture = Table(
    "device_picture",
    metadata,
    Column("device_id", Id, ForeignKey("device.device_id"), primary_key=True),
    Column("received_at", Moment, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("png", LargeBinary, nullable=False),
)

device_day = clustered(
    "device_day",
    Column("device_id", Id, ForeignKey("device.device_id"), primary_key=True),
    Column("day", Date, primary_key=True),
    # How often it said how it is, when last, and the longest silence between two of its words.
    Column("heard", Integer, nullable=False),
    Column("last_at", Moment, nullable=False),
    Column("gap_s", Integer, nullable=False),
)

# What is told of as one: one kiosk's fault, or the same fault of many at once. By whom it concerns: a unit's people
# hear of their own kiosks alone.
kiosk_incident = clustered(
    "kiosk_incident",
    # Its key among all incidents.
    Column("incident", String(200), primary_key=True),
    # The code of the unit whose people are told; empty is the whole office.
    Column("audience", String(40), nullable=False),
    Column("fault", String(20), nullable=False),
    # The path of the unit in whose subtree it is.
    Column("scope", Text, nullable=False),
    Column("grown_at", Moment, nullable=False),
    # How many kiosks were named the last time, and how often its growth was told.
    Column("told_n", Integer, nullable=False),
    Column("growths", Integer, nullable=False),
)

kiosk_trouble = clustered(
    "kiosk_trouble",
    Column("audience", String(40), primary_key=True),
    Column("fault", String(20), primary_key=True),
    Column("device_id", Id, ForeignKey("device.device_id"), primary_key=True),
    Column("since", Moment, nullable=False),
    # None while it waits for others that fall ill with it.
    Column("incident", String(200)),
    # Since when it is well again while the incident goes on at other kiosks.
    Column("well_at", Moment),
)

known_fault = clustered(
    "known_fault",
    Column("device_id", Id, ForeignKey("device.device_id"), primary_key=True),
    Column("fault", String(20), primary_key=True),
    # What was wrong then, in short: when that changes nobody knows of it any more.
    Column("mark", String(200), nullable=False),
    Column("words", Text, nullable=False),
    Column("known_at", Moment, nullable=False),
    Column("known_by", Text, nullable=False),
)
