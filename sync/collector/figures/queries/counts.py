"""Counts: what may be shown of a period, read in as few rows as it can be put together from.

Everything here comes from blocks that went out (``sync.collector.figures.release``).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Connection, Table, and_, cast, func, select, text, union_all

from sync.collector.figures.queries.asked import Asked, is_version
from sync.collector.figures.queries.grains import Days, grains_of
from sync.collector.replica.shown import BEYOND, HALF, LEVEL_NAMES, MONTH, WEEK, month_of
from sync.collector.replica.tally import COUNTED, REASON
from sync.collector.store.schema import shown_count, shown_stream, shown_unit_count, tally, undated_count
from sync.collector.store.schema.shown import LONGER

Keys = Mapping[int, str]
"""The place of each counter, or of each unit; of what stands at several of a unit's counters, the unit's number below
nought with the unit's place."""
HalfDay = tuple[str, str]
"""An office's day (ISO) and ``am`` or ``pm``."""
Levels = tuple[int, int, int, int, int]
"""How many ratings each level got, from 1."""
NAMED_MAX = 150
"""Of more counters or units, all rows are read: they are most of the province then."""
FEW_MAX = 50
"""Each of so many counters is looked up by itself: of more, it takes as long to pass over those of others."""
NO_LEVELS: Levels = (0, 0, 0, 0, 0)


class SumTable(NamedTuple):
    """Where counts are read, and of which counters or units."""

    table: Table
    of: ColumnElement[int]
    """The counter or unit that a row is about."""
    keys: Keys

    @property
    def is_named(self) -> bool:
        """Whether they are few enough to ask for each by its id."""
        return len(self.keys) <= NAMED_MAX

    def rows(self, asked: Asked, streams: Sequence[str], grain: str) -> ColumnElement[bool]:
        """What is shown of these streams in spans of this kind; of others as well where they are not named."""
        c = self.table.c
        stream = c.stream == streams[0] if len(streams) == 1 else c.stream.in_(streams)
        if self.table is shown_count and grain != HALF and len(self.keys) <= FEW_MAX:
            # With nothing behind it, so that neither engine takes the index of the key.
            by_counter = and_(text(LONGER), self.of.in_(self.keys), stream)
            return and_(by_counter, c.survey.concat("") == asked.survey, c.question == asked.question)
        wanted = and_(c.survey == asked.survey, c.question == asked.question, stream)
        # Plus nothing, so that PostgreSQL does not look up each id by itself in the index of the key, where the id
        # stands last: that took fifty times as long as passing over the other rows.
        return and_(wanted, (self.of + 0).in_(self.keys)) if self.is_named else wanted


def sums_of_counters(keys: Keys) -> SumTable:
    """What is shown of counters, each by itself."""
    return SumTable(shown_count, shown_count.c.counter_id, keys)


def sums_of_units(keys: Keys) -> SumTable:
    """What is shown of units, the counters of each together."""
    return SumTable(shown_unit_count, shown_unit_count.c.unit_id, keys)


def read_asked(connection: Connection, days: Days) -> dict[Asked, int]:
    """Which questions were answered in the months of these days, and how often."""
    streams = select(shown_stream.c.survey, shown_stream.c.question).where(shown_stream.c.stream == COUNTED)
    c, found = shown_unit_count.c, {}
    months = and_(c.grain == MONTH, c.first.between(days.first.replace(day=1), days.last))
    for asked in [Asked(*row) for row in connection.execute(streams.order_by(*streams.selected_columns))]:
        of_it = and_(c.survey == asked.survey, c.question == asked.question, c.stream == COUNTED)
        if n := connection.execute(select(func.sum(all_levels(shown_unit_count))).where(of_it, months)).scalar_one():
            found[asked] = int(n)
    return found


def read_streams(
    connection: Connection, keys: Keys, asked: Asked, streams: Sequence[str], days: Days
) -> dict[str, dict[str, Levels]]:
    """By stream and counter, what was shown."""
    source = sums_of_counters(keys)
    found: dict[str, dict[str, Levels]] = {stream: {} for stream in streams}
    by = (source.table.c.stream, source.of)
    for stream, counter_id, *levels in _read(connection, source, asked, streams, days, by, LEVEL_NAMES):
        if (key := keys.get(counter_id)) is not None:
            found[stream][key] = add(found[stream].get(key), levels)
    return found


def read_levels(connection: Connection, keys: Keys, asked: Asked, stream: str, days: Days) -> dict[str, Levels]:
    """By counter, what was shown of one stream."""
    return read_streams(connection, keys, asked, [stream], days)[stream]


def read_singles(
    connection: Connection, source: SumTable, asked: Asked, streams: Sequence[str], days: Days
) -> dict[str, "Counter[str]"]:
    """By counter or unit, how many are shown of each of ``streams`` that have no levels."""
    found: dict[str, Counter[str]] = {}
    by = (source.table.c.stream, source.of)
    for stream, number, n in _read(connection, source, asked, streams, days, by, ("n1",)) if source.keys else ():
        if n and (key := source.keys.get(number)) is not None:
            found.setdefault(key, Counter())[stream] += n
    return found


def read_together(
    connection: Connection, source: SumTable, asked: Asked, streams: Sequence[str], days: Days
) -> "Counter[str]":
    """How many all these counters or units show together of each of ``streams`` that have no levels."""
    found = Counter[str]()
    # Of many all rows come, and whose they are: those of other places are left out here.
    by = (source.table.c.stream,) if source.is_named else (source.table.c.stream, source.of)
    for stream, *number, n in _read(connection, source, asked, streams, days, by, ("n1",)) if source.keys else ():
        if not number or number[0] in source.keys:
            found[stream] += n
    return found


def read_reason_names(connection: Connection, asked: Asked) -> list[str]:
    """Which reasons of a question were ever shown."""
    c = shown_stream.c
    wanted = select(c.stream).where(c.survey == asked.survey, c.question == asked.question, c.stream.startswith(REASON))
    return sorted(stream.removeprefix(REASON) for stream in connection.execute(wanted).scalars())


def read_weeks(connection: Connection, source: SumTable, asked: Asked, days: Days) -> Iterable[Any]:
    """Rows of week after week from a Monday: the week, the counter's or unit's id, and the levels.

    A week of two months has a row of each, and one more of what crosses from one into the other.
    """
    c = source.table.c
    wanted = select(c.first, c.last, source.of, *(c[name] for name in LEVEL_NAMES))
    wanted = wanted.where(source.rows(asked, [COUNTED], WEEK), c.grain.in_((WEEK, BEYOND)))
    wanted = wanted.where(c.first.between(*days), c.last <= days.last)
    for first, last, number, *levels in connection.execute(wanted).all() if source.keys else ():
        if monday_of(first) == monday_of(last):
            yield monday_of(first), number, *levels


def read_sums(
    connection: Connection, source: SumTable, asked: Asked, streams: Sequence[str], grain: str, days: Days
) -> "Counter[tuple[date, str]]":
    """Week after week or month after month, how many all these counters or units show of each stream together."""
    c, found = source.table.c, Counter[tuple[date, str]]()
    if not streams or not source.keys:
        return found
    # Of many all rows come, and whose they are: those of other places are left out here.
    by = [] if source.is_named else [source.of]
    ends = (c.first, c.last, c.stream)
    wanted = select(*ends, func.sum(all_levels(source.table)), *by).where(source.rows(asked, streams, grain))
    grains = (WEEK, BEYOND) if grain == WEEK else (grain,)
    wanted = wanted.where(c.grain.in_(grains), c.first.between(*days), c.last <= _end(grain, days))
    for first, last, stream, n, *number in connection.execute(wanted.group_by(*ends, *by)).all():
        if not number or number[0] in source.keys:
            start = first if grain == MONTH else monday_of(first)
            if grain == MONTH or start == monday_of(last):
                found[start, stream] += int(n)
    return found


@lru_cache(4096)
def monday_of(day: date) -> date:
    """The day on which its week begins."""
    return day - timedelta(days=day.weekday())


def _end(grain: str, days: Days) -> date:
    """The last day of the last month or week that begins in these days."""
    return month_of(days.last)[1] if grain == MONTH else monday_of(days.last) + timedelta(days=6)


def read_half_days(
    connection: Connection, counter_id: int, asked: Asked, days: Days, present: HalfDay | None = None
) -> dict[tuple[date, str], Levels | None]:
    """By half day before the ``present`` one, what one counter shows; None where no block is of it alone."""
    t = tally.c
    here = and_(t.day.between(*days), t.counter_id == counter_id, t.question == asked.question, t.standing == COUNTED)
    came = select(t.day, t.part).where(here, t.n > 0, is_version(t.survey, *asked)).distinct()
    found: dict[tuple[date, str], Levels | None] = {
        (day, part): None
        for day, part in connection.execute(came)
        if present is None or (day.isoformat(), part) < present
    }
    source = sums_of_counters({counter_id: ""})
    c = shown_count.c
    wanted = select(c.first, c.part, *(c[name] for name in LEVEL_NAMES)).where(source.rows(asked, [COUNTED], HALF))
    for day, part, *levels in connection.execute(wanted.where(c.grain == HALF, c.first.between(*days))):
        if any(levels):
            found[day, part] = add(None, levels)
    return found


def by_level(levels: Levels) -> dict[int, int]:
    """The levels that were pressed."""
    return {level: n for level, n in enumerate(levels, 1) if n}


def add(one: Levels | None, other: Iterable[int]) -> Levels:
    """Two counts together."""
    a, b, c, d, e = other
    if one is None:
        return int(a), int(b), int(c), int(d), int(e)
    return one[0] + int(a), one[1] + int(b), one[2] + int(c), one[3] + int(d), one[4] + int(e)


def all_levels(table: Table) -> Any:
    """How many ratings a row tells of."""
    first, *others = (table.c[name] for name in LEVEL_NAMES)
    return sum(others, first)


def _read(
    connection: Connection,
    source: SumTable,
    asked: Asked,
    streams: Sequence[str],
    days: Days,
    by: Sequence[ColumnElement[Any]],
    levels: Sequence[str],
) -> Sequence[Any]:
    """The sums of some levels by ``by``, of the rows of every grain together."""
    if not streams:
        return ()
    c = source.table.c
    parts = [
        select(*by, *(c[name] for name in levels)).where(
            source.rows(asked, streams, grain), c.grain == grain, c.first.between(*ends), c.last <= ends.last
        )
        for grain, ends in grains_of(days)
    ]
    rows = (parts[0] if len(parts) == 1 else union_all(*parts)).subquery("shown").c
    groups = [rows[column.name] for column in by]
    # PostgreSQL's sums are decimals otherwise, which cost as much again to read.
    sums = (cast(func.sum(rows[name]), BigInteger) for name in levels)
    return connection.execute(select(*groups, *sums).group_by(*groups)).all()


def undated_counters(connection: Connection, first: date, last: date) -> set[int]:
    """The ids of counters some of whose ratings stand on the day of their receipt: nobody knows when they were pressed.

    How many such ratings there are in these days is told nowhere: they may be few.
    """
    inside = (undated_count.c.day.between(first, last), undated_count.c.n > 0)
    return set(connection.execute(select(undated_count.c.counter_id).where(*inside).distinct()).scalars())
