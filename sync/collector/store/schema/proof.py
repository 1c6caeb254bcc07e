"""Tables of proof: how far the collector itself recomputed everything from the stored lines, and what came of it.

They lie where what they speak of lies: whoever rewrites that can rewrite them. ``collector verify --since FILE`` keeps
the same outside the database.
"""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, SmallInteger, Text

from sync.collector.store.schema.columns import Hash, Id, Moment, Seq, clustered

# Up to where a journal held when it was last looked at.
proof_mark = clustered(
    "proof_mark",
    Column("journal_id", Id, ForeignKey("journal.journal_id"), primary_key=True),
    Column("next_seq", Seq, nullable=False),
    Column("head", Hash, nullable=False),
    Column("signed_seq", Seq, nullable=False),
    Column("signs", Boolean, nullable=False),
    Column("rated", BigInteger, nullable=False),
)

# When a kiosk's journals were last looked at, and when from their first entry on; what does not hold, as JSON.
proof_look = clustered(
    "proof_look",
    Column("device_id", Id, ForeignKey("device.device_id"), primary_key=True),
    Column("looked_at", Moment, nullable=False),
    Column("whole_at", Moment, nullable=False),
    Column("found", Text),
)

# One row: when what is shown was last held against its blocks, and when everything last held, this and every journal.
proof_state = clustered(
    "proof_state",
    Column("row_id", SmallInteger, primary_key=True, autoincrement=False),
    Column("looked_at", Moment, nullable=False),
    Column("held_at", Moment),
    Column("found", Text),
)
