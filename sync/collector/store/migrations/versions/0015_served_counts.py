"""Transactions served beside the ratings of their days, by day, week and month: a page of a year read every day's."""

import sqlalchemy as sa
from alembic import op

from sync.collector.store.schema import Serial

revision = "0015"
down_revision = "0014"

_KEY = ["survey", "question", "grain", "first", "counter_id"]
_FIGURES = ["ratings", "transactions", "known", "days"]
_NAMES = ", ".join([*_KEY, *_FIGURES])
_TYPED = f"""
    INSERT INTO served_count ({_NAMES})
    SELECT '', '', 'd', t.day, t.counter_id, 0, t.n, 1, 1 FROM (
        SELECT counter_id, day, n,
               row_number() OVER (PARTITION BY counter_id, day ORDER BY received_at DESC, seq DESC) AS age
        FROM transaction_count
    ) AS t WHERE t.age = 1
"""  # noqa: S608
_RATED = f"""
    INSERT INTO served_count ({_NAMES})
    SELECT s.survey, s.question, 'd', s.first, s.counter_id,
           CASE WHEN t.known = 1 THEN s.n ELSE 0 END, 0, 0, CASE WHEN t.known = 1 THEN 0 ELSE 1 END
    FROM (
        SELECT survey, question, first, counter_id, sum(n1 + n2 + n3 + n4 + n5) AS n FROM shown_count
        WHERE stream = 'counted' AND grain = 'd' GROUP BY survey, question, first, counter_id
    ) AS s LEFT JOIN served_count AS t
      ON t.survey = '' AND t.question = '' AND t.grain = 'd' AND t.first = s.first AND t.counter_id = s.counter_id
"""  # noqa: S608
_STARTS = {
    "sqlite": {"w": "date(first, 'weekday 0', '-6 days')", "m": "date(first, 'start of month')"},
    "postgresql": {"w": "date_trunc('week', first)::date", "m": "date_trunc('month', first)::date"},
}


def upgrade() -> None:
    """One table, filled from what was typed in and what is shown."""
    op.create_table(
        "served_count",
        sa.Column("survey", sa.String(length=60), nullable=False),
        sa.Column("question", sa.String(length=40), nullable=False),
        sa.Column("grain", sa.String(length=1), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("counter_id", Serial, nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in _FIGURES),
        sa.PrimaryKeyConstraint(*_KEY, name="pk_served_count"),
        sqlite_with_rowid=False,
    )
    run = op.get_bind().exec_driver_sql
    run(_TYPED)
    run(_RATED)
    for grain, start in _STARTS[op.get_bind().dialect.name].items():
        sums = ", ".join(f"sum({name})" for name in _FIGURES)
        run(
            f"INSERT INTO served_count ({_NAMES}) SELECT survey, question, '{grain}', {start}, counter_id, {sums} "  # noqa: S608
            f"FROM served_count WHERE grain = 'd' GROUP BY survey, question, {start}, counter_id"
        )
