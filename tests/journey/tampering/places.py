"""Places: towns on disks, with a database of either kind, and copies of them for one story each."""

import itertools
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from sync.collector.store.database import open_database
from sync.collector.store.partitions import ensure_partitions
from tests.journey.tampering.town import Kept, begin_logs, living, stand_still, utc
from tests.sync.collector.builders import open_office
from tests.sync.collector.kiosk_client import enrolled_key
from tests.sync.collector.transparency.witnessing import FakeWitness

OPENED, BACKUP, STORY = utc(27, 7, 11), utc(8, 22), utc(9, 10)
"""When it begins; when the backup is made; when somebody tampers."""

CopyDatabase = Callable[[str, Path], str]
"""From a database that nobody has open, for a folder, to the address of its copy."""


@dataclass
class Country:
    """Where towns are built and copied, with databases of one kind."""

    root: Path
    template: str
    """The address of a migrated database with nothing in it."""
    copy_database: CopyDatabase
    witness: FakeWitness
    language: str = "en"
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def honest(self) -> tuple[Kept, Kept]:
        """A town in which nobody tampered, with a closed month; and its backup, half a day older."""
        kept = self._founded()
        with living(kept) as town:
            begin_logs(town)
            town.live_until(utc(28, 2, 11))
            town.sleep_until(utc(7, 22))
            town.live_until(BACKUP)
            backup = stand_still(town)
        backup = self.copied(backup)
        with living(backup.at(kept)) as town:
            town.live_until(STORY)
            assert town.told.words == [], town.told.words
            shutil.copytree(town.log_folder / "public", kept.folder / "mirror")
            return stand_still(town), backup

    def copied(self, kept: Kept) -> Kept:
        """The same once more, in a folder and a database of its own."""
        folder = self.root / str(next(self._numbers))
        shutil.copytree(kept.folder, folder, ignore=shutil.ignore_patterns("lock", "*.lock"))
        return replace(kept, folder=folder, url=self.copy_database(kept.url, folder))

    def restored(self, kept: Kept, backup: Kept) -> Kept:
        """A copy in which the collector's database and log are those of the backup; all else went on."""
        copy, older = self.copied(kept), self.copied(backup)
        shutil.rmtree(copy.folder / "log")
        (older.folder / "log").rename(copy.folder / "log")
        return replace(copy, url=older.url)

    def _founded(self) -> Kept:
        folder = self.root / "honest"
        folder.mkdir()
        shutil.copytree(self.witness.files.folder, folder / "witness")
        kept = Kept(folder, self.copy_database(self.template, folder), OPENED, (), self.witness, self.language)
        database = open_database(kept.url)
        with database.writing() as connection:
            for moment in (OPENED, STORY):
                ensure_partitions(connection, moment)
        office = open_office(database)
        devices = (office.device, office.new_device())
        keys = tuple(enrolled_key(database, one.device_id) for one in devices)
        database.close()
        return replace(kept, keys=keys)


def copy_sqlite(url: str, folder: Path) -> str:
    """A copy of the file."""
    copy = folder / "collector.db"
    shutil.copyfile(url.removeprefix("sqlite:///"), copy)
    return f"sqlite:///{copy}"


def copy_postgresql(order: Callable[[str], None], server: str) -> CopyDatabase:
    """By ``CREATE DATABASE … TEMPLATE``."""
    numbers = itertools.count(1)

    def copy(url: str, _: Path) -> str:
        name, template = f"town_{next(numbers)}", url.partition("?")[0].rpartition("/")[2]
        order(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return server.format(database=name)

    return copy
