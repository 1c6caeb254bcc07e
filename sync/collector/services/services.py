"""Services: what every request needs, put together in one place."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import structlog
from sqlalchemy import Connection

from sync.collector.calendar.periods import open_since
from sync.collector.calendar.presstime import LocalDays
from sync.collector.figures.held_back import HeldBack
from sync.collector.figures.release import Release
from sync.collector.fleet.devices.directory import Directory
from sync.collector.fleet.devices.own import Addresses
from sync.collector.fleet.kiosks.hours import Missed
from sync.collector.fleet.rollouts.calendars import Calendars
from sync.collector.fleet.rollouts.effective import InForceCache
from sync.collector.fleet.surveys.library import Library
from sync.collector.notices.outbox import Outbox
from sync.collector.replica.outgoing.pooling import Group, Pooling
from sync.collector.services.admission import Admission
from sync.collector.services.appends import Appends
from sync.collector.services.heartbeats import Heartbeats
from sync.collector.services.readings import Readings
from sync.collector.services.receipts import Pace
from sync.collector.settings.collector import CollectorConfig
from sync.collector.store.database import Database, faults_named
from sync.collector.store.distributed import is_distributed
from sync.collector.store.partitions import Partitions
from sync.collector.store.writer import T, Writer, writer_for
from sync.collector.transparency.public import PublicLog

RELEASE_S_MAX = 120.0
"""Longer than the blocks of one transaction ever take, however busy the disk."""

_log = structlog.get_logger("collector.release")


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
    log: PublicLog
    """What is published of the transparency log."""
    heartbeats: Heartbeats
    appends: Appends
    rollouts: InForceCache = field(default_factory=InForceCache)
    partitions: Partitions = field(default_factory=Partitions)
    held_back: HeldBack[str] = field(default_factory=HeldBack)
    """Journals that could not be judged or brought out."""
    pools_back: HeldBack[Group] = field(default_factory=HeldBack)
    """Months whose tails could not be pooled."""
    admission: Admission = field(default_factory=Admission)
    """The line in which large batches stand."""
    receipts: Pace = field(default_factory=Pace)
    """How many receipts may be looked up."""
    readings: Readings = field(default_factory=Readings)

    def release(self) -> None:
        """Bring out what may be shown by now; nearly always there is nothing to do.

        Raises only where what is shown was brought out under another rule than the one in force.
        """
        try:
            self._bring_out()
        except Exception as error:
            # A page shows what is out already: that others' blocks cannot go out now is no reason to show nothing.
            with self.database.reading() as connection:
                if not self._release.follows_rule(connection):
                    raise
            _log.warning("numbers not brought out", why=f"{type(error).__name__}: {error}")

    def _bring_out(self) -> None:
        release = self._release
        with self.database.reading() as connection:
            is_due = release.is_due(connection)
        if is_due:
            self.held_back.add(release.run(self._transact))
        pooling = self._pooling
        with self.database.reading() as connection:
            is_due = not release.is_at_once and pooling.is_due(connection)
        if is_due:
            self.pools_back.add(pooling.run(self._transact))

    async def write(self, work: Callable[[Connection], T]) -> T:
        """What ``work`` returned, once its transaction is durable; the request waits, its thread does not."""
        return await asyncio.wrap_future(self.writer.submit(work))

    def _transact(self, work: Callable[[Connection], T]) -> T:
        return self.writer.submit(work).result(RELEASE_S_MAX)

    @property
    def _release(self) -> Release:
        now = self.now()
        return Release(now, self.days.today(now), self.config.policy, self.surveys, self.held_back.keys())

    @property
    def _pooling(self) -> Pooling:
        now = self.now()
        today, policy = date.fromisoformat(self.days.today(now)[0]), self.config.policy
        since = open_since(today, self.config.reports.closed_after_days)
        return Pooling(now, since, policy.block_min, self.pools_back.keys())

    def calendars(self, connection: Connection) -> Calendars:
        """When each place's office is open."""
        return Calendars(self.config, self.rollouts.in_force(connection))

    def missed(self, connection: Connection) -> Missed:
        """Which kiosks should have been heard by now."""
        limit = timedelta(minutes=self.config.fleet.silent_minutes)
        return Missed(self.calendars(connection), self.config.zone, limit, self.now())

    @property
    def outbox(self) -> Outbox:
        """Where what people are to be told is put."""
        return Outbox(self.config.notices, self.config.zone)


def make_services(config: CollectorConfig, database: Database, now: Callable[[], datetime] = _now) -> Services:
    """The services over an open, current database; ``writer.close()`` ends them."""
    writer, rollouts = writer_for(database), InForceCache(config.calendar.told)
    heartbeats, log = Heartbeats(writer, rollouts, config), PublicLog(config.log_directory)
    days = LocalDays(config.zone)
    with faults_named(database), database.reading() as connection:
        appends = Appends(writer, days, is_spread=is_distributed(connection))
    return Services(
        config, database, writer, Directory(database), days, Library(database), now,
        Addresses(database, config.url), log, heartbeats, appends, rollouts,
        receipts=Pace(workers=config.workers),
    )  # fmt: skip
