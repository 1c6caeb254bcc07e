"""Tables of what the collector does by itself: whose turn it is, and what it counted of kiosks when it looked last."""

from sqlalchemy import Column, Integer, String, Text

from sync.collector.store.schema.columns import Moment, clustered

# Whose turn each chore is, of several processes over this database. SQLite is served by one: of its chores only what
# commands do as well has a row.
chore_turn = clustered(
    "chore_turn",
    Column("chore", String(120), primary_key=True),
    Column("holder", Text, nullable=False),
    # By the database's clock, which is one for all. Afterwards anybody may take it.
    Column("until", Moment, nullable=False),
    # When it was last done to its end, of what is done once a day whoever does it.
    Column("done_at", Moment),
)

# Kiosks by what is wrong with them, at the last look at all of them.
kiosk_count = clustered(
    "kiosk_count",
    Column("state", String(20), primary_key=True),
    Column("n", Integer, nullable=False),
)
