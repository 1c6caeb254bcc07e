"""Bulk: many rows in one statement, the fast way of each engine.

SQLite gives the interpreter lock away at every step of a statement, and a busy thread
gives it back only after milliseconds: row by row, an insert beside a busy event loop was
measured sixty times slower. So rows go many at a time as one VALUES. PostgreSQL takes
whole columns as arrays through ``unnest``, three times faster than row by row. Each is
written out as one text, which takes the program a tenth of what the driver takes for a list.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import JSON, Boolean, Connection, Date, Integer, LargeBinary, SmallInteger, Table

from sync.collector.store.schema import Id, Moment

# Few sizes, so that SQLite's statements are prepared once and stay in its cache; of few rows each its own, since
# most inserts are of few.
_VALUES_SIZES = (250, 50, *range(16, 0, -1))
_BARE = ("smallint", "bigint", "boolean")
"""The types whose values need no quotes in an array."""


def insert_rows(
    connection: Connection, table: Table, same: Mapping[str, Any], names: Sequence[str], rows: Sequence[Sequence[Any]],
    *, then: str = "",
) -> None:  # fmt: skip
    """Insert ``rows`` of the columns ``names``; the columns in ``same`` have one value for all of them.

    Values are of the driver's kind: a moment is microseconds, a day its ISO text. ``then`` is
    what follows the rows, an ON CONFLICT clause.
    """
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        statement = _unnest_statement(table, tuple(same), tuple(names), then)
        connection.exec_driver_sql(statement, (*same.values(), *_arrays(table, names, rows)))
        return
    constants = tuple(same.values())
    for size, some in _in_sizes(rows):
        statement = _values_statement(table, (*same, *names), size, then)
        connection.exec_driver_sql(statement, tuple([value for row in some for value in (*constants, *row)]))


def update_rows(
    connection: Connection, table: Table, key: Sequence[str], names: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    """Set the columns ``names`` of the rows that the columns ``key`` name; each of ``rows`` has both, the key first.

    Values are of the driver's kind, as in :func:`insert_rows`.
    """
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        statement = _update_statement(table, tuple(key), tuple(names), 0)
        connection.exec_driver_sql(statement, tuple(_arrays(table, (*key, *names), rows)))
        return
    for size, some in _in_sizes(rows):
        statement = _update_statement(table, tuple(key), tuple(names), size)
        connection.exec_driver_sql(statement, tuple(value for row in some for value in row))


def _in_sizes(rows: Sequence[Sequence[Any]]) -> Iterator[tuple[int, Sequence[Sequence[Any]]]]:
    done = 0
    for size in _VALUES_SIZES:
        while len(rows) - done >= size:
            yield size, rows[done : done + size]
            done += size


def _arrays(table: Table, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> Iterator[Any]:
    """The rows column by column, each as the text of a PostgreSQL array; bytes as the driver's own list."""
    for name, column in zip(names, zip(*rows, strict=True), strict=True):
        kind = _plain_type(table, name)
        if kind == "bytea":
            yield list(column)
        elif kind in _BARE:
            yield f"{{{','.join(map(str, column)).replace('None', 'NULL')}}}"
        else:
            yield _text_array(column)


def _text_array(column: Sequence[Any]) -> str:
    if None in column:
        return f"{{{','.join('NULL' if text is None else _quoted(text) for text in column)}}}"
    plain = '","'.join(column)
    # Looked at once for all of them: hardly any text holds a sign that an array would take for its own.
    if "\\" in plain or plain.count('"') != 2 * (len(column) - 1):
        return f"{{{','.join(map(_quoted, column))}}}"
    return f'{{"{plain}"}}'


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


@cache
def _values_statement(table: Table, names: tuple[str, ...], size: int, then: str) -> str:
    one = f"({', '.join('?' * len(names))})"
    return f"INSERT INTO {table.name} ({', '.join(names)}) VALUES {', '.join([one] * size)} {then}"  # noqa: S608


@cache
def _update_statement(table: Table, key: tuple[str, ...], names: tuple[str, ...], size: int) -> str:
    """For SQLite with ``size`` rows of values, for PostgreSQL, with none, of whole columns."""
    every = (*key, *names)
    if size:
        one = f"({', '.join('?' * len(every))})"
        begin, source = f"WITH u ({', '.join(every)}) AS (VALUES {', '.join([one] * size)}) ", "u"
    else:
        arrays = ", ".join(f"%s::{_plain_type(table, name)}[]" for name in every)
        begin, source = "", f"unnest({arrays}) AS u({', '.join(every)})"
    said = {name: f"u.{name}" if size else _as_stored(table, name, f"u.{name}") for name in every}
    found = " AND ".join(f"{table.name}.{name} = {said[name]}" for name in key)
    sets = ", ".join(f"{name} = {said[name]}" for name in names)
    return f"{begin}UPDATE {table.name} SET {sets} FROM {source} WHERE {found}"  # noqa: S608


@cache
def _unnest_statement(table: Table, same: tuple[str, ...], names: tuple[str, ...], then: str) -> str:
    constants = [_as_stored(table, name, f"%s::{_plain_type(table, name)}") for name in same]
    columns = [_as_stored(table, name, f"u.{name}") for name in names]
    arrays = ", ".join(f"%s::{_plain_type(table, name)}[]" for name in names)
    return (
        f"INSERT INTO {table.name} ({', '.join((*same, *names))}) "  # noqa: S608
        f"SELECT {', '.join(constants + columns)} FROM unnest({arrays}) AS u({', '.join(names)}) {then}"
    )


@cache
def _plain_type(table: Table, name: str) -> str:
    """The PostgreSQL type in which a column's values travel."""
    match table.c[name].type:
        case SmallInteger():
            return "smallint"
        case Moment() | Integer():
            return "bigint"
        case LargeBinary():
            return "bytea"
        case Boolean():
            return "boolean"
        case _:
            return "text"


def _as_stored(table: Table, name: str, expression: str) -> str:
    match table.c[name].type:
        case Moment():
            # Whole microseconds, not to_timestamp(), whose double would round them.
            return f"timestamptz 'epoch' + {expression} * interval '1 microsecond'"
        case Date():
            return f"{expression}::date"
        case JSON():
            return f"{expression}::json"
        case kind if kind is Id:
            return f"{expression}::uuid"
        case _:
            return expression
