"""Ingest: what the collector takes over real HTTP, signed and durable, beside a bare bulk insert of the same rows.

Server and client are processes of their own on loopback; all requests are signed and
packed before the clock starts, as kiosks would have done on their own processors.
"""

import asyncio
import contextlib
import multiprocessing
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kiosk.journal.chain import Cursor, chain_over
from sync.collector.store import schema
from sync.collector.store.database import Database, open_database
from sync.collector.store.migrate import migrate
from tests.bench.harness import Figure
from tests.sync.collector.builders import BOOT, NOON, Pen, open_office
from tests.sync.collector.kiosk_client import KioskKey, WireRequest, enrolled_key
from tests.sync.collector.postgres import postgres_server

BATCH = 500
KIOSKS = 8
BATCHES_EACH = 20
SINGLE_CONNECTIONS = 64
SINGLES_EACH = 25
BARE_COMMITS = {BATCH: 40, 1: 400}
READY_S_MAX = 30.0
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
    with _collector(url) as port:
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


@contextlib.contextmanager
def _collector(url: str) -> Iterator[int]:
    """A real collector process on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    environment = {**os.environ, "HAILONG_COLLECTOR_DATABASE_URL": url}
    command = [
        sys.executable,
        "-c",
        "from sync.collector.commands.main import main; main()",
        "serve",
        "--port",
        str(port),
    ]
    root = Path(__file__).resolve().parent.parent.parent
    server = subprocess.Popen(command, env=environment, cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _await_ready(port, server)
        yield port
    finally:
        server.terminate()
        server.wait(30)


def _await_ready(port: int, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + READY_S_MAX
    while server.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5):
            return
        time.sleep(0.05)
    raise RuntimeError("the collector did not start")


def _signed_journal(key: KioskKey, port: int, lines_each: int, batches: int) -> list[bytes]:
    """The requests that bring one new journal, each as the bytes that go on the wire."""
    pen = Pen(boot=BOOT)
    key.url = f"http://127.0.0.1:{port}"
    for _ in range(lines_each * batches):
        pen.rating(len(pen.lines) % 5 + 1)
    wire, head = [], Cursor.start(pen.journal_id).head
    for first in range(0, len(pen.lines), lines_each):
        lines = tuple(pen.lines[first : first + lines_each])
        wire.append(_on_the_wire(key.upload(pen, first + 1, head, lines), port))
        head = chain_over(head, lines)
    return wire


def _on_the_wire(request: WireRequest, port: int) -> bytes:
    headers = {**request.headers, "Host": f"127.0.0.1:{port}", "Content-Length": str(len(request.body))}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"{request.method} {request.path} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + request.body


def _send_rate(port: int, streams: list[list[bytes]], entries_each: int) -> float:
    """Entries a second when every stream has a connection of its own, in a process that does nothing else."""
    with multiprocessing.get_context("spawn").Pool(1) as process:
        seconds = process.apply(_send_all, (port, streams))
    return sum(map(len, streams)) * entries_each / seconds


def _send_all(port: int, streams: list[list[bytes]]) -> float:
    return asyncio.run(_send_streams(port, streams))


async def _send_streams(port: int, streams: list[list[bytes]]) -> float:
    began = time.perf_counter()
    await asyncio.gather(*[_send_stream(port, stream) for stream in streams])
    return time.perf_counter() - began


async def _send_stream(port: int, stream: list[bytes]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for request in stream:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(int(line[16:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        body = await reader.readexactly(length)
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"{head.split()[1].decode()} {body.decode()}")
    writer.close()


if __name__ == "__main__":
    for figure in figures():
        print(f"{figure.name}: {figure.value:,.0f} {figure.unit}, bare {figure.baseline:,.0f}, {figure.ratio:.3f}")
