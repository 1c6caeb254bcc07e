"""A distributed database in the place of a plain PostgreSQL, where ``HAILONG_TEST_CITUS_URL`` names one to write on.

It is the URL of a database on the coordinator of a cluster, with the extension and nothing of value: everything in it
goes. Making a database on every machine takes seconds, so there is one, emptied again after each test.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache, partial
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, func, insert, select, text

from sync.collector.store.database import Database, open_database
from sync.collector.store.distributed import distribute
from sync.collector.store.migrate import migrate
from sync.collector.store.partitions import ensure_partitions
from sync.collector.store.schema import metadata
from tests.sync.collector.builders import NOON

CITUS_URL = os.environ.get("HAILONG_TEST_CITUS_URL", "")
_Rows = dict[Table, list[dict[str, Any]]]
T = TypeVar("T")


@contextmanager
def citus_database(holding: _Rows | None = None) -> Iterator[str]:
    """The URL of the distributed database, as a migration left it or ``holding`` these rows; empty again afterwards."""
    database, rows = _made()
    if holding is not None:
        _lay_anew(database, holding)
    yield CITUS_URL
    _lay_anew(database, rows)


@contextmanager
def citus_world(write: Callable[[str], T]) -> Iterator[tuple[T, Callable[[], AbstractContextManager[str]]]]:
    """What ``write`` makes of the empty database, and what opens it again as it was then: its rows are kept here."""
    with citus_database() as url:
        made = write(url)
        with _made()[0].reading() as connection:
            rows = _rows_of(connection)
    yield made, partial(citus_database, rows)


@cache
def _made() -> tuple[Database, _Rows]:
    database = open_database(CITUS_URL)
    migrate(database)
    distribute(database, print)
    with database.writing() as connection:
        ensure_partitions(connection, NOON)
        return database, _rows_of(connection)


def _rows_of(connection: Connection) -> _Rows:
    every = ((table, select(table).order_by(*table.primary_key)) for table in metadata.sorted_tables)
    found = ((table, connection.execute(wanted).mappings().all()) for table, wanted in every)
    return {table: [dict(row) for row in rows] for table, rows in found if rows}


def _lay_anew(database: Database, rows: _Rows) -> None:
    """Have these rows and no others, and numbers go on after them."""
    with database.writing() as connection:
        touched = [table.name for table in metadata.sorted_tables if _is_filled(connection, table)]
        if touched:
            connection.execute(text(f"TRUNCATE {', '.join(touched)} RESTART IDENTITY CASCADE"))
        for table in metadata.sorted_tables:
            if table in rows:
                connection.execute(insert(table), rows[table])
                _go_on_after(connection, table)


def _go_on_after(connection: Connection, table: Table) -> None:
    for column in table.primary_key:
        sequence = connection.execute(select(func.pg_get_serial_sequence(table.name, column.name))).scalar_one()
        if sequence is not None:
            connection.execute(select(func.setval(sequence, select(func.max(column)).scalar_subquery())))


def _is_filled(connection: Connection, table: Table) -> bool:
    return connection.execute(select(1).select_from(table).limit(1)).first() is not None
