"""Shown: what is shown of counters and units, held against the sums of the blocks that are shown.

Month by month, for no block that counts in shorter spans crosses the end of one; the database adds up and compares,
so nothing of it is held here. What was told before there were blocks has none to be held against: up to the month of
the last of it more may be shown than blocks hold, never less.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import Connection, text

from kiosk.domain.visit.rating import Standing
from sync.collector.proof.told.months import check_month
from sync.collector.proof.told.names import check_streams
from sync.collector.proof.told.pools import check_pools
from sync.collector.proof.told.recorded import Before, check_recorded
from sync.collector.proof.told.served import check_served
from sync.collector.proof.told.unions import check_unions
from sync.collector.proof.wrong import What, Wrong
from sync.collector.replica.outgoing.demonstration import is_demonstrated, spans_of
from sync.collector.replica.outgoing.pools import held_by_pools
from sync.collector.replica.outgoing.sums import HELD, OF_COUNTER, OF_UNIT
from sync.collector.replica.shown import LEVEL_NAMES, month_after
from sync.collector.replica.tally import ASIDE, COUNTED

_LEVELS = ", ".join(LEVEL_NAMES)
_ENDS = "journal_id, series, question, counter_id, unit_id, first_day AS day, first_part, last_day, last_part"
_BLOCKS = (
    f"SELECT {_ENDS}, last_seq, is_suspect FROM block "  # noqa: S608
    "WHERE shown_at IS NOT NULL AND pool_id IS NULL AND first_day BETWEEN :first AND :last"
)
_UNIONS = f"SELECT {_ENDS}, {_LEVELS} FROM aside_union WHERE is_told AND first_day BETWEEN :first AND :last"  # noqa: S608
_TABLES = ("segment", "rating", "tally", "reason_tally", "uncut_count", "block", "block_piece", "block_reason")


def check_shown(connection: Connection, first: date, last: date, least: int) -> list[Wrong]:
    """The first thing that does not hold of what is shown of the month from ``first`` to ``last``: of each kind.

    ``least`` is how many ratings are told together by the settings. Of a demonstration, which shows everything at once,
    nothing of that is looked at.
    """
    days = _days(connection, first, last)
    if is_demonstrated(connection):
        return list(check_month(connection, first))
    told = told_until(connection)
    said = blocks_said(connection.dialect.name) if told is not None and first <= told else None
    return [
        *_counters(connection, days), *_units(connection, days), *_set_aside(connection, days),
        *check_unions(connection, days, least), *check_pools(connection, first, days, least),
        *check_recorded(connection, days, said), *check_served(connection, days), *check_streams(connection, days),
        *check_month(connection, first),
    ]  # fmt: skip


def check_before(connection: Connection, first: date, last: date, before: Before) -> Iterator[Wrong]:
    """The same of what counts in a month in which anything was told before there were blocks, with those before it.

    To be asked of each from the first one on.
    """
    told = told_until(connection)
    if told is not None and first <= told and not is_demonstrated(connection):
        said = blocks_said(connection.dialect.name)
        yield from before.check(connection, _days(connection, first, last), said, is_last=told <= last)


def months_shown(connection: Connection, since: date | None = None) -> list[tuple[date, date]]:
    """The first and the last day of every month of which anything is shown, or of those from ``since`` on."""
    ends = [
        day
        for table, day in (
            ("shown_count", "first"),
            ("tally", "day"),
            ("served_count", "first"),
            ("closed_month", "month"),
        )
        for day in connection.execute(text(f"SELECT min({day}), max({day}) FROM {table}")).one()  # noqa: S608
        if day is not None
    ]
    if not ends:
        return []
    found, month = [], max(_day(min(ends)), since or date.min).replace(day=1)
    while month <= _day(max(ends)):
        after = month_after(month)
        found.append((month, date.fromordinal(after.toordinal() - 1)))
        month = after
    return found


def strange_journals(connection: Connection) -> list[Wrong]:
    """Tables with rows of a journal that is not there."""
    found = []
    for table in _TABLES:
        for journal_id in _journals_in(connection, table):
            wanted = text("SELECT 1 FROM journal WHERE journal_id = :wanted")
            if connection.execute(wanted, {"wanted": journal_id}).first() is None:
                found.append(Wrong(What.JOURNAL_INVENTED, table=table))
                break
    return found


def blocks_said(dialect: str) -> str:
    """What the shown blocks, the unions of what they set aside and the pools hold, in every row in which it counts."""
    pools = held_by_pools("q.first BETWEEN :first AND :last")
    of_month = f"series, question, stream, 'm', first, last, '', -unit_id, unit_id, {_LEVELS}"
    told = f"SELECT u.*, '{ASIDE}' AS stream FROM ({_in_rows('told', _LEVELS)}) AS u"  # noqa: S608
    names = f"series AS survey, question, stream, grain, first, last, part, counter_id, unit_id, {_LEVELS}"
    return (
        f"WITH marked AS ({_marked(dialect, _BLOCKS)}), told AS ({_marked(dialect, _UNIONS)}), "  # noqa: S608
        f"outgoing AS ({_in_rows('marked', 'last_seq, is_suspect, 1 AS sign')}), "
        f"said AS (SELECT {names} FROM ({HELD}) AS h UNION ALL SELECT {names} FROM ({told}) AS t "
        f"UNION ALL SELECT {of_month} FROM ({pools}) AS p)"
    )


def _counters(connection: Connection, days: dict[str, Any]) -> Iterator[Wrong]:
    names = ", ".join(OF_COUNTER)
    kept = "FROM shown_count WHERE first BETWEEN :first AND :last"
    for row in _differing(connection, names, "FROM said", kept, days):
        yield Wrong(
            What.SHOWN_WRONG, place=_counter(connection, row.counter_id), first=str(row.first), last=str(row.last)
        )


def _units(connection: Connection, days: dict[str, Any]) -> Iterator[Wrong]:
    names = ", ".join(OF_UNIT)
    kept = "FROM shown_unit_count WHERE first BETWEEN :first AND :last"
    for row in _differing(connection, names, "FROM said WHERE grain <> 'h'", kept, days):
        yield Wrong(What.UNITS_WRONG, place=_unit(connection, row.unit_id), first=str(row.first), last=str(row.last))
    moved = text(
        "SELECT b.unit_id, b.first_day AS first, b.last_day AS last FROM block b JOIN counter c ON "
        "c.counter_id = b.counter_id WHERE b.shown_at IS NOT NULL AND b.pool_id IS NULL AND c.unit_id <> b.unit_id "
        "AND b.first_day BETWEEN :first AND :last ORDER BY b.journal_id, b.last_seq LIMIT 1"
    )
    for row in connection.execute(moved, days):
        yield Wrong(What.UNITS_WRONG, place=_unit(connection, row.unit_id), first=str(row.first), last=str(row.last))


def _set_aside(connection: Connection, days: dict[str, Any]) -> Iterator[Wrong]:
    """Unions that are not the sum of what their blocks set aside."""
    aside = f"p.standing NOT IN ('{COUNTED}', '{Standing.SUSPECT}')"
    differs = " OR ".join(f"coalesce(sum(p.{name}), 0) <> u.{name}" for name in LEVEL_NAMES)
    kept = ", ".join(f"u.{name}" for name in LEVEL_NAMES)
    found = text(
        f"SELECT u.last_seq FROM aside_union u LEFT JOIN block b ON b.journal_id = u.journal_id "  # noqa: S608
        f"AND b.series = u.series AND b.question = u.question AND b.union_seq = u.first_seq "
        f"AND b.shown_at IS NOT NULL AND b.pool_id IS NULL LEFT JOIN block_piece p ON p.journal_id = b.journal_id "
        f"AND p.last_seq = b.last_seq AND {aside} WHERE u.first_day BETWEEN :first AND :last "
        f"GROUP BY u.journal_id, u.series, u.question, u.first_seq, u.last_seq, {kept} HAVING {differs} LIMIT 1"
    )
    for row in connection.execute(found, days):
        yield Wrong(What.UNION_WRONG, first=row.last_seq)


def _differing(connection: Connection, names: str, said: str, kept: str, days: dict[str, Any]) -> Any:
    """The first row in which something else is kept than blocks say."""
    less = ", ".join(f"-{name}" for name in LEVEL_NAMES)
    told = told_until(connection)
    other = ">" if told is not None and _day(days["first"]) <= told else "<>"
    differs = " OR ".join(f"sum({name}) {other} 0" for name in LEVEL_NAMES)
    statement = (
        f"{blocks_said(connection.dialect.name)} SELECT {names} FROM "  # noqa: S608
        f"(SELECT {names}, {_LEVELS} {said} UNION ALL SELECT {names}, {less} {kept}) AS every "
        f"GROUP BY {names} HAVING {differs} ORDER BY {names} LIMIT 1"
    )
    return connection.execute(text(statement), days).all()


def told_until(connection: Connection) -> date | None:
    """The last day of which something was told before there were blocks; None where nothing was."""
    near = text(
        "SELECT max(r.day) FROM cut_state c JOIN rating r ON r.journal_id = c.journal_id "
        "AND r.seq BETWEEN c.begun_seq - 100 AND c.begun_seq - 1 WHERE c.begun_seq > 1"
    )
    found = connection.execute(near).scalar_one()
    return None if found is None else _day(found)


def _marked(dialect: str, source: str) -> str:
    """Blocks or unions with the week and the month in which they begin, and the shortest span that holds them."""
    _, _, week, month = spans_of(dialect)
    grain = (
        "CASE WHEN m.day = m.last_day AND m.first_part = m.last_part THEN 'h' WHEN m.day = m.last_day THEN 'd' "
        "WHEN m.last_day <= m.week_last THEN 'x' WHEN m.last_day <= m.month_last THEN 'y' ELSE 'z' END"
    )
    return (
        f"SELECT m.*, {grain} AS grain FROM (SELECT s.*, {week[0]} AS week_first, {week[1]} AS week_last, "  # noqa: S608
        f"{month[0]} AS month_first, {month[1]} AS month_last FROM ({source}) AS s) AS m"
    )


def _in_rows(source: str, more: str) -> str:
    """Each of them in every row in which it is added up."""
    place = "coalesce(counter_id, -unit_id)" if source == "marked" else "counter_id"
    said = f"journal_id, series, question, {place} AS counter_id, unit_id, {more}"
    rows = (
        ("grain", "day", "last_day", "CASE WHEN grain = 'h' THEN first_part ELSE '' END", "TRUE"),
        ("'d'", "day", "day", "''", "grain = 'h'"),
        ("'w'", "week_first", "week_last", "''", "grain IN ('h', 'd', 'x')"),
        ("'m'", "month_first", "month_last", "''", "grain <> 'z'"),
    )
    return " UNION ALL ".join(
        f"SELECT {said}, {grain} AS grain, {first} AS first, {last} AS last, {part} AS part FROM {source} WHERE {where}"  # noqa: S608
        for grain, first, last, part, where in rows
    )


def _journals_in(connection: Connection, table: str) -> Iterator[str]:
    """Each journal of which the table has rows; one look into its key for each."""
    after = "" if connection.dialect.name == "sqlite" else "00000000-0000-0000-0000-000000000000"
    wanted = text(
        f"SELECT journal_id FROM {table} WHERE journal_id > :after ORDER BY journal_id LIMIT 1"  # noqa: S608
    )
    while (found := connection.execute(wanted, {"after": after}).scalar_one_or_none()) is not None:
        after = str(found)
        yield after


def _counter(connection: Connection, counter_id: int) -> str:
    if counter_id <= 0:
        return _unit(connection, -counter_id)
    code = text("SELECT code FROM counter WHERE counter_id = :wanted")
    return str(connection.execute(code, {"wanted": counter_id}).scalar_one_or_none() or counter_id)


def _unit(connection: Connection, unit_id: int) -> str:
    code = text("SELECT code FROM unit WHERE unit_id = :wanted")
    return str(connection.execute(code, {"wanted": unit_id}).scalar_one_or_none() or unit_id)


def _days(connection: Connection, first: date, last: date) -> dict[str, Any]:
    if connection.dialect.name == "postgresql":
        return {"first": first, "last": last}
    return {"first": first.isoformat(), "last": last.isoformat()}


def _day(found: Any) -> date:
    return found if isinstance(found, date) else date.fromisoformat(found)
