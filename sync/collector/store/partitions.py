"""Partitions: on PostgreSQL, one part of ``segment`` and ``rating`` a month of arrival, made before it is needed.

There is no part for all other months: each new one would have to look through it first, with the table locked. A month
comes by the collector's own clock, whatever a kiosk's says, and an append makes sure of its month's part.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import Connection, text

from sync.collector.store.database import Database
from sync.collector.store.patience import patiently
from sync.collector.store.schema import PARTITIONED

AHEAD = 3
"""So many months after this one have their parts: a collector that nobody looks after goes on for a season."""
_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('hailong partitions'))")
_PARTS = text(
    "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_class p ON p.oid = i.inhparent "
    "WHERE p.relname = :name AND p.relnamespace = current_schema()::text::regnamespace"
)


class Part(NamedTuple):
    """One month's part of a table."""

    table: str
    month: datetime
    """Its first moment, in UTC."""

    @property
    def name(self) -> str:
        """As the database calls it."""
        return f"{self.table}_{self.month:%Y_%m}"

    @property
    def make(self) -> str:
        """The statement that makes it, unless it is there."""
        return (
            f"CREATE TABLE IF NOT EXISTS {self.name} PARTITION OF {self.table} "
            f"FOR VALUES FROM ('{self.month.isoformat()}') TO ('{next_month(self.month).isoformat()}')"
        )


def ensure_partitions(connection: Connection, around: datetime) -> None:
    """Make the parts for the month of ``around`` and the next one unless they are there; nothing on SQLite.

    Several processes may do so at once.
    """
    if connection.dialect.name != "postgresql":
        return
    lock_partitions(connection)
    first = month_of(around)
    for month in (first, next_month(first)):
        for table in PARTITIONED:
            connection.execute(text(Part(table, month).make))


def lock_partitions(connection: Connection) -> None:
    """Let no other program make or drop parts until this transaction ends; on PostgreSQL alone."""
    connection.execute(_LOCK)


def missing_parts(database: Database, now: datetime) -> list[Part]:
    """Which parts are to be made, of this month and of ``AHEAD`` more; none on SQLite."""
    if database.is_sqlite:
        return []
    with database.reading() as connection:
        there = {part.name for table in PARTITIONED for part in parts_of(connection, table)}
    return [part for part in _ahead(now) if part.name not in there]


def make_parts(database: Database, now: datetime) -> int:
    """Make what is missing, each by a statement of its own; how many."""
    missing = missing_parts(database, now)
    for part in missing:
        # Together in one transaction they would wait for each other across the machines of a distributed database.
        patiently(database, part.make)
    return len(missing)


def parts_of(connection: Connection, table: str) -> list[Part]:
    """The months' parts that a table has, the oldest first."""
    found = []
    for name in connection.execute(_PARTS, {"name": table}).scalars():
        year, _, month = str(name).removeprefix(f"{table}_").partition("_")
        if year.isdigit() and month.isdigit():
            found.append(Part(table, datetime(int(year), int(month), 1, tzinfo=UTC)))
    return sorted(found, key=lambda part: part.month)


class Partitions:
    """Remembers which month is ready, so that an append asks nothing."""

    def __init__(self) -> None:
        self._ready: datetime | None = None

    def missing(self, moment: datetime) -> bool:
        """Whether the month of ``moment`` must be made sure of before it is written to."""
        return month_of(moment) != self._ready

    def note(self, moment: datetime) -> None:
        """The month of ``moment`` is there. Another one's part may have been dropped before a clock goes back to it."""
        self._ready = month_of(moment)


def month_of(moment: datetime) -> datetime:
    """The first moment of a moment's month, in UTC, by which parts are cut."""
    return moment.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def next_month(month: datetime) -> datetime:
    """The first moment of the month after."""
    return month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)


def _ahead(now: datetime) -> Iterator[Part]:
    month = month_of(now)
    for _ in range(AHEAD + 1):
        yield from (Part(table, month) for table in PARTITIONED)
        month = next_month(month)
