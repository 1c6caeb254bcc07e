"""The bound of a heartbeat: a hand-written ASGI app that keeps the same facts and checks nothing.

``uvicorn`` serves it as it serves the collector. It reads the body as JSON, keeps the kiosk's word, its day and its
boot clock, and answers with the copy's cursor. PostgreSQL takes the three facts as one statement that commits itself;
SQLite, which has no such statement, takes three in one transaction. No signature, no order, no settings.
"""

import asyncio
import json
import os
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any

import psycopg
import uvicorn

from kiosk.journal.disk.engine import durability_for, sqlite_module, sqlite_version

Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]
KEEP_POSTGRESQL = """
WITH word AS (
    INSERT INTO device_status (device_id, received_at, clock_ahead_us, status)
    VALUES (%(device)s::uuid, now(), 0, %(status)s::json)
    ON CONFLICT (device_id) DO UPDATE SET received_at = excluded.received_at,
        clock_ahead_us = excluded.clock_ahead_us, status = excluded.status
), day AS (
    INSERT INTO device_day (device_id, day, heard, last_at, gap_s) VALUES (%(device)s::uuid, now()::date, 1, now(), 0)
    ON CONFLICT (device_id, day) DO UPDATE SET heard = device_day.heard + 1, last_at = excluded.last_at,
        gap_s = greatest(device_day.gap_s, extract(epoch FROM excluded.last_at - device_day.last_at)::int)
)
UPDATE journal SET boot = %(boot)s, boot_offset_us = %(offset)s WHERE journal_id = %(journal)s::uuid
RETURNING next_seq, head
"""
KEEP_SQLITE = (
    """INSERT INTO device_status (device_id, received_at, clock_ahead_us, status) VALUES (:device, :now, 0, :status)
    ON CONFLICT (device_id) DO UPDATE SET received_at = excluded.received_at,
        clock_ahead_us = excluded.clock_ahead_us, status = excluded.status""",
    """INSERT INTO device_day (device_id, day, heard, last_at, gap_s) VALUES (:device, date(), 1, :now, 0)
    ON CONFLICT (device_id, day) DO UPDATE SET heard = heard + 1, last_at = excluded.last_at,
        gap_s = max(gap_s, (excluded.last_at - last_at) / 1000000)""",
    """UPDATE journal SET boot = :boot, boot_offset_us = :offset WHERE journal_id = :journal
    RETURNING next_seq, head""",
)
_own = threading.local()


async def app(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """Take one heartbeat; any other request is answered as well, with nothing."""
    if scope["type"] != "http":
        return
    answer = b"{}"
    if scope["method"] == "POST":
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message["body"], message["more_body"]
        answer = await asyncio.to_thread(_keep, dict(scope["headers"]), body)
    length = str(len(answer)).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", length)]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer})


def _keep(headers: dict[bytes, bytes], body: bytes) -> bytes:
    said, now = json.loads(body), time.time_ns() // 1000
    clock = dict(part.split("=", 1) for part in headers[b"kiosk-clock"].decode().split(";"))
    device = headers[b"signature-input"].decode().partition('keyid="')[2].partition('"')[0]
    facts = {"device": device, "status": body.decode(), "journal": said["journal_id"], "boot": clock["boot"],
             "offset": now - int(clock["mono"]), "now": now}  # fmt: skip
    next_seq, head = (_keep_sqlite if URL.startswith("sqlite") else _keep_postgresql)(facts)
    return json.dumps({"next": next_seq, "head": head.hex()}).encode()


def _keep_postgresql(facts: dict[str, Any]) -> Any:
    if not hasattr(_own, "connection"):
        _own.connection = psycopg.connect(URL, autocommit=True)
    return _own.connection.execute(KEEP_POSTGRESQL, facts).fetchone()


def _keep_sqlite(facts: dict[str, Any]) -> Any:
    if not hasattr(_own, "connection"):
        _own.connection = sqlite_module().connect(URL.removeprefix("sqlite:///"), isolation_level=None, timeout=30)
        durability = durability_for(sqlite_version())
        _own.connection.execute(f"PRAGMA journal_mode = {durability.journal_mode}")
        _own.connection.execute(f"PRAGMA synchronous = {durability.synchronous}")
    with _writing:
        _own.connection.execute("BEGIN IMMEDIATE")
        found = [_own.connection.execute(one, facts).fetchall() for one in KEEP_SQLITE]
        _own.connection.execute("COMMIT")
    return found[-1][0]


_writing = threading.Lock()
URL = os.environ.get("HAILONG_COLLECTOR_DATABASE_URL", "")

if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), log_config=None, access_log=False, http="httptools", ws="none")
