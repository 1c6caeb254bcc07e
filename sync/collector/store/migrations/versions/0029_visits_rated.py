"""Visits rated: a visit takes part once, whichever survey asked, and no question has rows of its own."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from sync.collector.store.schema import Serial

revision = "0029"
down_revision = "0027"

_NAMES = "grain, first, counter_id, ratings, transactions, known, days"
# The survey of a series: "sipas-5" of "sipas-5:12345"; one that was not known stands for itself.
_SURVEY = {
    "sqlite": "substr(survey, 1, instr(survey || ':', ':') - 1)",
    "postgresql": "split_part(survey, ':', 1)",
}
_SPANS = {
    "sqlite": {"w": "max(date(first, 'weekday 0', '-6 days'), date(first, 'start of month'))",
               "m": "date(first, 'start of month')"},
    "postgresql": {"w": "greatest(date_trunc('week', first), date_trunc('month', first))::date",
                   "m": "date_trunc('month', first)::date"},
}  # fmt: skip


def upgrade() -> None:
    """The days of all questions become one row each; weeks and months are added up from them."""
    dialect = op.get_bind().dialect.name
    op.rename_table("served_count", "old_served_count")
    if dialect == "postgresql":
        # It keeps a key's name when its table is renamed.
        op.execute("ALTER TABLE old_served_count RENAME CONSTRAINT pk_served_count TO old_pk_served_count")
    _make_table()
    _take_over(_SURVEY[dialect])
    for grain, first in _SPANS[dialect].items():
        op.get_bind().exec_driver_sql(
            f"INSERT INTO served_count ({_NAMES}) SELECT '{grain}', {first}, counter_id, sum(ratings), "  # noqa: S608
            f"sum(transactions), sum(known), sum(days) FROM served_count WHERE grain = 'd' GROUP BY {first}, counter_id"
        )
    op.drop_table("old_served_count")


def _make_table() -> None:
    keys: list[tuple[str, Any]] = [("grain", sa.String(1)), ("first", sa.Date), ("counter_id", Serial)]
    figures = [(name, sa.BigInteger) for name in ("ratings", "transactions", "known", "days")]
    columns = [sa.Column(name, kind, nullable=False) for name, kind in (*keys, *figures)]
    key = sa.PrimaryKeyConstraint(*(name for name, _ in keys), name="pk_served_count")
    op.create_table("served_count", *columns, key, sqlite_with_rowid=False)


def _take_over(survey: str) -> None:
    """Of each survey the question that was answered most, of all surveys the sum."""
    days = "FROM old_served_count WHERE grain = 'd' AND survey"
    typed = f"SELECT first, counter_id, 0 AS ratings, transactions, known {days} = ''"
    by_question = (
        f"SELECT first, counter_id, {survey} AS asked, sum(ratings) AS ratings {days} <> '' "
        f"GROUP BY first, counter_id, {survey}, question"
    )
    rated = f"SELECT first, counter_id, max(ratings), 0, 0 FROM ({by_question}) q GROUP BY first, counter_id, asked"  # noqa: S608
    op.get_bind().exec_driver_sql(
        f"INSERT INTO served_count ({_NAMES}) SELECT 'd', first, counter_id, sum(ratings), sum(transactions), "  # noqa: S608
        f"max(known), 1 FROM ({typed} UNION ALL {rated}) e GROUP BY first, counter_id"
    )
