"""Of series: what is shown of a series, whose rows stand under one name or under the names of its versions.

Each function reads what its namesake reads of one name, and adds the names up.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import chain
from typing import Any, TypeVar

from sqlalchemy import Connection, select

from sync.collector.figures.queries import counts, served, waits
from sync.collector.figures.queries.asked import Asked
from sync.collector.figures.queries.counts import Keys, Levels, SumTable, add
from sync.collector.figures.queries.grains import Days
from sync.collector.figures.queries.served import Served, add_served
from sync.collector.figures.queries.waits import Waiting, Waits
from sync.collector.store.schema import leftover_count, survey_text, waiting_count

Rows = tuple[Asked, ...]
"""The names under which the rows of one series stand."""
_K = TypeVar("_K")
_V = TypeVar("_V")


def read_answered(connection: Connection, days: Days) -> dict[Asked, int]:
    """Which questions were answered in the months of these days, and how often is shown: nought where all wait."""
    found = counts.read_asked(connection, days)
    for table in (waiting_count, leftover_count):
        names = (table.c.survey, table.c.question)
        wanted = select(*names).where(table.c.day.between(*days), table.c.n > 0).distinct().order_by(*names)
        for row in connection.execute(wanted):
            found.setdefault(Asked(*row), 0)
    return found


def read_published(connection: Connection, refs: Collection[str]) -> dict[str, datetime]:
    """When these versions of the office's own surveys were published."""
    c = survey_text.c
    wanted = select(c.ref, c.published_at).where(c.ref.in_(sorted(refs)), c.published_at.is_not(None))
    return {row.ref: row.published_at for row in connection.execute(wanted)} if refs else {}


def read_streams(
    connection: Connection, keys: Keys, rows: Rows, streams: Sequence[str], days: Days
) -> dict[str, dict[str, Levels]]:
    """By stream and counter, what was shown."""
    every = [counts.read_streams(connection, keys, asked, streams, days) for asked in rows]
    return {stream: _together((one[stream] for one in every), add) for stream in streams}


def read_levels(connection: Connection, keys: Keys, rows: Rows, stream: str, days: Days) -> dict[str, Levels]:
    """By counter, what was shown of one stream."""
    return read_streams(connection, keys, rows, [stream], days)[stream]


def read_waiting(connection: Connection, keys: Keys, rows: Rows, periods: Sequence[Days]) -> Waiting:
    """What is not shown yet of these counters, in each of the periods."""
    every = [waits.read_waiting(connection, keys, asked, periods) for asked in rows]
    if len(every) == 1:
        return every[0]
    return Waiting(
        tuple(
            Waits(*(frozenset().union(*(getattr(one.waits[n], why) for one in every)) for why in ("few", "coming")))
            for n in range(len(periods))
        ),
        tuple(_together((one.aside[n] for one in every), _add_counts) for n in range(len(periods))),
    )


def read_half_days(
    connection: Connection, counter_id: int, rows: Rows, days: Days
) -> dict[tuple[date, str], Levels | None]:
    """By half day, what one counter shows; None where too few wait and nothing is shown."""
    found: dict[tuple[date, str], Levels | None] = {}
    for asked in rows:
        for half_day, levels in counts.read_half_days(connection, counter_id, asked, days).items():
            before = found.get(half_day)
            found[half_day] = before if levels is None else add(before, levels)
    return found


def read_served(connection: Connection, keys: Keys, rows: Rows, days: Days) -> dict[str, Served]:
    """By counter, the days whose transactions are known, each transaction once."""
    first, *others = rows
    found = served.read_served(connection, keys, first, days)
    if not others or not found:
        return found
    typed = served.read_served(connection, keys, Asked("", "-"), days)
    for asked in others:
        for key, one in served.read_served(connection, keys, asked, days).items():
            once = typed.get(key, served.NOTHING)
            more = Served(one.ratings, 0, 0, one.days - once.days)
            found[key] = add_served(found.get(key), one if key not in found else more)
    return found


def read_singles(
    connection: Connection, source: SumTable, rows: Rows, streams: Sequence[str], days: Days
) -> dict[str, "Counter[str]"]:
    """By counter or unit, how many are shown of each of ``streams`` that have no levels."""
    return _together((counts.read_singles(connection, source, asked, streams, days) for asked in rows), _add_counts)


def read_sums(
    connection: Connection, source: SumTable, rows: Rows, streams: Sequence[str], grain: str, days: Days
) -> "Counter[tuple[date, str]]":
    """Week after week or month after month, how many all these counters or units show of each stream together."""
    found: Counter[tuple[date, str]] = Counter()
    for asked in rows:
        found.update(counts.read_sums(connection, source, asked, streams, grain, days))
    return found


def read_weeks(connection: Connection, source: SumTable, rows: Rows, days: Days) -> Iterator[Any]:
    """Week after week from a Monday: the week, the counter's or unit's id, and the levels."""
    return chain.from_iterable(counts.read_weeks(connection, source, asked, days) for asked in rows)


def read_reason_names(connection: Connection, rows: Rows) -> list[str]:
    """Which reasons of a series were ever shown."""
    return sorted({name for asked in rows for name in counts.read_reason_names(connection, asked)})


def read_few_reasons(connection: Connection, source: SumTable, rows: Rows, days: Days) -> dict[str, set[str]]:
    """By counter or unit, which reasons were chosen by so few at a counter that they wait for others."""
    every = (waits.read_few_reasons(connection, source, asked, days) for asked in rows)
    return _together(every, lambda one, other: {*(one or ()), *other})


def _together(every: Iterable[Mapping[_K, _V]], join: Callable[[_V | None, _V], _V]) -> dict[_K, _V]:
    found: dict[_K, _V] = {}
    for one in every:
        for key, value in one.items():
            found[key] = join(found.get(key), value) if key in found else value
    return found


def _add_counts(one: "Counter[str] | None", other: "Counter[str]") -> "Counter[str]":
    return (one or Counter()) + other
