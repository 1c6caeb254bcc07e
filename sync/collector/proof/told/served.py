"""Served: participation is made of the transactions that were typed in last and of the visits that were rated.

A day's row moves with a release after something was typed in or pressed, so of a day with ratings that wait for their
block fewer may stand there, and of one that is due (``served_due``) anything may. Weeks and months are their days.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, text

from sync.collector.proof.wrong import What, Wrong
from sync.collector.replica.outgoing.demonstration import spans_of
from sync.collector.replica.served import FIGURES
from sync.collector.replica.shown import DAY
from sync.collector.replica.tally import COUNTED

_IN = "BETWEEN :first AND :last"
_DAYS = f"""
    WITH every_count AS (
        SELECT counter_id, day, n, received_at AS at, seq FROM transaction_count WHERE day {_IN}
        UNION ALL SELECT counter_id, day, n, typed_at, typed_id FROM typed_count WHERE day {_IN}
    ), newest AS (
        SELECT counter_id, day, n, row_number() OVER (PARTITION BY counter_id, day ORDER BY at DESC, seq DESC) AS age
        FROM every_count
    ), question AS (
        SELECT counter_id, day, survey, question, sum(n) AS n FROM tally WHERE day {_IN} AND standing = '{COUNTED}'
        GROUP BY counter_id, day, survey, question
    ), visit AS (
        SELECT counter_id, day, survey, max(n) AS n FROM question GROUP BY counter_id, day, survey
    ), open AS (
        SELECT counter_id, day FROM uncut_count WHERE day {_IN} AND n <> 0
        UNION SELECT p.counter_id, p.day FROM block b JOIN block_piece p ON p.journal_id = b.journal_id
        AND p.last_seq = b.last_seq WHERE b.grain IS NULL AND p.day {_IN}
    ), due AS (
        SELECT counter_id, day FROM tally WHERE served_due AND day {_IN}
        UNION SELECT counter_id, day FROM transaction_count WHERE served_due AND day {_IN}
    ), every AS (
        SELECT counter_id, day, n AS transactions, 1 AS known, 0 AS ratings, 0 AS open, 0 AS due, 0 AS rows,
        0 AS kept_n, 0 AS kept_known, 0 AS kept_ratings, 0 AS days FROM newest WHERE age = 1
        UNION ALL SELECT counter_id, day, 0, 0, n, 0, 0, 0, 0, 0, 0, 0 FROM visit
        UNION ALL SELECT counter_id, day, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0 FROM open
        UNION ALL SELECT counter_id, day, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0 FROM due
        UNION ALL SELECT counter_id, first, 0, 0, 0, 0, 0, 1, transactions, known, ratings, days FROM served_count
        WHERE grain = '{DAY}' AND first {_IN}
    ), one AS (
        SELECT counter_id, day, sum(transactions) AS transactions, sum(known) AS known, sum(ratings) AS ratings,
        max(open) AS open, max(due) AS due, sum(rows) AS rows, sum(kept_n) AS kept_n, sum(kept_known) AS kept_known,
        sum(kept_ratings) AS kept_ratings, sum(days) AS days FROM every GROUP BY counter_id, day
    )
    SELECT counter_id, day FROM one
    WHERE due = 0 AND (kept_n <> transactions OR kept_known <> known OR days <> rows OR kept_ratings > known * ratings
    OR (kept_ratings < known * ratings AND open = 0) OR (rows = 0 AND (known > 0 OR (ratings > 0 AND open = 0)))
    OR (rows > 0 AND known = 0 AND ratings = 0 AND open = 0))
    ORDER BY counter_id, day LIMIT 1
"""  # noqa: S608
_SPAN = """
    SELECT counter_id, day FROM (
        SELECT s.counter_id, {first} AS day, {sums} FROM (
            SELECT c.*, c.first AS day FROM served_count c WHERE c.grain = 'd' AND c.first BETWEEN :first AND :last
        ) AS s
        UNION ALL SELECT counter_id, first, {less} FROM served_count
        WHERE grain = '{grain}' AND first BETWEEN :first AND :last
    ) AS every GROUP BY counter_id, day HAVING {differs} ORDER BY counter_id, day LIMIT 1
"""


def check_served(connection: Connection, days: dict[str, Any]) -> Iterator[Wrong]:
    """The first counter and day of these whose participation is made of something else."""
    for statement in (_DAYS, *_spans(connection.dialect.name)):
        for row in connection.execute(text(statement), days):
            code = text("SELECT code FROM counter WHERE counter_id = :wanted")
            place = connection.execute(code, {"wanted": row.counter_id}).scalar_one_or_none()
            yield Wrong(What.SERVED_WRONG, place=str(place or row.counter_id), day=str(row.day))


def _spans(dialect: str) -> Iterator[str]:
    for first, _, grain, _ in spans_of(dialect)[2:]:
        yield _SPAN.format(
            first=first,
            grain=grain,
            sums=", ".join(f"s.{name}" for name in FIGURES),
            less=", ".join(f"-{name}" for name in FIGURES),
            differs=" OR ".join(f"sum({name}) <> 0" for name in FIGURES),
        )
