"""Services: what every request needs, put together in one place."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sync.collector.config import CollectorConfig
from sync.collector.database import Database
from sync.collector.devices import Directory
from sync.collector.notices.outbox import Outbox
from sync.collector.own import Addresses
from sync.collector.partitions import Partitions
from sync.collector.presstime import LocalDays
from sync.collector.release import Release
from sync.collector.rollouts.effective import Shelf as RolloutShelf
from sync.collector.surveys.library import Library
from sync.collector.writer import Writer, writer_for

RELEASE_S_MAX = 120.0
"""Longer than forty counters ever take, however busy the disk."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Services:
    """The collector of one process."""

    config: CollectorConfig
    database: Database
    writer: Writer
    directory: Directory
    days: LocalDays
    surveys: Library
    now: Callable[[], datetime]
    addresses: Addresses
    rollouts: RolloutShelf = field(default_factory=RolloutShelf)
    partitions: Partitions = field(default_factory=Partitions)

    def release(self) -> None:
        """Bring out what may be shown by now; nearly always there is nothing to do."""
        release = Release(self.days.today(self.now()), self.config.policy)
        with self.database.reading() as connection:
            is_due = release.is_due(connection)
        if is_due:
            release.run(lambda work: self.writer.submit(work).result(RELEASE_S_MAX))

    @property
    def outbox(self) -> Outbox:
        """Where what people are to be told is put."""
        return Outbox(self.config.notices, self.config.zone)


def make_services(config: CollectorConfig, database: Database, now: Callable[[], datetime] = _now) -> Services:
    """The services over an open, current database; ``writer.close()`` ends them."""
    return Services(
        config, database, writer_for(database), Directory(database), LocalDays(config.zone), Library(database), now,
        Addresses(database, config.url),
    )  # fmt: skip
