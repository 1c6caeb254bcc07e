"""Tables of how kiosks were heard, and of what IT staff ask of them."""

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, String, Table, Text

from sync.collector.schema.columns import Id, Moment, clustered, metadata

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

device_day = clustered(
    "device_day",
    Column("device_id", Id, ForeignKey("device.device_id"), primary_key=True),
    Column("day", Date, primary_key=True),
    # How often it said how it is, when last, and the longest silence between two of its words.
    Column("heard", Integer, nullable=False),
    Column("last_at", Moment, nullable=False),
    Column("gap_s", Integer, nullable=False),
)
