"""A collector's log in a folder of its own, day after day."""

import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from sync.collector.settings.collector import CollectorConfig
from sync.collector.settings.log import Log
from sync.collector.transparency.disk import files, folder, keys, tree
from sync.collector.transparency.disk.folder import Folder
from sync.collector.transparency.keeper import Keeper
from sync.collector.transparency.leaves.index import LeafSource, sources_between
from sync.collector.transparency.public import PublicLog, Published
from sync.protocol.tlog.leaf import ENDED, JOURNAL, KEY, Leaf, Reached, journal_leaf, journal_secret, key_leaf
from tests.sync.collector.builders import NOON, Office, Pen
from tests.sync.collector.kiosk_client import URL

ORIGIN = "danhgia.example/log"


@dataclass
class Kept:
    """One office's log."""

    office: Office
    root: Path
    settings: Log = field(default_factory=Log)
    now: datetime = NOON
    monotonic_s: float = 0.0

    @property
    def config(self) -> CollectorConfig:
        given = {"directory": self.root, "name": ORIGIN}
        settings = Log(**{name: getattr(self.settings, name) for name in self.settings.__struct_fields__} | given)
        return CollectorConfig(public_url=URL, language="en", log=settings)

    def transact(self, work: Callable[..., Any], /) -> Any:
        with self.office.database.writing() as connection:
            return work(connection)

    @property
    def keeper(self) -> Keeper:
        return Keeper(self.config, self.office.database, self.transact, lambda: self.now, lambda: self.monotonic_s)

    @property
    def folder(self) -> Folder:
        return self.keeper.folder

    @property
    def public(self) -> PublicLog:
        return PublicLog(self.root)

    def run(self, days: int = 1) -> Published:
        """The next day's work; what is published then."""
        self.now += timedelta(days=days)
        self.keeper.run()
        return self.newest()

    def newest(self) -> Published:
        found = self.public.newest()
        assert found is not None
        return found

    def leaves(self) -> list[Leaf]:
        """Every published leaf."""
        size = self.newest().checkpoint.size
        found = [leaf for bundle in range(-(-size // 256)) for leaf in self.public.leaves(bundle, size)]
        return [Leaf.parse(leaf) for leaf in found]

    def sources(self) -> list[LeafSource]:
        """What the index says of every leaf."""
        with self.office.database.reading() as connection:
            return [source for _, source in sources_between(connection, 1, 0, 2**40)]


def leaf_of(pen: Pen, source: LeafSource) -> Leaf:
    """What a kiosk says its leaf must be."""
    assert source.seq is not None
    reached = Reached(source.day, source.seq, pen.cursor(source.seq).head)
    return journal_leaf(journal_secret(pen.cursor(1).head), reached, ended=source.kind == ENDED)


def report_numbers(unit: str = "XA", number: int = 0, shown: int = 60, month: str = "2026-10") -> bytes:
    """The numbers of a unit's kept report, as far as they say what they are of."""
    said = {
        "place": f"{unit}/", "places": {f"{unit}/": {"code": unit}}, "shown": shown,
        "period": {"kind": "month", "first": f"{month}-01"}, "closing": {"corrections": [{}] * number},
    }  # fmt: skip
    return json.dumps(said).encode()


def report_row(
    unit_id: int = 1, unit: str = "XA", number: int = 0, shown: int = 60, month: str = "2026-10"
) -> dict[str, Any]:
    """A row of ``closed_month`` with such numbers, kept as those of October."""
    numbers = report_numbers(unit, number, shown, month)
    key = {"unit_id": unit_id, "month": date(2026, 10, 1), "number": number, "made_at": NOON}
    return key | {"hash": sha256(numbers).digest(), "numbers": zlib.compress(numbers)}


class Cut(Exception):
    """The power goes."""


DISK_STEPS = (
    (files, "write_unsettled"), (files, "sync_directory"), (tree, "write_unsettled"), (tree, "sync_directory"),
    (tree, "make_folders"), (folder, "sync_directory"), (keys, "sync_directory"),
)  # fmt: skip


def counted(real: Callable[..., Any], left: list[int]) -> Callable[..., Any]:
    """The same step, at which the power goes when none is left."""

    def step(*args: Any, **kwargs: Any) -> Any:
        if left[0] == 0:
            raise Cut
        left[0] -= 1
        return real(*args, **kwargs)

    return step


__all__ = ["ENDED", "JOURNAL", "KEY", "ORIGIN", "Kept", "key_leaf", "leaf_of", "report_row"]
