"""Heartbeat: the processor time that one status call costs the collector, beside a bare app that keeps the same facts.

Both are served by uvicorn in a process of their own, over the same database, and called by the same client with the
same signed requests, sixteen at a time. Each of many kiosks calls once a round, so nothing helps that remembers a
kiosk for less than the minute between two calls.
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec

from sync.collector.fleet.devices.directory import ASKED_S
from sync.collector.store.database import Database, open_database
from sync.collector.store.migrate import migrate
from sync.protocol.messages import JSON_MEDIA_TYPE, DeviceStatus
from sync.protocol.tlog.messages import LogKept
from tests.bench.harness import Figure
from tests.bench.wire import TICK_S, Served, cpu_s, on_the_wire, seconds_to_send, served
from tests.sync.collector.builders import Pen, open_office
from tests.sync.collector.kiosk_client import KioskKey, enrolled_key
from tests.sync.collector.postgres import postgres_server

CALLERS = 16
KIOSKS = CALLERS * 10
ROUNDS = 8
"""After one that is not counted, which finds every kiosk for the first time."""
BARE = str(Path(__file__).with_name("bare_heartbeat.py"))
TIMES_BARE_MAX = 2.0
RESTED_S = 3 * ASKED_S


def figures() -> Iterator[Figure]:
    """One row for each engine."""
    with tempfile.TemporaryDirectory(prefix="hailong-bench-") as folder:
        yield _figure("SQLite", f"sqlite:///{folder}/collector.db")
    with postgres_server(durable=True) as server:
        yield _figure("PostgreSQL", server.format(database="postgres"))


def _figure(kind: str, url: str) -> Figure:
    database = open_database(url, create=True)
    migrate(database)
    kiosks = _kiosks(database)
    database.close()
    with served(url, (sys.executable, BARE)) as server:
        bare = _cpu_each(server, kiosks)
    with served(url) as server:
        ours = _cpu_each(server, kiosks)
    return Figure(f"a heartbeat, processor time, {kind}", ours * 1e3, "ms", bare * 1e3, TIMES_BARE_MAX)


def _kiosks(database: Database) -> list[tuple[KioskKey, str]]:
    """Kiosks that the database knows, with the journal of each."""
    office = open_office(database)
    found = []
    for _ in range(KIOSKS):
        device, pen = office.new_device(), Pen()
        pen.rating(4)
        replace(office, device=device).append(pen)
        found.append((enrolled_key(database, device.device_id), pen.journal_id))
    return found


def _cpu_each(server: Served, kiosks: list[tuple[KioskKey, str]]) -> float:
    """Seconds of the process for one call."""
    streams = [[_heartbeat(*one, server.port) for one in kiosks[first::CALLERS]] for first in range(CALLERS)]
    seconds_to_send(server.port, streams)
    _await_rest(server.pid)
    before = cpu_s(server.pid)
    seconds_to_send(server.port, [stream * ROUNDS for stream in streams])
    return (cpu_s(server.pid) - before) / (KIOSKS * ROUNDS)


def _await_rest(pid: int) -> None:
    """Until the server has done what it does once after its start, and forgotten what it remembers for seconds."""
    rested_s = 0.0
    while rested_s < RESTED_S:
        before = cpu_s(pid)
        time.sleep(1.0)
        rested_s = rested_s + 1.0 if cpu_s(pid) - before < 2 * TICK_S else 0.0


def _heartbeat(key: KioskKey, journal_id: str, port: int) -> bytes:
    """A status call as it goes over the wire."""
    key.url = f"http://127.0.0.1:{port}"
    said = DeviceStatus(
        "1.4.0", journal_id, 4013, "5e" * 32, 12, 340, 21_474_836_480,
        {"python": "3.11.2", "kivy": "2.3.1", "sqlite": "3.40.1", "os": "Debian GNU/Linux 12", "machine": "x86_64"},
        touch_test="1,1,1,1,1 2026-11-21T09:12:33+07:00", settings='"0123456789abcdef"', address=key.url, move="ready",
        log=LogKept("gop-y.example.gov.vn/log", 4096, 3, 4000),
    )  # fmt: skip
    request = key.request("POST", "/v1/device/status", msgspec.json.encode(said), {"Content-Type": JSON_MEDIA_TYPE})
    return on_the_wire(request, port)


if __name__ == "__main__":
    for figure in figures():
        print(f"{figure.name}: {figure.value:.2f} {figure.unit}, bare {figure.baseline:.2f}, {figure.ratio:.2f} times")
