"""Memory: how large a collector's process is once few kiosks have called it, and once all of a ministry's have.

The same process is asked twice: after 200 kiosks, and after 20,000. Each says how it is, twice, with its own key.
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import msgspec
from sqlalchemy import insert

from sync.collector.fleet.devices.keys import key_id_of
from sync.collector.store.database import Database, open_database
from sync.collector.store.migrate import migrate
from sync.collector.store.schema import device, device_key
from sync.protocol.messages import JSON_MEDIA_TYPE, DeviceStatus
from tests.bench.harness import Figure
from tests.bench.wire import Served, on_the_wire, seconds_to_send, served
from tests.sync.collector.builders import ENROLLED, open_office
from tests.sync.collector.kiosk_client import KioskKey
from tests.sync.collector.postgres import memory, postgres_server

FEW, MANY = 200, 20_000
CALLERS = 16
ROUNDS = 2
TIMES_MAX = 1.3
KB_EACH_MAX = 2.0


def figures(few: int = FEW, many: int = MANY) -> Iterator[Figure]:
    """The process after many beside the same one after few, and what each kiosk more takes of it, for each engine."""
    with TemporaryDirectory(prefix="hailong-bench-", dir=memory()) as folder:
        yield from _figures("SQLite", f"sqlite:///{folder}/collector.db", few, many)
    with postgres_server() as postgres:
        yield from _figures("PostgreSQL", postgres.format(database="postgres"), few, many)


def _figures(engine: str, url: str, few: int, many: int) -> Iterator[Figure]:
    database = open_database(url, create=True)
    migrate(database)
    kiosks = _kiosks(database, many)
    database.close()
    with served(url) as server:
        small, large = (_kb_after(server, kiosks[:count]) for count in (few, many))
    name = f"memory of a collector after {many} kiosks, beside {few}, {engine}"
    yield Figure(name, large / 1e3, "MB", small / 1e3, TIMES_MAX)
    each = (large - small) / (many - few)
    yield Figure(f"memory of a collector for each kiosk more, {engine}", each, "kB", KB_EACH_MAX, 1)


def _kiosks(database: Database, many: int) -> list[KioskKey]:
    """So many kiosks that the database knows, at one counter."""
    open_office(database)
    keys = [KioskKey(str(UUID(int=number << 64))) for number in range(1, many + 1)]
    same = {"counter_id": 1, "info": {}, "enrolled_at": ENROLLED}
    with database.writing() as connection:
        connection.execute(insert(device), [same | {"device_id": key.keyid, "public_key": key.public} for key in keys])
        rows = [{"device_id": key.keyid, "key_id": key_id_of(key.public), "public_key": key.public, "since": ENROLLED}
                for key in keys]  # fmt: skip
        connection.execute(insert(device_key), rows)
    return keys


def _kb_after(server: Served, kiosks: Sequence[KioskKey]) -> float:
    """Thousands of bytes that the process has in memory once these have called."""
    for _ in range(ROUNDS):
        streams = [[_status(key, server.port) for key in kiosks[first::CALLERS]] for first in range(CALLERS)]
        seconds_to_send(server.port, streams)
    said = Path(f"/proc/{server.pid}/status").read_text()
    return next(int(line.split()[1]) for line in said.splitlines() if line.startswith("VmRSS:")) * 1.024


def _status(key: KioskKey, port: int) -> bytes:
    key.url = f"http://127.0.0.1:{port}"
    versions = {"python": "3.11.2", "kivy": "2.3.1", "sqlite": "3.40.1", "os": "Debian GNU/Linux 12"}
    said = DeviceStatus("1.4.0", key.keyid, 4013, "5e" * 32, 12, 340, 21_474_836_480, versions, address=key.url)
    request = key.request("POST", "/v1/device/status", msgspec.json.encode(said), {"Content-Type": JSON_MEDIA_TYPE})
    return on_the_wire(request, port)


if __name__ == "__main__":
    for figure in figures(*map(int, sys.argv[1:])):
        print(f"{figure.name}: {figure.value:.2f} {figure.unit}, beside {figure.baseline:.2f}: {figure.ratio:.2f}")
