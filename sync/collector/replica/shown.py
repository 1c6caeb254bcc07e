"""Shown: what has gone out, added up by half day, week and month, for each counter and for each unit.

A unit's sums are those of its own counters, always: both are written here and nowhere else, each time in
one transaction.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, select, update

from kiosk.domain.numbers.disclosure import Slice
from sync.collector.store.bulk import insert_rows
from sync.collector.store.schema import counter, shown_count, shown_stream, shown_unit_count

DAY, WEEK, MONTH = "d", "w", "m"
LEVEL_NAMES = tuple(f"n{level}" for level in range(1, 6))
_STREAM = ("survey", "question", "stream")
_OF_COUNTER = (*_STREAM, "grain", "first", "part", "counter_id")
_OF_UNIT = (*_STREAM, "grain", "first", "unit_id")


class StreamKey(NamedTuple):
    """What has blocks of its own."""

    counter_id: int
    survey: str
    question: str
    stream: str


class Sums:
    """Blocks added up by half day, week and month."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str, str, str, str, str, int], list[int]] = {}

    def add(self, key: StreamKey, block: Slice[StreamKey]) -> None:
        """A block goes out."""
        day = date.fromisoformat(block.day)
        monday, month = day - timedelta(days=day.weekday()), day.replace(day=1)
        for grain, first, part in ((DAY, day, block.part), (WEEK, monday, ""), (MONTH, month, "")):
            place = (key.survey, key.question, key.stream, grain, first.isoformat(), part, key.counter_id)
            row = self._rows.setdefault(place, [0] * 5)
            for level, n in block.counts.items():
                row[max(level, 1) - 1] += n

    def rated_on(self, stream: str) -> dict[tuple[str, str], set[tuple[int, date]]]:
        """By survey and question, the counters and days for which blocks of this stream go out."""
        found: dict[tuple[str, str], set[tuple[int, date]]] = {}
        for survey, question, of, grain, first, _, counter_id in self._rows:
            if (of, grain) == (stream, DAY):
                found.setdefault((survey, question), set()).add((counter_id, date.fromisoformat(first)))
        return found

    def keep(self, connection: Connection) -> None:
        """Add them to what is shown of the counters and of their units."""
        rows = [(*place, *levels) for place, levels in self._rows.items()]
        insert_rows(connection, shown_count, {}, (*_OF_COUNTER, *LEVEL_NAMES), rows, then=_adds(*_OF_COUNTER))
        of_units = [(*place, *levels) for place, levels in sorted(self._by_unit(connection).items())]
        insert_rows(connection, shown_unit_count, {}, (*_OF_UNIT, *LEVEL_NAMES), of_units, then=_adds(*_OF_UNIT))
        streams = sorted({place[:3] for place in self._rows})
        insert_rows(connection, shown_stream, {}, _STREAM, streams, then="ON CONFLICT DO NOTHING")

    def _by_unit(self, connection: Connection) -> dict[tuple[str, str, str, str, str, int], list[int]]:
        counters = sorted({place[-1] for place in self._rows})
        wanted = select(counter.c.counter_id, counter.c.unit_id).where(counter.c.counter_id.in_(counters))
        unit_of = {row.counter_id: row.unit_id for row in connection.execute(wanted)}
        found: dict[tuple[str, str, str, str, str, int], list[int]] = {}
        for (survey, question, stream, grain, first, _, counter_id), levels in self._rows.items():
            place = (survey, question, stream, grain, first, unit_of[counter_id])
            found[place] = [a + b for a, b in zip(found.get(place, [0] * 5), levels, strict=True)]
        return found


def take_back(connection: Connection, counters: Sequence[int] | None) -> None:
    """Show nothing of these counters any more; None is every counter."""
    if counters is None:
        connection.execute(delete(shown_unit_count))
        connection.execute(delete(shown_count))
        return
    of_them, unit_sum = shown_count.c.counter_id.in_(counters), shown_unit_count.c
    key = [*(shown_count.c[name] for name in _OF_UNIT[:-1]), counter.c.unit_id]
    sums = (func.sum(shown_count.c[name]).label(name) for name in LEVEL_NAMES)
    taken = select(*key, *sums).join(counter, counter.c.counter_id == shown_count.c.counter_id).where(of_them)
    less = taken.group_by(*key).subquery("taken").c
    connection.execute(
        update(shown_unit_count)
        .where(*(unit_sum[name] == less[name] for name in _OF_UNIT))
        .values({name: unit_sum[name] - less[name] for name in LEVEL_NAMES})
    )
    connection.execute(delete(shown_count).where(of_them))


def _adds(*key: str) -> str:
    table = "shown_unit_count" if "unit_id" in key else "shown_count"
    sums = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in LEVEL_NAMES)
    return f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {sums}"
