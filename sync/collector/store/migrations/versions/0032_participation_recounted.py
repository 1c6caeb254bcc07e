"""Participation is counted anew from transactions and tallies: earlier versions left days as they once were."""

from alembic import op

revision = "0032"
down_revision = "0029"

_SPANS = {
    "sqlite": {"w": "max(date(first, 'weekday 0', '-6 days'), date(first, 'start of month'))",
               "m": "date(first, 'start of month')"},
    "postgresql": {"w": "greatest(date_trunc('week', first), date_trunc('month', first))::date",
                   "m": "date_trunc('month', first)::date"},
}  # fmt: skip
_NAMES = "grain, first, counter_id, ratings, transactions, known, days"
_TYPED = """
    SELECT counter_id, day, n, row_number() OVER (PARTITION BY counter_id, day ORDER BY at DESC, seq DESC) AS age FROM (
        SELECT counter_id, day, n, received_at AS at, seq FROM transaction_count
        UNION ALL SELECT counter_id, day, n, typed_at, typed_id FROM typed_count
    ) AS every_count
"""
_VISITS = """
    SELECT counter_id, day, survey, max(n) AS n FROM (
        SELECT counter_id, day, survey, question, sum(n) AS n FROM tally WHERE standing = 'counted'
        GROUP BY counter_id, day, survey, question
    ) AS by_question GROUP BY counter_id, day, survey HAVING max(n) > 0
"""
_DAYS = f"""
    INSERT INTO served_count ({_NAMES})
    SELECT 'd', day, counter_id, max(known) * sum(ratings), sum(transactions), max(known), 1 FROM (
        SELECT counter_id, day, 0 AS ratings, n AS transactions, 1 AS known FROM ({_TYPED}) AS typed WHERE age = 1
        UNION ALL SELECT counter_id, day, n, 0, 0 FROM ({_VISITS}) AS rated
    ) AS of_day GROUP BY counter_id, day
"""  # noqa: S608


def upgrade() -> None:
    """Every day as ``sync.collector.replica.served`` has it; weeks and months are their days."""
    run = op.get_bind().exec_driver_sql
    run("DELETE FROM served_count")
    run(_DAYS)
    for grain, first in _SPANS[op.get_bind().dialect.name].items():
        run(
            f"INSERT INTO served_count ({_NAMES}) SELECT '{grain}', {first}, counter_id, sum(ratings), "  # noqa: S608
            f"sum(transactions), sum(known), sum(days) FROM served_count WHERE grain = 'd' GROUP BY {first}, counter_id"
        )
