"""Press: the processor time that a rating costs which is sent by itself, beside a bare app that keeps the same facts.

That is the common case: a kiosk that is online sends each press at once. Both are served by uvicorn in a process of
their own, over the same database, and called by the same eight clients with signed requests made before. They take
their turns: each is stopped while the other runs.
"""

import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from kiosk.journal.chain import Cursor, chain_over
from sync.collector.store.database import Database, open_database
from sync.collector.store.migrate import migrate
from sync.collector.store.partitions import ensure_partitions
from tests.bench.harness import Figure
from tests.bench.wire import COLLECTOR, Served, cpu_s, on_the_wire, seconds_to_send, served
from tests.sync.collector.builders import BOOT, NOON, Pen, open_office
from tests.sync.collector.kiosk_client import KioskKey, enrolled_key
from tests.sync.collector.postgres import postgres_server

CLIENTS = 8
WARM, EACH = 20, 100
ROUNDS = 3
BARE = (sys.executable, str(Path(__file__).with_name("bare_press.py")))
TIMES_BARE_MAX = 2.0


def figures() -> Iterator[Figure]:
    """One row for each engine, and on PostgreSQL how many a second, which only informs."""
    with tempfile.TemporaryDirectory(prefix="hailong-bench-") as folder:
        yield from _figures("SQLite", f"sqlite:///{folder}/collector.db")
    with postgres_server(durable=True) as server:
        yield from _figures("PostgreSQL", server.format(database="postgres"))


def _figures(kind: str, url: str) -> Iterator[Figure]:
    database = open_database(url, create=True)
    migrate(database)
    database.transact(lambda connection: ensure_partitions(connection, NOON))
    keys = _kiosks(database)
    database.close()
    cpu: dict[str, list[float]] = {"ours": [], "bare": []}
    rate: dict[str, list[float]] = {"ours": [], "bare": []}
    for _ in range(ROUNDS):
        for name, command in (("bare", BARE), ("ours", COLLECTOR)):
            with served(url, command) as server:
                spent, seconds = _spent(server, keys)
            cpu[name].append(spent)
            rate[name].append(CLIENTS * EACH / seconds)
    ours, bare = (statistics.median(cpu[name]) * 1e3 for name in ("ours", "bare"))
    yield Figure(f"a rating a request, processor time, {kind}", ours, "ms", bare, TIMES_BARE_MAX)
    ours, bare = (statistics.median(rate[name]) for name in ("ours", "bare"))
    yield Figure(f"a rating a request, {CLIENTS} clients, {kind}", ours, "/s", bare)


def _kiosks(database: Database) -> list[KioskKey]:
    office = open_office(database)
    return [enrolled_key(database, office.new_device().device_id) for _ in range(CLIENTS)]


def _spent(server: Served, keys: Sequence[KioskKey]) -> tuple[float, float]:
    """Seconds of the server's processor for one rating, and how long all of them took."""
    streams = [presses(key, server.port, WARM + EACH) for key in keys]
    seconds_to_send(server.port, [stream[:WARM] for stream in streams])
    before = cpu_s(server.pid)
    seconds = seconds_to_send(server.port, [stream[WARM:] for stream in streams])
    return (cpu_s(server.pid) - before) / (CLIENTS * EACH), seconds


def presses(key: KioskKey, port: int, count: int) -> list[bytes]:
    """A new journal's ratings, each as a request of its own as it goes over the wire."""
    key.url = f"http://127.0.0.1:{port}"
    pen, head, requests = Pen(boot=BOOT), b"", []
    for press in range(count):
        pen.rating(press % 5 + 1)
    head = Cursor.start(pen.journal_id).head
    for seq, line in enumerate(pen.lines, 1):
        requests.append(on_the_wire(key.upload(pen, seq, head, (line,)), port))
        head = chain_over(head, (line,))
    return requests


if __name__ == "__main__":
    for figure in figures():
        print(f"{figure.name}: {figure.value:,.2f} {figure.unit}, bare {figure.baseline:,.2f}, {figure.ratio:.2f}")
