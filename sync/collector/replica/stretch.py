"""Stretch: some days of one counter, and those which a person has found suspect."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from sync.collector.store.schema import suspicion

ANY_PART = ""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some days of one counter, or the mornings or afternoons of these days alone."""

    counter_id: int
    first: date
    last: date
    part: str = ANY_PART

    def covers(self, counter_id: int, day: str, part: str) -> bool:
        """Whether a counter's half day lies in it."""
        same = self.counter_id == counter_id and self.part in (ANY_PART, part)
        return same and self.first.isoformat() <= day <= self.last.isoformat()


def read_suspect(connection: Connection, counters: Collection[int]) -> list[Stretch]:
    """What of these counters is suspect by decisions that stand."""
    rows = connection.execute(
        select(suspicion.c.counter_id, suspicion.c.first_day, suspicion.c.last_day, suspicion.c.part)
        .where(suspicion.c.counter_id.in_(sorted(counters)), suspicion.c.lifted_at.is_(None))
        .order_by(suspicion.c.suspicion_id)
    )
    return [Stretch(*row) for row in rows]
