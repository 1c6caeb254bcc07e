"""Bulk: many rows in one statement, the fast way of each engine.

SQLite gives the interpreter lock away at every step of a statement, and a busy thread
gives it back only after milliseconds: row by row, an insert beside a busy event loop was
measured sixty times slower. So rows go many at a time as one VALUES. PostgreSQL takes
whole columns as binary arrays through ``unnest``, three times faster than row by row.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import JSON, Boolean, Connection, Date, Integer, LargeBinary, SmallInteger, Table

from sync.collector.store.schema import DISTRIBUTION, Id, Moment, journal

# Few sizes, so that SQLite's statements are prepared once and stay in its cache.
_VALUES_SIZES = (250, 50, 10, 1)


def insert_rows(
    connection: Connection, table: Table, same: Mapping[str, Any], names: Sequence[str], rows: Sequence[Sequence[Any]],
    *, then: str = "",
) -> None:  # fmt: skip
    """Insert ``rows`` of the columns ``names``; the columns in ``same`` have one value for all of them.

    Values are of the driver's kind: a moment is microseconds, a day its ISO text. ``then`` is
    what follows the rows, an ON CONFLICT clause. A journal that is the ``same`` for all is known already: else
    PostgreSQL writes nothing, and without a clause LookupError is raised.
    """
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        _insert_columns(connection, table, same, names, rows, then)
        return
    constants = tuple(same.values())
    for size, some in _in_sizes(rows):
        statement = _values_statement(table, (*same, *names), size, then)
        connection.exec_driver_sql(statement, tuple([value for row in some for value in (*constants, *row)]))


def _insert_columns(
    connection: Connection, table: Table, same: Mapping[str, Any], names: Sequence[str], rows: Sequence[Sequence[Any]],
    then: str,
) -> None:  # fmt: skip
    if len(rows) == 1:
        every = {**same, **dict(zip(names, rows[0], strict=True))}
        connection.exec_driver_sql(_row_statement(table, tuple(every), then), tuple(every.values()))
        return
    statement = _unnest_statement(table, tuple(same), tuple(names), then)
    columns = [list(column) for column in zip(*rows, strict=True)]
    # Last, where the statement names the journal whose rows these are.
    constants = dict(same)
    home = [constants.pop(DISTRIBUTION)] if DISTRIBUTION in same else []
    written = connection.exec_driver_sql(statement, (*constants.values(), *columns, *home)).rowcount
    if home and not then and written != len(rows):
        raise LookupError(f"there is no journal {home[0]}")


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
        connection.exec_driver_sql(statement, tuple(list(column) for column in zip(*rows, strict=True)))
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
        begin = f"WITH u ({', '.join(every)}) AS (VALUES {', '.join([one] * size)})"
    else:
        arrays = ", ".join(f"%b::{_plain_type(table, name)}[]" for name in every)
        stored = ", ".join(f"{_as_stored(table, name, f'r.{name}')} AS {name}" for name in every)
        # Apart from the update: a distributed database turns values into what is stored only before it sends them.
        begin = f"WITH u AS MATERIALIZED (SELECT {stored} FROM unnest({arrays}) AS r({', '.join(every)}))"  # noqa: S608
    found = " AND ".join(f"{table.name}.{name} = u.{name}" for name in key)
    sets = ", ".join(f"{name} = u.{name}" for name in names)
    return f"{begin} UPDATE {table.name} SET {sets} FROM u WHERE {found}"  # noqa: S608


@cache
def _row_statement(table: Table, names: tuple[str, ...], then: str) -> str:
    """Of one row, written out: a distributed database knows from it where that goes."""
    values = ", ".join(_as_stored(table, name, f"%s::{_plain_type(table, name)}") for name in names)
    return f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({values}) {then}"  # noqa: S608


@cache
def _unnest_statement(table: Table, same: tuple[str, ...], names: tuple[str, ...], then: str) -> str:
    fixed = {name: _as_stored(table, name, f"%s::{_plain_type(table, name)}") for name in same}
    columns = [_as_stored(table, name, f"u.{name}") for name in names]
    arrays = ", ".join(f"%b::{_plain_type(table, name)}[]" for name in names)
    source = f"unnest({arrays}) AS u({', '.join(names)})"
    if home := fixed.get(DISTRIBUTION):
        # A distributed database sends a statement whole to the one place of a journal only where it reads a table that
        # lies there; else it takes the rows apart on its coordinator, which costs ten times as long.
        fixed[DISTRIBUTION] = f"home.{DISTRIBUTION}"
        source += f" CROSS JOIN {journal.name} AS home WHERE home.{DISTRIBUTION} = {home}"
    said = ", ".join((*fixed.values(), *columns))
    return f"INSERT INTO {table.name} ({', '.join((*fixed, *names))}) SELECT {said} FROM {source} {then}"  # noqa: S608


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
