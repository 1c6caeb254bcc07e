"""Partitions: on PostgreSQL, one part of ``segment`` and ``rating`` a month, made before it is needed."""

from datetime import UTC, datetime

from sqlalchemy import Connection, text

from sync.collector.store.schema import PARTITIONED

_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('hailong partitions'))")


def ensure_partitions(connection: Connection, around: datetime) -> None:
    """Make the parts for the month of ``around`` and the next one unless they are there; nothing on SQLite.

    Several processes may do so at once.
    """
    if connection.dialect.name != "postgresql":
        return
    connection.execute(_LOCK)
    first = _month_of(around)
    for month in (first, _next_month(first)):
        for table in PARTITIONED:
            connection.execute(
                text(
                    f"CREATE TABLE IF NOT EXISTS {table}_{month:%Y_%m} PARTITION OF {table} "
                    f"FOR VALUES FROM ('{month.isoformat()}') TO ('{_next_month(month).isoformat()}')"
                )
            )


class Partitions:
    """Remembers which months are ready, so that an append asks nothing."""

    def __init__(self) -> None:
        self._ready: set[datetime] = set()

    def missing(self, moment: datetime) -> bool:
        """Whether the month of ``moment`` must be made sure of before it is written to."""
        return _month_of(moment) not in self._ready

    def note(self, moment: datetime) -> None:
        """The month of ``moment`` is there."""
        self._ready.add(_month_of(moment))


def _month_of(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _next_month(month: datetime) -> datetime:
    return month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)
