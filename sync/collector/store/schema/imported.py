"""Tables of counts that another system gave."""

from sqlalchemy import BigInteger, Column, Date, ForeignKey, Text

from sync.collector.store.schema.columns import Moment, Serial, clustered

# Decision 766: a unit's month in the system that keeps the dossiers; importing it again replaces it.
index766_count = clustered(
    "index766_count",
    Column("unit_id", Serial, ForeignKey("unit.unit_id"), primary_key=True, autoincrement=False),
    Column("month", Date, primary_key=True),
    Column("dossiers", BigInteger, nullable=False),
    Column("dissatisfied", BigInteger, nullable=False),
    Column("complained", BigInteger, nullable=False),
    Column("overdue", BigInteger, nullable=False),
    # Any of the three, each dossier once.
    Column("not_satisfied", BigInteger, nullable=False),
    Column("petitions", BigInteger, nullable=False),
    Column("petitions_on_time", BigInteger, nullable=False),
    Column("petitions_bad", BigInteger, nullable=False),
    Column("imported_at", Moment, nullable=False),
    Column("imported_by", Text, nullable=False),
)
