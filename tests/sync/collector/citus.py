"""A distributed database in the place of a plain PostgreSQL, where ``HAILONG_TEST_CITUS_URL`` names one to write on.

It is the URL of a database on the coordinator of a cluster, with the extension and nothing of value: everything in it
goes. Making a database on every machine takes seconds, so there is one, emptied again after each test.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table, insert, select, text

from sync.collector.store.database import Database, open_database
from sync.collector.store.distributed import distribute
from sync.collector.store.migrate import migrate
from sync.collector.store.partitions import ensure_partitions
from sync.collector.store.schema import metadata
from tests.sync.collector.builders import NOON

CITUS_URL = os.environ.get("HAILONG_TEST_CITUS_URL", "")
_Rows = dict[Table, list[dict[str, Any]]]


@contextmanager
def citus_database() -> Iterator[str]:
    """The URL of the distributed database, as a migration left it; as it is again afterwards."""
    database, rows = _made()
    yield CITUS_URL
    with database.writing() as connection:
        touched = [table for table in metadata.sorted_tables if _is_filled(connection, table)]
        if touched:
            names = ", ".join(table.name for table in touched)
            connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
        for table, kept in rows.items():
            if not _is_filled(connection, table):
                connection.execute(insert(table), kept)


@cache
def _made() -> tuple[Database, _Rows]:
    database = open_database(CITUS_URL)
    migrate(database)
    distribute(database, print)
    with database.writing() as connection:
        ensure_partitions(connection, NOON)
        found = {table: connection.execute(select(table)).mappings().all() for table in metadata.sorted_tables}
    return database, {table: [dict(row) for row in rows] for table, rows in found.items() if rows}


def _is_filled(connection: Connection, table: Table) -> bool:
    return connection.execute(select(1).select_from(table).limit(1)).first() is not None
