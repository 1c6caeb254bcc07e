"""Live: a real collector on loopback and kiosks with real journals, driven from a test; one oracle for all of them.

Each press has a question of its own, so that every report tells which presses are in it and how often.
"""

import contextlib
import itertools
import shutil
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import uvicorn

from kiosk.base.clock import SystemClock
from kiosk.domain.instant import Clock
from kiosk.domain.visit.rating import Rating, Standing
from kiosk.journal.chain import Cursor
from kiosk.journal.disk.engine import sqlite_module
from kiosk.journal.journal import Journal
from kiosk.journal.reader import JournalReader
from kiosk.journal.upkeep.upkeep import Upkeep
from kiosk.journal.upkeep.verify import verify_journal
from sync.agent.device.enroll import enroll_kiosk
from sync.agent.run import sync_once
from sync.collector.fleet.devices import devices
from sync.collector.fleet.places import units
from sync.collector.run.app import create_app
from sync.collector.services.services import make_services
from sync.collector.settings.collector import CollectorConfig
from sync.collector.store.database import Database, open_database
from tests.sync.collector.sharing import migrated

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
# The library that the collector has open: another one in this process would, by closing the file, drop its locks.
sqlite3 = sqlite_module()
_numbers = itertools.count(1)


class LiveCollector:
    """The real app over a real SQLite file, served by uvicorn in a thread; it can be stopped, copied and restored."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "collector.db"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        database = self._made()
        with database.writing() as connection:
            place = units.unit_for(connection, "XA", "Xã Bắc Sơn")
            for number in (1, 2):
                units.new_counter(connection, f"Q{number}", f"Quầy {number}", place, datetime.now(UTC))
        database.close()
        self.public_url = self.url
        self.settings: dict[str, Any] = {}
        """What its settings file says besides; in force from the next start on."""
        self._server: uvicorn.Server | None = None
        self._thread = threading.Thread()

    @property
    def _address(self) -> str:
        return f"sqlite:///{self.path}"

    def _made(self) -> Database:
        """A fresh migrated database."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.copy(migrated(), self.path)
        return open_database(self._address)

    def start(self) -> "LiveCollector":
        """Serve; returns when requests are taken."""
        config = CollectorConfig(public_url=self.public_url, database_url=self._address, **self.settings)
        app = create_app(make_services(config, open_database(self._address)))
        listener = socket.create_server(("127.0.0.1", self.port), backlog=128)
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=2))
        self._server = server
        self._thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        self._thread.start()
        return self

    @property
    def running(self) -> bool:
        """Whether it serves."""
        return self._server is not None

    def stop(self) -> None:
        """Stop, with everything it took on disk."""
        if self._server is not None:
            self._server.should_exit = True
            self._thread.join(20)
            assert not self._thread.is_alive()
            self._server = None

    def backup(self, to: Path) -> None:
        """What IT staff copy at night."""
        with (
            contextlib.closing(sqlite3.connect(self.path)) as source,
            contextlib.closing(sqlite3.connect(to)) as target,
        ):
            source.backup(target)

    def restore(self, backup: Path) -> None:
        """Begin again with what was copied."""
        self.stop()
        for companion in ("-wal", "-shm", "-journal"):
            Path(f"{self.path}{companion}").unlink(missing_ok=True)
        shutil.copy(backup, self.path)
        self.start()

    def new_code(self, counter: str = "Q1") -> str:
        """A one-time code, as ``collector device new`` prints it."""
        database = open_database(self._address)
        with database.writing() as connection:
            code = devices.new_code(connection, counter, None, timedelta(hours=1), datetime.now(UTC), "test")
        database.close()
        return code

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """What a query finds in the database."""
        with contextlib.closing(sqlite3.connect(self.path)) as connection:
            return list(connection.execute(query).fetchall())

    def reported(self) -> Counter[str]:
        """How often each press is in the reports, whatever its standing."""
        return Counter({str(question): int(str(n)) for question, n in self.rows(_REPORTED)})


_REPORTED = "SELECT question, sum(n) FROM tally GROUP BY question HAVING sum(n) <> 0"


class LiveKiosk:
    """A kiosk's folder, with its app running unless it was stopped."""

    def __init__(self, folder: Path, clock: Clock | None = None) -> None:
        self.folder = folder
        self.path = folder / "journal.db"
        self.clock = clock or SystemClock(ZONE)
        self.thanked: list[str] = []
        self._journal: Journal | None = None

    def start(self) -> "LiveKiosk":
        """Start the app."""
        self._journal = Journal.open(self.path, self.clock, "hailong test", allow_any_disk=True)
        self._upkeep = Upkeep(self.path, self.clock, timedelta(days=400))
        return self

    def stop(self) -> None:
        """Stop the app."""
        if self._journal is not None:
            self._journal.close()
            self._journal = None

    @property
    def running(self) -> bool:
        return self._journal is not None

    def press(self, times: int = 1) -> None:
        """Presses, thanked for once they are on disk."""
        assert self._journal is not None
        for _ in range(times):
            question = f"q{next(_numbers)}"
            self._journal.append(Rating(self.clock.now(), "sipas-5@1", question, 4, Standing.COUNTED))
            self.thanked.append(question)

    def enroll(self, collector: LiveCollector, counter: str = "Q1", **options: object) -> None:
        """Spend a code."""
        with JournalReader(self.path) as reader:
            journal_id = reader.id
        enroll_kiosk(self.folder, collector.url, collector.new_code(counter), journal_id, self.clock, **options)  # type: ignore[arg-type]

    def sync(self, **options: object) -> Cursor:
        """One cycle of the real agent, then what the app does about its notes."""
        try:
            return sync_once(self.folder, self.path, self.clock, **options)  # type: ignore[arg-type]
        finally:
            self.look()

    def look(self) -> None:
        """What the recorder does every two seconds."""
        if self._journal is not None:
            self._upkeep.look(self._journal)

    def copy(self, to: Path) -> "LiveKiosk":
        """The disk image as it is, on another card; the app need not be stopped, as no imager stops it."""
        shutil.copytree(self.folder, to, ignore=shutil.ignore_patterns("*.lock"))
        return LiveKiosk(to, self.clock)

    def roll_back(self, image: "LiveKiosk") -> None:
        """Put an older image in the place of the disk; what was thanked for since, and not sent, is gone with it."""
        self.stop()
        shutil.rmtree(self.folder)
        shutil.copytree(image.folder, self.folder)

    def require_sound(self) -> None:
        """The chain of the journal in use verifies."""
        with JournalReader(self.path) as reader:
            assert verify_journal(reader) is None


@contextlib.contextmanager
def live_collector(folder: Path) -> Iterator[LiveCollector]:
    """A running collector; stopped at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    collector = LiveCollector(folder).start()
    try:
        yield collector
    finally:
        collector.stop()


def once_each(*kiosks: LiveKiosk) -> Counter[str]:
    """What the reports must hold: every press that any of the kiosks thanked for, once."""
    return Counter(dict.fromkeys((press for kiosk in kiosks for press in kiosk.thanked), 1))
