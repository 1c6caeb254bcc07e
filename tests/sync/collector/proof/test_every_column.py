"""Every column of every table: one row of it is altered by SQL, and verify names it; or here stands why it cannot."""

import zlib
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Column, Row, Table, and_, select, update

from sync.collector.services.services import make_services
from sync.collector.settings.collector import CollectorConfig
from sync.collector.store.database import Database, open_database
from sync.collector.store.schema import metadata
from tests.sync.collector.builders import NOON, open_office
from tests.sync.collector.proof import world
from tests.sync.collector.proof.proven import not_proven
from tests.sync.collector.sharing import migrated_copy

APART: dict[str, str] = {}
BESIDE: dict[str, str] = {}


@pytest.fixture(scope="module")
def filled() -> Iterator[Database]:
    with migrated_copy() as url:
        database = open_database(url)
        world.fill(open_office(database), make_services(CollectorConfig(), database, lambda: NOON))
        yield database
        database.close()


def _looked_at() -> list[Table]:
    return [table for name, table in sorted(metadata.tables.items()) if name not in APART]


def test_every_table_is_looked_at_or_stands_apart_with_its_reason(filled: Database) -> None:
    assert not_proven(filled) == []
    assert APART.keys() <= metadata.tables.keys()
    assert BESIDE.keys() <= {f"{table.name}.{column.name}" for table in _looked_at() for column in table.c}


@pytest.mark.parametrize("table", _looked_at(), ids=lambda table: table.name)
def test_whatever_is_altered_in_a_column_is_named(filled: Database, table: Table) -> None:
    for column in table.c:
        if f"{table.name}.{column.name}" not in BESIDE:
            assert _altered(filled, table, column), column.name


def _altered(database: Database, table: Table, column: Column[Any]) -> list[str]:
    """What is found once a value of the column is another; the row is put back."""
    with database.reading() as connection:
        rows = connection.execute(select(table).order_by(*table.primary_key.columns)).all()
    usable = [row for row in rows if row._mapping[column.name] is not None] or list(rows)
    row = usable[zlib.crc32(f"{table.name}.{column.name}".encode()) % len(usable)]
    other = _other(row._mapping[column.name], column)
    _write(database, table, row, {column.name: other})
    try:
        return not_proven(database)
    finally:
        after = dict(row._mapping) | {column.name: other}
        _write(database, table, row, {column.name: row._mapping[column.name]}, after)


def _write(database: Database, table: Table, row: Row[Any], values: dict[str, Any], at: Any = None) -> None:
    found = at or row._mapping
    here = and_(*(key == found[key.name] for key in table.primary_key.columns))
    with database.writing() as connection:
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        assert connection.execute(update(table).where(here).values(values)).rowcount == 1


def _other(value: Any, column: Column[Any]) -> Any:
    match value:
        case None:
            return {int: 3, str: "x", date: NOON.date(), datetime: NOON, bytes: b"x"}[column.type.python_type]
        case bool():
            return not value
        case int():
            return value + 1
        case str():
            return f"{value[:-1]}{'a' if value[-1:] != 'a' else 'b'}"
        case datetime():
            return value + timedelta(hours=1)
        case date():
            return value + timedelta(days=1)
        case bytes():
            return value + b"x"
    return {"x": 1}
