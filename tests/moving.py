"""Moving: what tests of a collector that moves do with it and its kiosks."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from sync.agent.device.enroll import KioskFiles, load_device
from sync.agent.device.move import Mover
from sync.collector.fleet.devices import own
from sync.collector.store.database import open_database
from sync.protocol.own_key import READY
from tests import started
from tests.live import LiveCollector, LiveKiosk

NEVER = timedelta(days=30)


def decide(collector: LiveCollector, work: Callable[[Connection], Any]) -> None:
    """What IT staff decide at the collector; it is started again, as its memory of it is short."""
    was_running = collector.running
    collector.stop()
    database = open_database(f"sqlite:///{collector.path}")
    with database.writing() as connection:
        work(connection)
    database.close()
    if was_running:
        collector.start()


def announce(collector: LiveCollector, url: str, in_: timedelta = -timedelta(minutes=1)) -> None:
    now = datetime.now(UTC)
    decide(collector, lambda connection: own.plan_move(connection, url, now + in_, now, "test"))


def url_of(kiosk: LiveKiosk) -> str:
    return load_device(KioskFiles(kiosk.folder)).url


def said(collector: LiveCollector) -> dict[str, Any]:
    ((status,),) = collector.rows("SELECT status FROM device_status")
    return dict(json.loads(str(status)))


def made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def take_over(there: LiveCollector, collector: LiveCollector) -> None:
    """Stop the old one and restore its data at the new place."""
    collector.stop()
    backup = there.path.with_name("copy.db")
    collector.backup(backup)
    shutil.copy(backup, there.path)
    there.start()


def kiosk_command(kiosk: LiveKiosk, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "HAILONG_LANGUAGE": "en", **environment}
    ended = started.run("kiosk", [*arguments, "--data-dir", kiosk.folder.parent], env)
    assert "Traceback" not in ended.stderr
    return ended


@contextlib.contextmanager
def forwarding(to: int) -> Iterator[int]:
    """A port that leads to another one, as a container's or a firewall's does."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def forward() -> None:
            with contextlib.suppress(OSError):
                while True:
                    here, _ = server.accept()
                    there = socket.create_connection(("127.0.0.1", to))
                    for source, target in ((here, there), (there, here)):
                        threading.Thread(target=_pour, args=(source, target), daemon=True).start()

        threading.Thread(target=forward, daemon=True).start()
        yield server.getsockname()[1]


def _pour(source: socket.socket, target: socket.socket) -> None:
    # Each end is closed by whoever reads from it, once the other has said that nothing more comes.
    with source, contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def forget_key(files: KioskFiles) -> None:
    """The device file as an older version wrote it."""
    device = json.loads(files.device.read_bytes())
    for name in ("collector_key", "move", "left"):
        device.pop(name, None)
    files.device.write_text(json.dumps(device))


def empty_journals(collector: LiveCollector) -> None:
    def work(connection: Connection) -> None:
        for table in ("segment", "rating", "tally", "journal"):
            connection.exec_driver_sql(f"DELETE FROM {table}")

    decide(collector, work)


def mover_fault(kiosk: LiveKiosk) -> str | None:
    mover = Mover(KioskFiles(kiosk.folder), kiosk.path, kiosk.clock)
    assert not mover.follow(urgent=True)
    assert mover.fault != READY
    return mover.fault
