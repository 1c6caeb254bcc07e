"""Demonstration: everything is shown at once, straight from the tallies; every page says that it is one.

Nothing waits for a cut then, and nothing is protected: for a database in which nobody has really pressed anything.
"""

from sqlalchemy import Connection, delete, func, insert, select, text, update

from sync.collector.errors import NotAllowed
from sync.collector.replica.outgoing.pools import add_pools
from sync.collector.replica.outgoing.sums import OF_COUNTER, OF_UNIT
from sync.collector.replica.shown import DAY, HALF, LEVEL_NAMES, MONTH, WEEK
from sync.collector.replica.tally import ASIDE, COUNTED, REASON
from sync.collector.store.schema import (
    aside_union,
    audit,
    block,
    cut_state,
    demonstration,
    journal,
    pool,
    shown_count,
    shown_stream,
    shown_unit_count,
)

_LEVELS = ", ".join(f"CASE WHEN t.level = {level} THEN t.n ELSE 0 END AS n{level}" for level in range(1, 6))
_KNOWN = "LEFT JOIN series_version v ON v.survey = t.survey AND v.question = t.question WHERE t.n > 0"
_PLACE = "coalesce(v.series, t.survey) AS survey, t.question, t.counter_id, t.day, t.part"
_SAID = f"""
    SELECT {_PLACE}, '{COUNTED}' AS stream, {_LEVELS} FROM tally t {_KNOWN} AND t.standing = '{COUNTED}'
    UNION ALL
    SELECT {_PLACE}, '{ASIDE}', {_LEVELS} FROM tally t {_KNOWN} AND t.standing <> '{COUNTED}'
    UNION ALL
    SELECT {_PLACE}, t.standing, t.n, 0, 0, 0, 0 FROM tally t {_KNOWN} AND t.standing <> '{COUNTED}'
    UNION ALL
    SELECT {_PLACE}, '{REASON}' || t.reason, t.n, 0, 0, 0, 0 FROM reason_tally t {_KNOWN} AND t.standing = '{COUNTED}'
"""  # noqa: S608
_MONDAY = {"sqlite": "date(s.day, 'weekday 0', '-6 days')", "postgresql": "date_trunc('week', s.day)::date"}
_SUNDAY = {"sqlite": "date(s.day, 'weekday 0')", "postgresql": "date_trunc('week', s.day)::date + 6"}
_FIRST = {"sqlite": "date(s.day, 'start of month')", "postgresql": "date_trunc('month', s.day)::date"}
_LAST = {
    "sqlite": "date(s.day, 'start of month', '+1 month', '-1 day')",
    "postgresql": "(date_trunc('month', s.day) + interval '1 month')::date - 1",
}
_GREATEST, _LEAST = {"sqlite": "max", "postgresql": "greatest"}, {"sqlite": "min", "postgresql": "least"}


def require_nothing_told(connection: Connection) -> None:
    """Let no demonstration begin where anything was told before there were blocks.

    It ends with every block being told anew; what was told before them is in none and would be gone. Nor is such a
    database one in which nobody has really pressed anything. Raises NotAllowed.
    """
    told = connection.execute(select(cut_state.c.begun_seq).where(cut_state.c.begun_seq > 1).limit(1)).first()
    if told is not None and not is_demonstrated(connection):
        raise NotAllowed(
            "this database shows numbers from before there were blocks, which a demonstration would take away for "
            "good: show another one, which this makes: collector demo-data"
        )


def show_everything(connection: Connection) -> None:
    """Show what the tallies say now."""
    mark = _mark(connection)
    _show_nothing(connection)
    connection.execute(insert(demonstration).values(row_id=1, mark=mark))
    for first, last, grain, part in spans_of(connection.dialect.name):
        _add_up(connection, grain, first, last, part)
    streams = f"INSERT INTO shown_stream (survey, question, stream) SELECT DISTINCT survey, question, stream FROM ({_SAID}) AS s"  # noqa: S608, E501
    connection.execute(text(streams))


def is_whole(connection: Connection) -> bool:
    """Whether everything is shown, as the tallies have it by now."""
    return bool(connection.execute(select(demonstration.c.mark)).scalar_one_or_none() == _mark(connection))


def is_demonstrated(connection: Connection) -> bool:
    """Whether everything is shown at once."""
    return connection.execute(select(demonstration.c.row_id)).first() is not None


def end_demonstration(connection: Connection) -> None:
    """Show nothing any more but the pools, which are as they were; every block goes out anew."""
    _show_nothing(connection)
    connection.execute(delete(aside_union))
    connection.execute(update(block).where(block.c.pool_id.is_(None)).values(grain=None, shown_at=None, union_seq=None))
    add_pools(connection, list(connection.execute(select(pool.c.pool_id)).scalars()))


def _show_nothing(connection: Connection) -> None:
    for table in (shown_count, shown_unit_count, shown_stream, demonstration):
        connection.execute(delete(table))


def _mark(connection: Connection) -> str:
    """What changes with whatever comes in, and with whatever somebody decides or moves."""
    entries = connection.execute(select(func.coalesce(func.sum(journal.c.next_seq), 0))).scalar_one()
    acts = connection.execute(select(func.coalesce(func.max(audit.c.audit_id), 0))).scalar_one()
    return f"{entries} {acts}"


def spans_of(dialect: str) -> list[tuple[str, str, str, str]]:
    """For half days ``s.day``, ``s.part``: the first and the last day of each row, its grain and its part."""
    monday, sunday, first, last = (each[dialect] for each in (_MONDAY, _SUNDAY, _FIRST, _LAST))
    week = f"{_GREATEST[dialect]}({monday}, {first})", f"{_LEAST[dialect]}({sunday}, {last})"
    return [
        ("s.day", "s.day", HALF, "s.part"),
        ("s.day", "s.day", DAY, "''"),
        (*week, WEEK, "''"),
        (first, last, MONTH, "''"),
    ]


def _add_up(connection: Connection, grain: str, first: str, last: str, part: str) -> None:
    sums = ", ".join(f"sum(s.{name})" for name in LEVEL_NAMES)
    said = f"s.survey, s.question, s.stream, '{grain}', {first}, {last}"
    by = f"s.survey, s.question, s.stream, {first}, {last}"
    into = ", ".join((*OF_COUNTER, *LEVEL_NAMES))
    connection.execute(
        text(
            f"INSERT INTO shown_count ({into}) SELECT {said}, {part}, s.counter_id, {sums} FROM ({_SAID}) AS s "  # noqa: S608
            f"GROUP BY {by}, s.counter_id{'' if part != 's.part' else ', s.part'}"
        )
    )
    if grain != HALF:
        into = ", ".join((*OF_UNIT, *LEVEL_NAMES))
        connection.execute(
            text(
                f"INSERT INTO shown_unit_count ({into}) SELECT {said}, c.unit_id, {sums} FROM ({_SAID}) AS s "  # noqa: S608
                f"JOIN counter c ON c.counter_id = s.counter_id GROUP BY {by}, c.unit_id"
            )
        )
