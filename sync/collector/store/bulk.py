"""Bulk: many rows in one statement, the fast way of each engine.

SQLite gives the interpreter lock away at every step of a statement, and a busy thread
gives it back only after milliseconds: row by row, an insert beside a busy event loop was
measured sixty times slower. So rows go many at a time as one VALUES. PostgreSQL takes
whole columns as arrays through ``unnest``, three times faster than row by row. Each is
written out as one text, which takes the program a tenth of what the driver takes for a list.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import JSON, Boolean, Connection, Date, Integer, LargeBinary, SmallInteger, Table

from sync.collector.store.schema import DISTRIBUTION, Id, Moment, journal

# Few sizes, so that SQLite's statements are prepared once and stay in its cache; of few rows each its own, since
# most inserts are of few.
_VALUES_SIZES = (250, 50, 32, *range(16, 0, -1))
_ALIKE_FROM = 17
"""From so many rows on, SQLite is given once what all of them have: binding takes it as long as inserting."""
_BARE = ("smallint", "bigint", "boolean")
"""The types whose values need no quotes in an array."""


def insert_rows(
    connection: Connection, table: Table, same: Mapping[str, Any], names: Sequence[str], rows: Sequence[Sequence[Any]],
    *, then: str = "",
) -> int:  # fmt: skip
    """Insert ``rows`` of the columns ``names``; the columns in ``same`` have one value for all of them.

    Values are of the driver's kind: a moment is microseconds, a day its ISO text. ``then`` is
    what follows the rows, an ON CONFLICT clause. How many rows that wrote.

    Several rows of one journal are written only where that is known: else, without a clause, LookupError is raised.
    """
    if not rows:
        return 0
    if connection.dialect.name == "postgresql":
        return _insert_columns(connection, table, same, names, rows, then)
    fixed, columns = dict(same), names
    if len(rows) >= _ALIKE_FROM:
        alike, found = _split(names, rows)
        fixed, columns, rows = {**same, **alike}, tuple(found), list(zip(*found.values(), strict=True))
    shared, names = tuple(fixed.values()), tuple(columns)
    written = 0
    for size, some in _in_sizes(rows):
        statement = _values_statement(table, tuple(fixed), names, size, then)
        written += connection.exec_driver_sql(statement, (*shared, *chain.from_iterable(some))).rowcount
    return written


def _insert_columns(
    connection: Connection, table: Table, same: Mapping[str, Any], names: Sequence[str], rows: Sequence[Sequence[Any]],
    then: str,
) -> int:  # fmt: skip
    alike, columns = _split(names, rows)
    fixed = {**same, **alike}
    statement = _unnest_statement(table, tuple(fixed), tuple(columns), then)
    # The journal comes last, where the statement names it.
    home = [fixed.pop(DISTRIBUTION)] if columns and DISTRIBUTION in fixed and is_spread(table) else []
    values = (*fixed.values(), *_arrays(table, columns), *home)
    written = connection.exec_driver_sql(statement, values).rowcount
    if home and not then and written != len(rows):
        raise LookupError(f"there is no journal {home[0]}")
    return written


def update_rows(
    connection: Connection, table: Table, key: Sequence[str], names: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    """Set the columns ``names`` of the rows that the columns ``key`` name; each of ``rows`` has both, the key first.

    Values are of the driver's kind, as in :func:`insert_rows`.
    """
    if not rows:
        return
    if len(rows) == 1:
        statement = _row_statement(connection.dialect.name, table, tuple(key), tuple(names))
        connection.exec_driver_sql(statement, (*rows[0][len(key) :], *rows[0][: len(key)]))
        return
    if connection.dialect.name == "postgresql":
        statement = _update_statement(table, tuple(key), tuple(names), 0)
        every = (*key, *names)
        columns = dict(zip(every, zip(*rows, strict=True), strict=True))
        connection.exec_driver_sql(statement, tuple(_arrays(table, columns)))
        return
    for size, some in _in_sizes(rows):
        statement = _update_statement(table, tuple(key), tuple(names), size)
        connection.exec_driver_sql(statement, tuple(chain.from_iterable(some)))


def _split(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> tuple[dict[str, Any], dict[str, tuple[Any, ...]]]:
    """The columns that have one value in all rows, which then travels once, and the others whole.

    Most have: an array of its own for each column takes the server longer than the rows themselves.
    """
    fixed: dict[str, Any] = {}
    columns: dict[str, tuple[Any, ...]] = {}
    for name, column in zip(names, zip(*rows, strict=True), strict=True):
        if column[0] == column[-1] and column.count(column[0]) == len(column):
            fixed[name] = column[0]
        else:
            columns[name] = column
    if not columns and len(rows) > 1:
        # Rows that are all the same are as many as there are.
        columns[names[0]] = (fixed.pop(names[0]),) * len(rows)
    return fixed, columns


def _in_sizes(rows: Sequence[Sequence[Any]]) -> Iterator[tuple[int, Sequence[Sequence[Any]]]]:
    done = 0
    for size in _VALUES_SIZES:
        while len(rows) - done >= size:
            yield size, rows[done : done + size]
            done += size


def _arrays(table: Table, columns: Mapping[str, Sequence[Any]]) -> Iterator[Any]:
    """Each column as the text of a PostgreSQL array; bytes as the driver's own list."""
    for name, column in columns.items():
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


@lru_cache(256)
def _values_statement(table: Table, fixed: tuple[str, ...], names: tuple[str, ...], size: int, then: str) -> str:
    # A bare mark takes the number after the greatest so far, so each row goes on where the one before ended.
    one = f"({', '.join([*(f'?{place}' for place in range(1, len(fixed) + 1)), *'?' * len(names)])})"
    return f"INSERT INTO {table.name} ({', '.join((*fixed, *names))}) VALUES {', '.join([one] * size)} {then}"  # noqa: S608


@cache
def _update_statement(table: Table, key: tuple[str, ...], names: tuple[str, ...], size: int) -> str:
    """For SQLite with ``size`` rows of values, for PostgreSQL, with none, of whole columns."""
    every = (*key, *names)
    if size:
        one = f"({', '.join('?' * len(every))})"
        begin = f"WITH u ({', '.join(every)}) AS (VALUES {', '.join([one] * size)})"
    else:
        arrays = ", ".join(f"%s::{_plain_type(table, name)}[]" for name in every)
        stored = ", ".join(f"{_as_stored(table, name, f'r.{name}')} AS {name}" for name in every)
        # Apart from the update: a distributed database turns values into what is stored only before it sends them.
        begin = f"WITH u AS MATERIALIZED (SELECT {stored} FROM unnest({arrays}) AS r({', '.join(every)}))"  # noqa: S608
    found = " AND ".join(f"{table.name}.{name} = u.{name}" for name in key)
    sets = ", ".join(f"{name} = u.{name}" for name in names)
    return f"{begin} UPDATE {table.name} SET {sets} FROM u WHERE {found}"  # noqa: S608


@cache
def _row_statement(dialect: str, table: Table, key: tuple[str, ...], names: tuple[str, ...]) -> str:
    """Of one row, whose key comes last."""
    mark = {name: _scalar(table, name) if dialect == "postgresql" else "?" for name in (*key, *names)}
    sets = ", ".join(f"{name} = {mark[name]}" for name in names)
    return f"UPDATE {table.name} SET {sets} WHERE {' AND '.join(f'{name} = {mark[name]}' for name in key)}"  # noqa: S608


@lru_cache(256)
def _unnest_statement(table: Table, fixed: tuple[str, ...], names: tuple[str, ...], then: str) -> str:
    """Of whole columns, or of one row, written out: a distributed database knows from it where that goes."""
    constants = {name: _scalar(table, name) for name in fixed}
    into = f"INSERT INTO {table.name} ({', '.join((*fixed, *names))})"
    if not names:
        return f"{into} VALUES ({', '.join(constants.values())}) {then}"
    arrays = ", ".join(f"%s::{_plain_type(table, name)}[]" for name in names)
    source = f"unnest({arrays}) AS u({', '.join(names)})"
    if home := is_spread(table) and constants.get(DISTRIBUTION):
        # A distributed database sends a statement whole to the one place of a journal only where it reads a table that
        # lies there; else it takes the rows apart on its coordinator, which costs ten times as long.
        constants[DISTRIBUTION] = f"home.{DISTRIBUTION}"
        source += f" CROSS JOIN {journal.name} AS home WHERE home.{DISTRIBUTION} = {home}"
    said = (*constants.values(), *(_as_stored(table, name, f"u.{name}") for name in names))
    return f"{into} SELECT {', '.join(said)} FROM {source} {then}"  # noqa: S608


@cache
def is_spread(table: Table) -> bool:
    """Whether each row belongs to one journal."""
    return next(iter(table.primary_key)).name == DISTRIBUTION


def _scalar(table: Table, name: str) -> str:
    return _as_stored(table, name, f"%s::{_plain_type(table, name)}")


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
