"""Counts: what may be shown of a period, read in as few rows as it can be put together from.

Everything here comes from blocks that went out (``sync.collector.figures.release``).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Date,
    Select,
    Table,
    and_,
    bindparam,
    cast,
    func,
    select,
    tuple_,
    union_all,
)

from kiosk.domain.instant import monday_of
from sync.collector.figures.queries.asked import Asked, is_version
from sync.collector.figures.queries.grains import Days, grains_of
from sync.collector.figures.queries.summed import (
    FIRST,
    LAST,
    Keys,
    Reach,
    SumTable,
    column_of,
    rows_of,
    sums_of_counters,
)
from sync.collector.replica.shown import BEYOND, HALF, LEVEL_NAMES, MONTH, WEEK, month_of
from sync.collector.replica.tally import COUNTED, REASON
from sync.collector.store.schema import shown_count, shown_stream, shown_unit_count, tally, undated_count

HalfDay = tuple[str, str]
"""An office's day (ISO) and ``am`` or ``pm``."""
Levels = tuple[int, int, int, int, int]
"""How many ratings each level got, from 1."""
NO_LEVELS: Levels = (0, 0, 0, 0, 0)


def all_levels(table: Table) -> Any:
    """How many ratings a row tells of."""
    first, *others = (table.c[name] for name in LEVEL_NAMES)
    return sum(others, first)


_S, _U = shown_stream.c, shown_unit_count.c
_EVER = select(_S.survey, _S.question).where(_S.stream == COUNTED).order_by(_S.survey, _S.question)
_IN_MONTHS = select(func.sum(all_levels(shown_unit_count))).where(
    _U.survey == bindparam("survey"), _U.question == bindparam("question"), _U.stream == COUNTED, _U.grain == MONTH,
    _U.first.between(FIRST, LAST),
)  # fmt: skip


def read_asked(connection: Connection, days: Days) -> dict[Asked, int]:
    """Which questions were answered in the months of these days, and how often."""
    months, found = {"first": days.first.replace(day=1), "last": days.last}, {}
    for asked in [Asked(*row) for row in connection.execute(_EVER)]:
        if n := connection.execute(_IN_MONTHS, {**months, **asked._asdict()}).scalar_one():
            found[asked] = int(n)
    return found


def read_streams(
    connection: Connection, keys: Keys, asked: Asked, streams: Sequence[str], days: Days
) -> dict[str, dict[str, Levels]]:
    """By stream and counter, what was shown."""
    source = sums_of_counters(keys)
    found: dict[str, dict[str, Levels]] = {stream: {} for stream in streams}
    by = ("stream", source.of.name)
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
    by = ("stream", source.of.name)
    for stream, number, n in _read(connection, source, asked, streams, days, by, ("n1",)):
        if n and (key := source.keys.get(number)) is not None:
            found.setdefault(key, Counter())[stream] += n
    return found


def read_together(
    connection: Connection, source: SumTable, asked: Asked, streams: Sequence[str], days: Days
) -> "Counter[str]":
    """How many all these counters or units show together of each of ``streams`` that have no levels."""
    found = Counter[str]()
    # Of many all rows come, and whose they are: those of other places are left out here.
    by = ("stream",) if source.is_named else ("stream", source.of.name)
    for stream, *number, n in _read(connection, source, asked, streams, days, by, ("n1",)):
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
    values = source.values(asked, [COUNTED]) | days._asdict()
    wanted = _weeks(source.table, source.reach())
    for first, last, number, *levels in connection.execute(wanted, values).all() if source.keys else ():
        if monday_of(first) == monday_of(last):
            yield monday_of(first), number, *levels


@lru_cache
def _weeks(table: Table, reach: Reach) -> Select[Any]:
    c = table.c
    wanted = select(c.first, c.last, column_of(table), *(c[name] for name in LEVEL_NAMES))
    return wanted.where(
        rows_of(table, reach), c.grain.in_((WEEK, BEYOND)), c.first.between(FIRST, LAST), c.last <= LAST
    )


def read_sums(
    connection: Connection, source: SumTable, asked: Asked, streams: Sequence[str], grain: str, days: Days
) -> "Counter[tuple[date, str]]":
    """Week after week or month after month, how many all these counters or units show of each stream together."""
    found = Counter[tuple[date, str]]()
    if not streams or not source.keys:
        return found
    values = source.values(asked, streams) | days._asdict() | {"end": _end(grain, days)}
    wanted = _spans(source.table, source.reach(grain), grain)
    for first, last, stream, n, *number in connection.execute(wanted, values).all():
        if not number or number[0] in source.keys:
            start = first if grain == MONTH else monday_of(first)
            if grain == MONTH or start == monday_of(last):
                found[start, stream] += n
    return found


@lru_cache
def _spans(table: Table, reach: Reach, grain: str) -> Select[Any]:
    # Of many all rows come, and whose they are: those of other places are left out afterwards.
    c, by = table.c, [column_of(table)] if reach is Reach.ALL else []
    ends, grains = (c.first, c.last, c.stream), (WEEK, BEYOND) if grain == WEEK else (grain,)
    wanted = select(*ends, cast(func.sum(all_levels(table)), BigInteger), *by).where(rows_of(table, reach))
    wanted = wanted.where(c.grain.in_(grains), c.first.between(FIRST, LAST), c.last <= bindparam("end", type_=Date))
    return wanted.group_by(*ends, *by)


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
    for day, part, *levels in _half_rows(connection, [counter_id], asked, days):
        if any(levels):
            found[day, part] = add(None, levels)
    return found


def read_weekday_halves(
    connection: Connection, counters: Sequence[int], asked: Asked, days: Days
) -> dict[tuple[int, str], Levels]:
    """By day of the week (0 is Monday) and half of it, what these counters show in these days together."""
    found: dict[tuple[int, str], Levels] = {}
    for day, part, *levels in _half_rows(connection, counters, asked, days):
        found[day.weekday(), part] = add(found.get((day.weekday(), part)), levels)
    return found


def _half_rows(connection: Connection, counters: Sequence[int], asked: Asked, days: Days) -> Sequence[Any]:
    """What is shown of half days: each day is looked up by itself, so that no other counter's rows are passed over."""
    c, every = shown_count.c, [days.first + timedelta(days=n) for n in range((days.last - days.first).days + 1)]
    wanted = select(c.first, c.part, *(c[name] for name in LEVEL_NAMES))
    wanted = wanted.where(c.survey == asked.survey, c.question == asked.question, c.stream == COUNTED, c.grain == HALF)
    wanted = wanted.where(tuple_(c.first, c.last).in_([(day, day) for day in every]))
    return connection.execute(wanted.where(c.part.in_(("am", "pm")), c.counter_id.in_(counters))).all()


def by_level(levels: Levels) -> dict[int, int]:
    """The levels that were pressed."""
    return {level: n for level, n in enumerate(levels, 1) if n}


def add(one: Levels | None, other: Iterable[int]) -> Levels:
    """Two counts together."""
    a, b, c, d, e = other
    if one is None:
        return a, b, c, d, e
    return one[0] + a, one[1] + b, one[2] + c, one[3] + d, one[4] + e


def _read(
    connection: Connection,
    source: SumTable,
    asked: Asked,
    streams: Sequence[str],
    days: Days,
    by: tuple[str, ...],
    levels: tuple[str, ...],
) -> Sequence[Any]:
    """The sums of some levels by ``by``, of the rows of every grain together."""
    if not streams or not source.keys:
        return ()
    grains, values = grains_of(days), source.values(asked, streams)
    for place, (_, ends) in enumerate(grains):
        values |= {f"first_{place}": ends.first, f"last_{place}": ends.last}
    wanted = _sums(source.table, tuple((grain, source.reach(grain)) for grain, _ in grains), by, levels)
    return connection.execute(wanted, values).all()


@lru_cache(256)
def _sums(table: Table, grains: tuple[tuple[str, Reach], ...], by: tuple[str, ...], levels: tuple[str, ...]) -> Any:
    c, parts = table.c, []
    for place, (grain, reach) in enumerate(grains):
        first, last = (bindparam(f"{end}_{place}", type_=Date) for end in ("first", "last"))
        columns = (c[name] for name in (*by, *levels))
        inside = (c.grain == grain, c.first.between(first, last), c.last <= last)
        parts.append(select(*columns).where(rows_of(table, reach), *inside))
    rows = (parts[0] if len(parts) == 1 else union_all(*parts)).subquery("shown").c
    groups = [rows[name] for name in by]
    # PostgreSQL's sums are decimals otherwise, which cost as much again to read.
    return select(*groups, *(cast(func.sum(rows[name]), BigInteger) for name in levels)).group_by(*groups)


def undated_counters(connection: Connection, first: date, last: date) -> set[int]:
    """The ids of counters some of whose ratings stand on the day of their arrival: nobody knows when they were pressed.

    Whoever asks gives days that are over: of a running one it would be told when such a rating came.
    How many such ratings there are in these days is told nowhere: they may be few.
    """
    inside = (undated_count.c.day.between(first, last), undated_count.c.n > 0)
    return set(connection.execute(select(undated_count.c.counter_id).where(*inside).distinct()).scalars())
