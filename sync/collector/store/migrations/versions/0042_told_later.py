"""Told later: of months before blocks, how many ratings recorded up to a month's end were told after it."""

import sqlalchemy as sa
from alembic import op

from sync.collector.store.schema import Serial

revision = "0042"
down_revision = "0041"

_MONTH = {"sqlite": "date(day, 'start of month')", "postgresql": "date_trunc('month', day)::date"}
_MORE = """
    WITH every AS (
        SELECT counter_id, {month} AS month, sum(n) AS n FROM tally WHERE standing = 'counted' GROUP BY 1, 2
        UNION ALL SELECT counter_id, {month}, -n FROM remainder WHERE standing = 'counted'
        UNION ALL SELECT counter_id, {month}, -n FROM uncut_count WHERE standing = 'counted'
        UNION ALL SELECT counter_id, first, -(n1 + n2 + n3 + n4 + n5) FROM shown_count
        WHERE grain = 'm' AND stream = 'counted'
    )
    INSERT INTO told_later (month, counter_id, n) SELECT m.month, e.counter_id, sum(e.n) FROM every e
    JOIN (SELECT DISTINCT month FROM every) m ON e.month <= m.month GROUP BY m.month, e.counter_id HAVING sum(e.n) <> 0
"""


def upgrade() -> None:
    """Filled where no block was made yet, which is where the database comes from before blocks."""
    op.create_table(
        "told_later",
        sa.Column("month", sa.Date, nullable=False),
        sa.Column("counter_id", Serial, nullable=False, autoincrement=False),
        sa.Column("n", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("month", "counter_id", name="pk_told_later"),
        sqlite_with_rowid=False,
    )
    connection = op.get_bind()
    if connection.exec_driver_sql("SELECT 1 FROM block LIMIT 1").first() is None:
        connection.exec_driver_sql(_MORE.format(month=_MONTH[connection.dialect.name]))
