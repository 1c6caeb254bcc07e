"""Ingest: what the collector takes over real HTTP, signed and durable, beside a bare bulk insert of the same rows.

Server and client are processes of their own on loopback; all requests are signed and
packed before the clock starts, as kiosks would have done on their own processors.
"""

import tempfile
import time
import uuid
from collections.abc import Iterator
from typing import Any

from kiosk.journal.chain import Cursor, chain_over
from sync.collector.store import schema
from sync.collector.store.database import Database, open_database
from sync.collector.store.migrate import migrate
from tests.bench.harness import Figure
from tests.bench.wire import on_the_wire, seconds_to_send, served
from tests.sync.collector.builders import BOOT, NOON, Pen, open_office
from tests.sync.collector.kiosk_client import KioskKey, enrolled_key
from tests.sync.collector.postgres import postgres_server

BATCH = 500
KIOSKS = 8
BATCHES_EACH = 20
SINGLE_CONNECTIONS = 64
SINGLES_EACH = 25
BARE_COMMITS = {BATCH: 40, 1: 400}
_BARE_COLUMNS = tuple(schema.rating.c.keys())


def figures() -> Iterator[Figure]:
    """The rows of the table: 500-entry and one-entry batches on both engines."""
    with tempfile.TemporaryDirectory(prefix="hailong-bench-") as folder:
        yield from _figures("SQLite", f"sqlite:///{folder}/collector.db")
    with postgres_server(durable=True) as server:
        yield from _figures("PostgreSQL", server.format(database="postgres"))


def _figures(kind: str, url: str) -> Iterator[Figure]:
    database = open_database(url, create=True)
    migrate(database)
    keys = _enrol(database)
    bare, bare_single = _bare_rate(database, BATCH), _bare_rate(database, 1)
    with served(url) as (port, _):
        batches = [_signed_journal(key, port, BATCH, BATCHES_EACH) for key in keys]
        full = _send_rate(port, batches, BATCH)
        singles = [_signed_journal(keys[n % KIOSKS], port, 1, SINGLES_EACH) for n in range(SINGLE_CONNECTIONS)]
        single = _send_rate(port, singles, 1)
    bare = (bare + _bare_rate(database, BATCH)) / 2
    bare_single = (bare_single + _bare_rate(database, 1)) / 2
    database.close()
    yield Figure(f"ingest, {BATCH}-entry batches, {kind}", full, "entries/s", bare, 0.25, at_most=False)
    # Beside one-row commits: no database takes 64 clients' single rows as if they were one bulk.
    yield Figure(f"ingest, 1-entry batches, {SINGLE_CONNECTIONS} connections, {kind}", single, "entries/s", bare_single,
                 0.1, at_most=False)  # fmt: skip


def _enrol(database: Database) -> list[KioskKey]:
    """Kiosks that the database knows, with keys of their own."""
    office = open_office(database)
    return [enrolled_key(database, office.new_device().device_id) for _ in range(KIOSKS)]


def _bare_rate(database: Database, rows_a_commit: int) -> float:
    """Rows a second of the driver's own bulk insert into the same table, with the same durability."""
    insert = _bare_sqlite if database.is_sqlite else _bare_postgresql
    raw = database.writer.raw_connection()
    commits = BARE_COMMITS[rows_a_commit]
    batches = [_bare_rows(str(uuid.uuid4()), rows_a_commit) for _ in range(commits)]
    began = time.perf_counter()
    for rows in batches:
        insert(raw.driver_connection, rows)
    elapsed = time.perf_counter() - began
    raw.close()
    return commits * rows_a_commit / elapsed


def _bare_rows(journal_id: str, count: int) -> list[tuple[Any, ...]]:
    at = schema.micros(NOON)
    return [
        (journal_id, seq, at, 1, "sipas-5@1", "overall", seq % 5 + 1, None, "counted", at, "exact", "2026-11-20", "am")
        for seq in range(1, count + 1)
    ]


def _bare_sqlite(connection: Any, rows: list[tuple[Any, ...]]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(f"INSERT INTO rating VALUES ({', '.join('?' * len(rows[0]))})", rows)
    connection.execute("COMMIT")


def _bare_postgresql(connection: Any, rows: list[tuple[Any, ...]]) -> None:
    """The fastest way of inserting that research found: whole columns as binary arrays."""
    types = ("uuid", "bigint", "timestamptz", "bigint", "text", "text", "smallint", "smallint", "text", "timestamptz",
             "text", "date", "text")  # fmt: skip
    columns = [list(column) for column in zip(*rows, strict=True)]
    columns[2] = columns[9] = [NOON] * len(rows)
    columns[0] = [str(value) for value in columns[0]]
    arrays = ", ".join("%b::text[]" if kind in ("uuid", "date") else f"%b::{kind}[]" for kind in types)
    names = ", ".join(f"u.{name}::{kind}" for name, kind in zip(_BARE_COLUMNS, types, strict=True))
    statement = f"INSERT INTO rating SELECT {names} FROM unnest({arrays}) AS u({', '.join(_BARE_COLUMNS)})"
    connection.execute(statement, columns)
    connection.commit()


def _signed_journal(key: KioskKey, port: int, lines_each: int, batches: int) -> list[bytes]:
    """The requests that bring one new journal, each as the bytes that go on the wire."""
    pen = Pen(boot=BOOT)
    key.url = f"http://127.0.0.1:{port}"
    for _ in range(lines_each * batches):
        pen.rating(len(pen.lines) % 5 + 1)
    wire, head = [], Cursor.start(pen.journal_id).head
    for first in range(0, len(pen.lines), lines_each):
        lines = tuple(pen.lines[first : first + lines_each])
        wire.append(on_the_wire(key.upload(pen, first + 1, head, lines), port))
        head = chain_over(head, lines)
    return wire


def _send_rate(port: int, streams: list[list[bytes]], entries_each: int) -> float:
    """Entries a second when every stream has a connection of its own."""
    return sum(map(len, streams)) * entries_each / seconds_to_send(port, streams)


if __name__ == "__main__":
    for figure in figures():
        print(f"{figure.name}: {figure.value:,.0f} {figure.unit}, bare {figure.baseline:,.0f}, {figure.ratio:.3f}")
