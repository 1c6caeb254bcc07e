"""Held rows: the blocks behind what is shown, and what waits, of a large province; written by the database itself."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from sqlalchemy import Connection

from sync.collector.replica.shown import month_of

_BLOCK = (
    "journal_id, last_seq, series, question, cut_seq, is_kiosks, is_tail, counter_id, unit_id, first_day, first_part, "
    "last_day, last_part, held, n, shown_at, grain, pool_id"
)
_POOL = "m.n * 1000000 + c.unit_id"


def write_held(connection: Connection, series: str, days: Sequence[date], *, is_sqlite: bool) -> None:
    """A block of each counter in each half day, at every fifth counter of two days; tails, pools, and a new half day.

    A month's tails are in a pool of their unit, those of the last month wait; of the day after nothing is cut yet.
    """
    run = connection.exec_driver_sql
    run("CREATE TEMPORARY TABLE of_day (n integer, first date, last date, begins text, part text, grain text)")
    run("CREATE TEMPORARY TABLE of_month (n integer, first date, last date, came date, waits integer)")
    months = sorted({month_of(day) for day in days})
    for row in _spans(days):
        run(f"INSERT INTO of_day VALUES {row}")
    for n, (first, last) in enumerate(months):
        came, waits = min(last, days[-1]), int((first, last) == months[-1])
        run(f"INSERT INTO of_month VALUES ({n}, '{first}', '{last}', '{came}', {waits})")
    _write_blocks(connection, series, is_sqlite=is_sqlite)
    _write_pools(connection, series, is_sqlite=is_sqlite)
    names = "journal_id, counter_id, day, part, survey, question, standing, n"
    new = f"c.counter_id, '{days[-1] + timedelta(days=1)}', 'am', 'sipas-5@1', 'overall', 'counted', 7"
    run(f"INSERT INTO uncut_count ({names}) SELECT {_journal(is_sqlite)}, {new} FROM counter c")


def _spans(days: Sequence[date]) -> Iterator[str]:
    """Rows of half days, and below nought of two days of a week."""
    for n, day in enumerate(days):
        yield f"({2 * n}, '{day}', '{day}', 'am', 'am', 'h')"
        yield f"({2 * n + 1}, '{day}', '{day}', 'pm', 'pm', 'h')"
        if day.weekday() in (0, 2):
            yield f"({-1 - n}, '{day}', '{day + timedelta(days=1)}', 'am', 'pm', 'x')"


def _write_blocks(connection: Connection, series: str, *, is_sqlite: bool) -> None:
    run, journal = connection.exec_driver_sql, _journal(is_sqlite)
    yes, no, shown = ("1", "0", "1") if is_sqlite else ("true", "false", "now()")
    of_it = f"'{series}', 'overall', 1, {yes}"
    run(
        f"INSERT INTO block ({_BLOCK}) SELECT {journal}, 100000 + d.n, {of_it}, {no}, c.counter_id, c.unit_id, "
        f"d.first, d.begins, d.last, d.part, '', 5, {shown}, d.grain, NULL "
        "FROM counter c CROSS JOIN of_day d WHERE (c.counter_id / 5 * 5 = c.counter_id) = (d.n < 0)"
    )
    told = f"CASE WHEN m.waits = 1 THEN NULL ELSE {shown} END, 'h', CASE WHEN m.waits = 1 THEN NULL ELSE {_POOL} END"
    run(
        f"INSERT INTO block ({_BLOCK}) SELECT {journal}, 200000 + m.n, {of_it}, {yes}, c.counter_id, c.unit_id, "
        f"m.came, 'am', m.came, 'am', '', 2, {told} FROM counter c CROSS JOIN of_month m"
    )
    names = "journal_id, last_seq, counter_id, day, part, standing, n1, n2, n3, n4, n5"
    piece = f"INSERT INTO block_piece ({names}) SELECT journal_id, last_seq, counter_id, last_day, last_part"
    run(f"{piece}, 'counted', 1, 1, 1, 1, 1 FROM block")
    run(f"{piece}, 'repeat', 0, 0, 0, 0, 1 FROM block WHERE last_seq / 4 * 4 = last_seq")


def _write_pools(connection: Connection, series: str, *, is_sqlite: bool) -> None:
    run, no = connection.exec_driver_sql, "0" if is_sqlite else "false"
    run(
        "INSERT INTO pool (pool_id, series, question, first, last, unit_id, tells_aside) "
        f"SELECT DISTINCT {_POOL}, '{series}', 'overall', m.first, m.last, c.unit_id, {no} "
        "FROM counter c CROSS JOIN of_month m WHERE m.waits = 0"
    )
    run(
        "INSERT INTO pool_piece (pool_id, counter_id, standing, n) SELECT b.pool_id, b.counter_id, p.standing, 2 "
        "FROM block b JOIN block_piece p ON p.journal_id = b.journal_id AND p.last_seq = b.last_seq "
        "WHERE b.pool_id IS NOT NULL"
    )


def _journal(is_sqlite: bool) -> str:
    """A journal of each counter."""
    begins = "'3f2504e0-4f89-41d3-9a0c-'"
    if is_sqlite:
        return f"{begins} || substr('000000000000' || c.counter_id, -12)"
    return f"({begins} || lpad(c.counter_id::text, 12, '0'))::uuid"
