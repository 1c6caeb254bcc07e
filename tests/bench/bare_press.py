"""The bound of one rating a request: a hand-written ASGI app that keeps the same facts and checks nothing.

``uvicorn`` serves it as it serves the collector. It unpacks and decodes the line, hashes it, and keeps the line, the
rating, its two counts and the journal's cursor. PostgreSQL takes them as one statement that commits itself; SQLite,
which has no such statement, as five in one transaction. No signature, no order, no standing, nothing set aside.
"""

import asyncio
import gzip
import hashlib
import json
import os
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

import psycopg
import uvicorn

from kiosk.journal.disk.engine import durability_for, sqlite_module, sqlite_version

Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]
_SEGMENT = """INSERT INTO segment (journal_id, first_seq, received_at, last_seq, prev, head, lines, signature,
kiosk_clock) VALUES (%(journal)s, %(seq)s, %(now)s, %(seq)s, %(prev)s, %(head)s, %(lines)s, %(signature)s, %(clock)s)"""
_RATING = """INSERT INTO rating (journal_id, seq, received_at, counter_id, survey, question, level, standing,
pressed_at, time_quality, day, part) VALUES (%(journal)s, %(seq)s, %(now)s, 1, %(survey)s, %(question)s, %(level)s,
%(standing)s, %(now)s, 'exact', '2026-11-20', 'am')"""
_TALLY = """INSERT INTO tally (journal_id, counter_id, day, part, survey, question, level, standing, n)
VALUES (%(journal)s, 1, '2026-11-20', 'am', %(survey)s, %(question)s, %(level)s, %(standing)s, 1)
ON CONFLICT (journal_id, counter_id, day, part, survey, question, level, standing) DO UPDATE SET n = tally.n + 1"""
_UNCUT = """INSERT INTO uncut_count (journal_id, counter_id, day, part, survey, question, standing, n)
VALUES (%(journal)s, 1, '2026-11-20', 'am', %(survey)s, %(question)s, %(standing)s, 1)
ON CONFLICT (journal_id, counter_id, day, part, survey, question, standing) DO UPDATE SET n = uncut_count.n + 1"""
_JOURNAL = """INSERT INTO journal (journal_id, device_id, next_seq, head, first_received_at, last_received_at)
VALUES (%(journal)s, %(device)s, %(seq)s + 1, %(head)s, %(now)s, %(now)s)
ON CONFLICT (journal_id) DO UPDATE SET next_seq = excluded.next_seq, head = excluded.head,
last_received_at = excluded.last_received_at"""
KEEP_POSTGRESQL = f"WITH a AS ({_SEGMENT}), b AS ({_RATING}), c AS ({_TALLY}), d AS ({_UNCUT}) {_JOURNAL}".replace(
    "%(now)s", "now()"
)
NAMES = ("journal", "seq", "now", "prev", "head", "lines", "signature", "clock", "survey", "question", "level",
         "standing", "device")  # fmt: skip


def _named(statement: str) -> str:
    for name in NAMES:
        statement = statement.replace(f"%({name})s", f":{name}")
    return statement


KEEP_SQLITE = tuple(map(_named, (_JOURNAL, _SEGMENT, _RATING, _TALLY, _UNCUT)))
_own = threading.local()


async def app(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """Take one rating; any other request is answered as well, with nothing."""
    if scope["type"] != "http":
        return
    answer = b"{}"
    if scope["method"] == "POST":
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message["body"], message["more_body"]
        answer = await asyncio.to_thread(_keep, scope, body)
    length = str(len(answer)).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", length)]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer})


def _keep(scope: dict[str, Any], body: bytes) -> bytes:
    headers, said = dict(scope["headers"]), parse_qs(scope["query_string"].decode())
    line = gzip.decompress(body).rstrip(b"\n")
    entry, prev = json.loads(line), bytes.fromhex(said["prev"][0])
    facts = {name: entry[name] for name in ("seq", "survey", "question", "level", "standing")}
    facts |= {"journal": scope["path"].split("/")[3], "prev": prev, "head": hashlib.sha256(prev + line).digest()}
    facts |= {"lines": body, "signature": headers[b"signature"].decode(), "clock": headers[b"kiosk-clock"].decode()}
    facts |= {"device": headers[b"signature-input"].decode().partition('keyid="')[2].partition('"')[0]}
    (_keep_sqlite if URL.startswith("sqlite") else _keep_postgresql)(facts)
    return json.dumps({"next": entry["seq"] + 1, "head": facts["head"].hex()}).encode()


def _keep_postgresql(facts: dict[str, Any]) -> None:
    if not hasattr(_own, "connection"):
        _own.connection = psycopg.connect(URL, autocommit=True)
    _own.connection.execute(KEEP_POSTGRESQL, facts)


def _keep_sqlite(facts: dict[str, Any]) -> None:
    with _writing:
        if not hasattr(_own, "connection"):
            _own.connection = sqlite_module().connect(URL.removeprefix("sqlite:///"), isolation_level=None, timeout=30)
            durability = durability_for(sqlite_version())
            _own.connection.execute(f"PRAGMA journal_mode = {durability.journal_mode}")
            _own.connection.execute(f"PRAGMA synchronous = {durability.synchronous}")
        _own.connection.execute("BEGIN IMMEDIATE")
        for statement in KEEP_SQLITE:
            _own.connection.execute(statement, facts | {"now": time.time_ns() // 1000})
        _own.connection.execute("COMMIT")


_writing = threading.Lock()
URL = os.environ.get("HAILONG_COLLECTOR_DATABASE_URL", "")

if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), log_config=None, access_log=False, http="httptools", ws="none")
