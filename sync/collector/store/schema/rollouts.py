"""Tables of what the office sets for its kiosks, and of the surveys it wrote itself."""

from sqlalchemy import JSON, Boolean, Column, ForeignKey, SmallInteger, String, Table, Text

from sync.collector.store.schema.columns import Id, Moment, Serial, clustered, metadata

# One change of settings for the kiosks of a unit and everything under it. It is in force while its state says so,
# so taking it back is a change of state, never of what it said.
rollout = Table(
    "rollout",
    metadata,
    Column("rollout_id", Serial, primary_key=True),
    # None is every unit.
    Column("unit_id", Serial, ForeignKey("unit.unit_id")),
    Column("title", Text, nullable=False),
    Column("change", JSON, nullable=False),
    Column("state", String(12), nullable=False),
    # Of a hundred kiosks, how many are to have it.
    Column("percent", SmallInteger, nullable=False),
    # To all kiosks, without stages.
    Column("at_once", Boolean, nullable=False),
    Column("begins_at", Moment, nullable=False),
    # When the present stage began.
    Column("stage_at", Moment),
    # Why it was stopped, in words.
    Column("why", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("made_by", Text, nullable=False),
)

# The kiosks of the stages before the last, chosen by lot.
rollout_device = clustered(
    "rollout_device",
    Column("rollout_id", Serial, ForeignKey("rollout.rollout_id"), primary_key=True, autoincrement=False),
    Column("device_id", Id, ForeignKey("device.device_id"), primary_key=True),
)

# Surveys written on the web; a published one never changes again, for ratings name it.
survey_text = clustered(
    "survey_text",
    Column("ref", String(60), primary_key=True),
    Column("text", Text, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("published_at", Moment),
)
