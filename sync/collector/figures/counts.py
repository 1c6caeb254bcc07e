"""Counts: what may be shown of a period, read in as few rows as it can be put together from.

Everything here comes from blocks that went out (``sync.collector.release``) but for how many were set
aside and how many were served: these tell nobody's opinion and are told at once.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, func, select, union_all

from kiosk.domain.rating import Standing
from sync.collector.figures.asked import Asked
from sync.collector.schema import counter, leftover_count, shown_count, shown_stream, waiting_count
from sync.collector.shown import DAY, MONTH, WEEK
from sync.collector.tally import COUNTED, REASON

Keys = Mapping[int, str]
"""The place of each counter."""
Levels = tuple[int, int, int, int, int]
"""How many ratings each level got, from 1."""
NAMED_MAX = 150
"""Of more counters, all rows are read: they are most of the province then."""
NO_LEVELS: Levels = (0, 0, 0, 0, 0)

_ONE = timedelta(days=1)
LEVELS = [shown_count.c[f"n{level}"] for level in range(1, 6)]
_SUMS = [func.sum(column).label(column.name) for column in LEVELS]
_ASIDE = [str(standing) for standing in Standing if standing is not Standing.COUNTED]


class Days(NamedTuple):
    """From which day to which, both included."""

    first: date
    last: date


class Waits(NamedTuple):
    """Which counters have ratings that are not shown yet."""

    few: frozenset[str]
    """Too few: they wait for others."""
    coming: frozenset[str]
    """Their part of the day is not over, or has just ended."""


def read_asked(connection: Connection, days: Days) -> dict[Asked, int]:
    """Which questions were answered in the months of these days, and how often."""
    streams = select(shown_stream.c.survey, shown_stream.c.question).where(shown_stream.c.stream == COUNTED)
    total = sum(LEVELS[1:], LEVELS[0])
    found = {}
    for asked in [Asked(*row) for row in connection.execute(streams.order_by(*streams.selected_columns))]:
        months = shown_count.c.first.between(days.first.replace(day=1), days.last)
        wanted = select(func.sum(total)).where(of_asked(asked, [COUNTED]), shown_count.c.grain == MONTH, months)
        if n := connection.execute(wanted).scalar_one():
            found[asked] = int(n)
    return found


def read_levels(connection: Connection, keys: Keys, asked: Asked, stream: str, days: Days) -> dict[str, Levels]:
    """By counter, what was shown of a stream."""
    c = shown_count.c
    of_them = (of_asked(asked, [stream]), *_those(c, keys))
    rows = _read(connection, select(c.counter_id, *_SUMS).where(*of_them).group_by(c.counter_id), days)
    found: dict[str, Levels] = {}
    for counter_id, *levels in rows:
        if (key := keys.get(counter_id)) is not None:
            found[key] = add(found.get(key), levels)
    return found


def read_singles(
    connection: Connection, keys: Keys, asked: Asked, streams: Sequence[str], days: Days
) -> dict[str, "Counter[str]"]:
    """By counter, how many are shown of each of ``streams`` that have no levels."""
    c = shown_count.c
    of_them = (of_asked(asked, streams), *_those(c, keys))
    wanted = select(c.counter_id, c.stream, _SUMS[0]).where(*of_them).group_by(c.counter_id, c.stream)
    found: dict[str, Counter[str]] = {}
    for counter_id, stream, n in _read(connection, wanted, days) if streams else ():
        if (key := keys.get(counter_id)) is not None:
            found.setdefault(key, Counter())[stream] += int(n)
    return found


def read_units(
    connection: Connection, places: Mapping[int, str], keys: Keys, asked: Asked, streams: Sequence[str], days: Days
) -> dict[str, "Counter[str]"]:
    """The same by unit, whose places are told by their ids: of many counters, a tenth of the rows."""
    c = shown_count.c
    of_them = (of_asked(asked, streams), *_those(c, keys))
    wanted = select(counter.c.unit_id, c.stream, _SUMS[0]).join(counter, counter.c.counter_id == c.counter_id)
    wanted = wanted.where(*of_them).group_by(counter.c.unit_id, c.stream)
    found: dict[str, Counter[str]] = {}
    for unit_id, stream, n in _read(connection, wanted, days) if streams else ():
        if (key := places.get(unit_id)) is not None:
            found.setdefault(key, Counter())[stream] += int(n)
    return found


def read_aside(connection: Connection, keys: Keys, asked: Asked, days: Days) -> dict[str, "Counter[Standing]"]:
    """By counter, how many were set aside for which reason, those of this very moment with them."""
    found = read_singles(connection, keys, asked, _ASIDE, days)
    c = waiting_count.c
    wanted = select(c.counter_id, c.stream, func.sum(c.n)).where(c.stream.in_(_ASIDE), *_asked_on(c, asked, days))
    for counter_id, stream, n in connection.execute(wanted.group_by(c.counter_id, c.stream)):
        if (key := keys.get(counter_id)) is not None:
            found.setdefault(key, Counter())[stream] += int(n)
    return {key: Counter({Standing(name): n for name, n in counts.items() if n}) for key, counts in found.items()}


def read_waits(connection: Connection, keys: Keys, asked: Asked, days: Days, stream: str = COUNTED) -> Waits:
    """Which counters have ratings in these days that are not shown yet."""
    found = []
    for table in (leftover_count, waiting_count):
        c = table.c
        wanted = select(c.counter_id).where(c.stream == stream, *_asked_on(c, asked, days)).distinct()
        found.append(frozenset(keys[row] for row in connection.execute(wanted).scalars() if row in keys))
    return Waits(*found)


def read_few_reasons(connection: Connection, keys: Keys, asked: Asked, days: Days) -> dict[str, set[str]]:
    """By counter, which reasons were chosen by so few that they wait for others."""
    c = leftover_count.c
    of_reasons = c.stream.between(REASON, REASON + "~")
    wanted = select(c.counter_id, c.stream).where(of_reasons, *_asked_on(c, asked, days)).distinct()
    found: dict[str, set[str]] = {}
    for counter_id, stream in connection.execute(wanted):
        if (key := keys.get(counter_id)) is not None:
            found.setdefault(key, set()).add(stream.removeprefix(REASON))
    return found


def read_reason_names(connection: Connection, asked: Asked) -> list[str]:
    """Which reasons of a question were ever shown."""
    c = shown_stream.c
    wanted = select(c.stream).where(c.survey == asked.survey, c.question == asked.question, c.stream.startswith(REASON))
    return sorted(stream.removeprefix(REASON) for stream in connection.execute(wanted).scalars())


def read_weeks(connection: Connection, keys: Keys, asked: Asked, days: Days) -> Iterable[Any]:
    """Week after week from a Monday, what the counters of each unit show: the week, the unit's id and the levels."""
    c = shown_count.c
    of_weeks = (of_asked(asked, [COUNTED]), c.grain == WEEK, c.first.between(*days), *_those(c, keys))
    wanted = select(c.first, counter.c.unit_id, *_SUMS).join(counter, counter.c.counter_id == c.counter_id)
    return connection.execute(wanted.where(*of_weeks).group_by(c.first, counter.c.unit_id))


def read_counter_weeks(connection: Connection, keys: Keys, asked: Asked, days: Days) -> Iterable[Any]:
    """The same by counter."""
    c = shown_count.c
    of_weeks = (of_asked(asked, [COUNTED]), c.grain == WEEK, c.first.between(*days), *_those(c, keys))
    return connection.execute(select(c.first, c.counter_id, *LEVELS).where(*of_weeks))


def read_aside_weeks(connection: Connection, keys: Keys, asked: Asked, days: Days) -> dict[date, int]:
    """Week after week, how many were set aside at the counters."""
    c = shown_count.c
    of_weeks = (of_asked(asked, _ASIDE), c.grain == WEEK, c.first.between(*days), *_those(c, keys))
    wanted = select(c.first, c.counter_id, func.sum(c.n1)).where(*of_weeks).group_by(c.first, c.counter_id)
    found: Counter[date] = Counter()
    for monday, counter_id, n in connection.execute(wanted):
        found[monday] += int(n) if counter_id in keys else 0
    return found


def read_months(connection: Connection, keys: Keys, asked: Asked, streams: Sequence[str], days: Days) -> Iterable[Any]:
    """Month after month, what the counters of each unit show: the month, the stream, the unit's id and the levels."""
    c = shown_count.c
    of_months = (of_asked(asked, streams), c.grain == MONTH, c.first.between(*days), *_those(c, keys))
    wanted = select(c.first, c.stream, counter.c.unit_id, *_SUMS).join(counter, counter.c.counter_id == c.counter_id)
    return connection.execute(wanted.where(*of_months).group_by(c.first, c.stream, counter.c.unit_id))


def read_half_days(
    connection: Connection, counter_id: int, asked: Asked, days: Days
) -> dict[tuple[date, str], Levels | None]:
    """By half day, what one counter shows; None where too few wait."""
    c, left = shown_count.c, leftover_count.c
    few = select(left.day, left.part).where(left.stream == COUNTED, *_asked_on(left, asked, days))
    waiting = connection.execute(few.where(left.counter_id == counter_id).distinct())
    found: dict[tuple[date, str], Levels | None] = dict.fromkeys(waiting)
    wanted = select(c.first, c.part, *LEVELS).where(of_asked(asked, [COUNTED]), c.grain == DAY, c.first.between(*days))
    for day, part, *levels in connection.execute(wanted.where(c.counter_id == counter_id)):
        found[day, part] = add(None, levels)
    return found


def by_level(levels: Levels) -> dict[int, int]:
    """The levels that were pressed."""
    return {level: n for level, n in enumerate(levels, 1) if n}


def to_the_end(days: Days, today: date) -> Days:
    """These days; to the end of their month where nothing can be shown of the days to come."""
    return days if days.last < today else Days(days.first, _month_after(days.last) - _ONE)


def add(one: Levels | None, other: Iterable[int]) -> Levels:
    """Two counts together."""
    a, b, c, d, e = other
    if one is None:
        return int(a), int(b), int(c), int(d), int(e)
    return one[0] + int(a), one[1] + int(b), one[2] + int(c), one[3] + int(d), one[4] + int(e)


def grains_of(days: Days) -> list[tuple[str, Days]]:
    """The fewest months, weeks and days that make up these days: each with its days."""
    first_month = days.first if days.first.day == 1 else _month_after(days.first)
    end = days.last if (days.last + _ONE).day == 1 else days.last.replace(day=1) - _ONE
    if first_month > end:
        return _weeks_of(*days)
    return [
        *_weeks_of(days.first, first_month - _ONE),
        (MONTH, Days(first_month, end)),
        *_weeks_of(end + _ONE, days.last),
    ]


def _weeks_of(first: date, last: date) -> list[tuple[str, Days]]:
    monday = first + timedelta(days=-first.weekday() % 7)
    sunday = last - timedelta(days=(last.weekday() + 1) % 7)
    if monday > sunday:
        return [(DAY, Days(first, last))] if first <= last else []
    weeks = [(DAY, Days(first, monday - _ONE)), (WEEK, Days(monday, sunday)), (DAY, Days(sunday + _ONE, last))]
    return [(grain, days) for grain, days in weeks if days.first <= days.last]


def _month_after(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def _read(connection: Connection, wanted: Select[Any], days: Days) -> Iterable[Any]:
    """The rows of every grain, each of which the caller adds up."""
    c = shown_count.c
    parts = [wanted.where(c.grain == grain, c.first.between(*ends)) for grain, ends in grains_of(days)]
    return connection.execute(parts[0] if len(parts) == 1 else union_all(*parts))


def of_asked(asked: Asked, streams: Sequence[str]) -> ColumnElement[bool]:
    """What is shown of these streams."""
    c = shown_count.c
    stream = c.stream == streams[0] if len(streams) == 1 else c.stream.in_(streams)
    return and_(c.survey == asked.survey, c.question == asked.question, stream)


def _those(c: Any, keys: Keys) -> tuple[ColumnElement[bool], ...]:
    """Only the rows of these counters, where they are few enough to name."""
    return (c.counter_id.in_(keys),) if len(keys) <= NAMED_MAX else ()


def _asked_on(c: Any, asked: Asked, days: Days) -> tuple[ColumnElement[bool], ...]:
    return c.survey == asked.survey, c.question == asked.question, c.day.between(*days), c.n > 0
