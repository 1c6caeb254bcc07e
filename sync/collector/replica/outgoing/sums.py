"""Sums: what blocks hold, added to what is shown of their counters and units by the database itself."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, literal, select, text

from sync.collector.replica.shown import LEVEL_NAMES, Ends, place_of, rows_of
from sync.collector.replica.tally import ASIDE, COUNTED, REASON
from sync.collector.store.bulk import insert_rows
from sync.collector.store.schema import block, outgoing, shown_count, shown_stream, shown_unit_count

_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('hailong release'))")
SUSPECT = "suspect"
BLOCK: tuple[Any, ...] = (
    block.c.journal_id, block.c.last_seq, block.c.series, block.c.question, block.c.counter_id, block.c.unit_id,
    block.c.first_day, block.c.first_part, block.c.last_day, block.c.last_part, block.c.is_suspect, block.c.is_tail,
    block.c.n, block.c.fault, block.c.grain, block.c.shown_at, block.c.pool_id,
    block.c.union_seq,
)  # fmt: skip
"""What is to be known of a block."""
_NAMES = ("journal_id", "last_seq", "grain", "series", "question", "first", "last", "part", "counter_id", "unit_id",
          "is_suspect", "sign")  # fmt: skip
_STREAM = ("survey", "question", "stream")
OF_COUNTER = (*_STREAM, "grain", "first", "last", "part", "counter_id")
OF_UNIT = (*_STREAM, "grain", "first", "last", "unit_id")
_LEVELS = ", ".join(f"p.{name}" for name in LEVEL_NAMES)
_ALL = "(p.n1 + p.n2 + p.n3 + p.n4 + p.n5)"
_JOIN = "o JOIN {table} {name} ON {name}.journal_id = o.journal_id AND {name}.last_seq = o.last_seq"
_PIECES = _JOIN.format(table="block_piece", name="p")
_REASONS = _JOIN.format(table="block_reason", name="r")
HELD = f"""
    SELECT o.*, '{COUNTED}' AS stream, {_LEVELS} FROM outgoing {_PIECES} WHERE p.standing = '{COUNTED}'
    UNION ALL
    SELECT o.*, '{ASIDE}', {_LEVELS} FROM outgoing {_PIECES} WHERE p.standing = '{SUSPECT}'
    UNION ALL
    SELECT o.*, p.standing, {_ALL}, 0, 0, 0, 0 FROM outgoing {_PIECES} WHERE p.standing <> '{COUNTED}'
    UNION ALL
    SELECT o.*, '{REASON}' || r.reason, r.n, 0, 0, 0, 0 FROM outgoing {_REASONS} WHERE NOT o.is_suspect
"""  # noqa: S608
"""By stream, what the blocks hold; reasons are those of ratings that count."""


def lock_releases(connection: Connection) -> None:
    """Let nobody else bring blocks out, or change what is shown, until this transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(_LOCK)


def add_blocks(connection: Connection, blocks: Iterable[Row[Any]], sign: int = 1) -> None:
    """Add these blocks to what is shown, or take them off it."""
    rows = [row for each in blocks for row in _rows(each, sign)]
    insert_rows(connection, outgoing, {}, _NAMES, rows)
    for statement in (
        _insert("shown_count", OF_COUNTER, "TRUE"),
        _insert("shown_unit_count", OF_UNIT, "h.grain <> 'h'"),
    ):
        connection.execute(text(statement))
    connection.execute(text(add_streams(HELD)))
    connection.execute(delete(outgoing))


def shown_alone(blocks: Iterable[Row[Any]]) -> list[Row[Any]]:
    """Those of the blocks that are shown, without tails, which are shown in their pool only."""
    return [one for one in blocks if one.shown_at is not None and one.pool_id is None]


def add_streams(held: str) -> str:
    """The statement that notes which streams there are in what goes out."""
    return (
        "INSERT INTO shown_stream (survey, question, stream) SELECT DISTINCT h.series, h.question, h.stream "  # noqa: S608
        f"FROM ({held}) AS h WHERE TRUE ON CONFLICT DO NOTHING"
    )


def add_aside(connection: Connection, unions: Sequence[Row[Any]], sign: int = 1) -> None:
    """Add the levels of these unions to what is shown, or take them off it."""
    rows: dict[tuple[Any, ...], list[int]] = {}
    for one in unions:
        for at in rows_of(Ends(one.first_day, one.first_part, one.last_day, one.last_part)):
            when = (at.grain, at.first.isoformat(), at.last.isoformat())
            key = (one.series, one.question, ASIDE, *when)
            _add(rows, (*key, at.part, one.counter_id), one, sign)
            if at.grain != "h":
                _add(rows, (*key, one.unit_id), one, sign)
    _keep(connection, [(key, levels) for key, levels in rows.items() if len(key) == len(OF_COUNTER)], OF_COUNTER)
    _keep(connection, [(key, levels) for key, levels in rows.items() if len(key) == len(OF_UNIT)], OF_UNIT)
    for series, question in {(one.series, one.question) for one in unions}:
        values = select(literal(series), literal(question), literal(ASIDE))
        known = select(shown_stream.c.survey).where(
            shown_stream.c.survey == series, shown_stream.c.question == question, shown_stream.c.stream == ASIDE
        )
        connection.execute(insert(shown_stream).from_select(list(_STREAM), values.where(~known.exists())))


def _rows(one: Row[Any], sign: int) -> Iterable[tuple[Any, ...]]:
    place = place_of(one.counter_id, one.unit_id)
    for at in rows_of(Ends(one.first_day, one.first_part, one.last_day, one.last_part)):
        when = (at.first.isoformat(), at.last.isoformat(), at.part)
        of_block = (one.journal_id, one.last_seq, at.grain, one.series, one.question)
        yield (*of_block, *when, place, one.unit_id, one.is_suspect, sign)


def _insert(table: str, key: Sequence[str], where: str) -> str:
    said = {"survey": "h.series"}
    names = ", ".join(said.get(name, f"h.{name}") for name in key)
    sums = ", ".join(f"sum(h.sign * h.{name})" for name in LEVEL_NAMES)
    return (
        f"INSERT INTO {table} ({', '.join((*key, *LEVEL_NAMES))}) SELECT {names}, {sums} FROM ({HELD}) AS h "  # noqa: S608
        f"WHERE {where} GROUP BY {names} {adds(table, key)}"
    )


def adds(table: str, key: Sequence[str]) -> str:
    """What is inserted is added to what stands there."""
    sums = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in LEVEL_NAMES)
    return f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {sums}"


def _add(rows: dict[tuple[Any, ...], list[int]], key: tuple[Any, ...], one: Row[Any], sign: int) -> None:
    levels = rows.setdefault(key, [0] * 5)
    for place, name in enumerate(LEVEL_NAMES):
        levels[place] += sign * getattr(one, name)


def _keep(connection: Connection, rows: list[tuple[tuple[Any, ...], list[int]]], key: Sequence[str]) -> None:
    table = shown_count if key is OF_COUNTER else shown_unit_count
    found = [(*place, *levels) for place, levels in rows]
    insert_rows(connection, table, {}, (*key, *LEVEL_NAMES), found, then=adds(table.name, key))
