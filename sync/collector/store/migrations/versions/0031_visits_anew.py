"""Visits anew: who took part is counted once more for every day, as decisions and late ratings left it.

Until now a day was added up again only when its transactions were typed in or its blocks brought out. And what waits at
a counter because it is told in a pool is found by the counter.
"""

from alembic import op

revision = "0031"
down_revision = "0030"

_NAMES = "grain, first, counter_id, ratings, transactions, known, days"
_TYPED = """
    SELECT counter_id, day, 0 AS ratings, n AS transactions, 1 AS known FROM (
        SELECT counter_id, day, n, row_number() OVER (PARTITION BY counter_id, day ORDER BY at DESC, seq DESC) AS age
        FROM (
            SELECT counter_id, day, n, received_at AS at, seq FROM transaction_count
            UNION ALL
            SELECT counter_id, day, n, typed_at, typed_id FROM typed_count
        ) e
    ) a WHERE age = 1
"""
_RATED = """
    SELECT counter_id, day, max(n) AS ratings, 0 AS transactions, 0 AS known FROM (
        SELECT counter_id, day, survey, sum(n) AS n FROM tally WHERE standing = 'counted'
        GROUP BY counter_id, day, survey, question
    ) q GROUP BY counter_id, day, survey HAVING max(n) > 0
"""
_DAYS = f"""
    INSERT INTO served_count ({_NAMES})
    SELECT 'd', day, counter_id, CASE WHEN max(known) = 1 THEN sum(ratings) ELSE 0 END, sum(transactions), max(known), 1
    FROM ({_TYPED} UNION ALL {_RATED}) d GROUP BY day, counter_id
"""  # noqa: S608
_SPANS = {
    "sqlite": {"w": "max(date(first, 'weekday 0', '-6 days'), date(first, 'start of month'))",
               "m": "date(first, 'start of month')"},
    "postgresql": {"w": "greatest(date_trunc('week', first), date_trunc('month', first))::date",
                   "m": "date_trunc('month', first)::date"},
}  # fmt: skip


def upgrade() -> None:
    """Add up the days from what was typed in and the tallies, and weeks and months from the days."""
    op.create_index("ix_pool_piece_counter_id", "pool_piece", ["counter_id"])
    connection = op.get_bind()
    connection.exec_driver_sql("DELETE FROM served_count")
    connection.exec_driver_sql(_DAYS)
    for grain, first in _SPANS[connection.dialect.name].items():
        connection.exec_driver_sql(
            f"INSERT INTO served_count ({_NAMES}) SELECT '{grain}', {first}, counter_id, sum(ratings), "  # noqa: S608
            f"sum(transactions), sum(known), sum(days) FROM served_count WHERE grain = 'd' GROUP BY {first}, counter_id"
        )
