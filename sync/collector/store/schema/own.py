"""Tables of what the collector is to its kiosks: its keys, and where it was and will be called."""

from sqlalchemy import Column, LargeBinary, String, Table, Text

from sync.collector.store.schema.columns import Moment, Serial, clustered, metadata

# One row, made with the table. It goes with the data, wherever that is restored: that is what makes it the same one.
own_key = Table(
    "own_key",
    metadata,
    Column("key_id", Serial, primary_key=True),
    Column("private_key", LargeBinary(32), nullable=False),
)

# Under which it was served: kiosks that still call it so, and files that were signed so, are taken.
own_address = clustered(
    "own_address",
    Column("url", Text, primary_key=True),
    Column("first_at", Moment, nullable=False),
)

# The newest that was not withdrawn is announced to every kiosk.
own_move = Table(
    "own_move",
    metadata,
    Column("move_id", Serial, primary_key=True),
    Column("url", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("withdrawn_at", Moment),
)

# For which kiosks seal citizens' words: the newest, while the private keys lie in a file outside the database.
words_key = clustered(
    "words_key",
    Column("key_id", String(16), primary_key=True),
    Column("public_key", LargeBinary(32), nullable=False),
    Column("made_at", Moment, nullable=False),
)
