"""PostgreSQL's part of the manual: set up, copied, restored with its own commands, and no kiosk loses a rating by it.

``make trial`` does the same with the embedded database.
"""

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from sync.collector.store.database import Database, open_database
from sync.collector.store.migrate import migrate
from tests.live import LiveCollector, LiveKiosk

MANUAL = Path(__file__).parents[4] / "config" / "OPERATIONS.md"


def manual(program: str) -> str:
    """The manual's line that starts this program as the user postgres."""
    found = re.findall(rf"^ {{4}}runuser -u postgres -- ({program} .+)$", MANUAL.read_text("utf-8"), re.MULTILINE)
    assert len(found) == 1, f"the manual says {len(found)} times how to call {program}"
    return str(found[0])


class Server:
    """A PostgreSQL server, and the manual's commands as whoever keeps it types them."""

    def __init__(self, url: str, dump: Path) -> None:
        self._folder = url.partition("host=")[2]
        self._dump = dump

    def do(self, program: str, typed: str = "") -> None:
        line = manual(program).replace("/var/lib/postgresql/hailong.dump", str(self._dump))
        environment = {**os.environ, "PGHOST": self._folder, "PGUSER": "postgres"}
        # Without a terminal, so that a password is asked of what is typed here.
        subprocess.run(["sh", "-c", line], input=typed, text=True, env=environment, timeout=60, check=True,
                       start_new_session=True, stdout=subprocess.DEVNULL)  # fmt: skip

    def sql(self, statement: str) -> None:
        """What no manual needs."""
        subprocess.run(["psql", "-q", "-h", self._folder, "-U", "postgres", "-c", statement], timeout=60, check=True)

    def lose(self) -> None:
        """The database is gone, whoever is connected."""
        self.sql("DROP DATABASE hailong WITH (FORCE)")

    @property
    def url(self) -> str:
        """As ``HAILONG_COLLECTOR_DATABASE_URL`` names it."""
        return f"postgresql+psycopg://hailong:bi-mat@/hailong?host={self._folder}"


class PostgresCollector(LiveCollector):
    """A live collector whose ratings are at a server."""

    def __init__(self, folder: Path, server: Server) -> None:
        self.server = server
        super().__init__(folder)

    @property
    def _address(self) -> str:
        return self.server.url

    def _made(self) -> Database:
        database = open_database(self._address)
        migrate(database)
        return database

    def ratings(self) -> list[str]:
        """The question of each; every press has one of its own."""
        with closing(open_database(self._address)) as database, database.reading() as connection:
            return sorted(connection.execute(text("SELECT question FROM rating")).scalars())


@pytest.fixture
def server(postgres: str, tmp_path: Path) -> Iterator[Server]:
    """The one of the whole run; what is made there is taken away again."""
    server = Server(postgres, tmp_path / "hailong.dump")
    yield server
    server.lose()
    server.sql("DROP ROLE hailong")


def test_collector_that_is_restored_gets_again_what_came_after_the_copy(server: Server, tmp_path: Path) -> None:
    server.do("createuser", typed="bi-mat\nbi-mat\n")
    server.do("createdb")
    collector = PostgresCollector(tmp_path / "collector", server).start()
    kiosk = LiveKiosk(tmp_path / "kiosk").start()
    kiosk.enroll(collector)
    kiosk.press(30)
    kiosk.sync()
    server.do("pg_dump")
    kiosk.press(20)
    kiosk.sync()
    assert len(collector.ratings()) == 50
    collector.stop()
    server.lose()

    server.do("createdb")
    server.do("pg_restore")
    assert len(collector.ratings()) == 30
    collector.start()
    kiosk.press(5)
    for _ in range(3):
        kiosk.sync()

    assert collector.ratings() == sorted(kiosk.thanked)
    collector.stop()
    kiosk.stop()
