"""Waits: where ratings are not shown yet, and how many were set aside, which is told at once.

Neither tells anybody's opinion: that some wait, and that some do not count.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Table, and_, case, func, or_, select

from kiosk.domain.visit.rating import Standing
from sync.collector.figures.queries.asked import Asked
from sync.collector.figures.queries.counts import Keys, SumTable, read_singles, sums_of_counters
from sync.collector.figures.queries.grains import Days
from sync.collector.replica.tally import COUNTED, REASON
from sync.collector.store.schema import counter, leftover_count, shown_unit_count, waiting_count

SET_ASIDE = tuple(standing for standing in Standing if standing is not Standing.COUNTED)
"""Why a rating does not count, in the order of the domain."""
ASIDE_STREAMS = [str(standing) for standing in SET_ASIDE]
"""How many were set aside, by why."""


class Waits(NamedTuple):
    """Which counters have ratings that are not shown yet."""

    few: frozenset[str]
    """Counters with too few ratings: these wait for others."""
    coming: frozenset[str]
    """Counters with ratings whose part of the day is not over, or has just ended."""


class Waiting(NamedTuple):
    """What is not shown yet of several periods, in their order."""

    waits: tuple[Waits, ...]
    aside: tuple[Mapping[str, "Counter[str]"], ...]
    """By counter and why, how many were set aside."""


def read_waiting(connection: Connection, keys: Keys, asked: Asked, periods: Sequence[Days]) -> Waiting:
    """What is not shown yet of these counters; each table is read once for all periods."""
    few: list[set[str]] = [set() for _ in periods]
    coming: list[set[str]] = [set() for _ in periods]
    aside: list[dict[str, Counter[str]]] = [{} for _ in periods]
    for number, key, _, _ in _rows(connection, leftover_count, keys, asked, [COUNTED], periods):
        few[number].add(key)
    for number, key, stream, n in _rows(connection, waiting_count, keys, asked, [COUNTED, *ASIDE_STREAMS], periods):
        if stream == COUNTED:
            coming[number].add(key)
        else:
            aside[number].setdefault(key, Counter())[stream] += n
    both = zip(few, coming, strict=True)
    return Waiting(tuple(Waits(frozenset(one), frozenset(other)) for one, other in both), tuple(aside))


def read_waits(connection: Connection, keys: Keys, asked: Asked, days: Days) -> Waits:
    """Which counters have ratings in these days that are not shown yet."""
    return read_waiting(connection, keys, asked, [days]).waits[0]


def read_aside(connection: Connection, keys: Keys, asked: Asked, days: Days) -> dict[str, "Counter[Standing]"]:
    """By counter, how many were set aside for which reason, those of this very moment with them."""
    shown = read_singles(connection, sums_of_counters(keys), asked, ASIDE_STREAMS, days)
    (coming,) = read_waiting(connection, keys, asked, [days]).aside
    return together(shown, coming)


def together(
    shown: Mapping[str, "Counter[str]"], coming: Mapping[str, "Counter[str]"]
) -> dict[str, "Counter[Standing]"]:
    """What was set aside and is shown, and what is still to come out."""
    found: dict[str, Counter[Standing]] = {}
    for key in {**shown, **coming}:
        counts = shown.get(key, Counter()) + coming.get(key, Counter())
        found[key] = Counter({Standing(name): n for name, n in counts.items()})
    return found


def read_few_reasons(connection: Connection, source: SumTable, asked: Asked, days: Days) -> dict[str, set[str]]:
    """By counter or unit, which reasons were chosen by so few at a counter that they wait for others."""
    c, found = leftover_count.c, dict[str, set[str]]()
    if not source.keys:
        return found
    of_units = source.table is shown_unit_count
    wanted = select(counter.c.unit_id if of_units else c.counter_id, c.stream).distinct()
    if of_units:
        wanted = wanted.join_from(leftover_count, counter, counter.c.counter_id == c.counter_id)
    of_reasons = and_(c.survey == asked.survey, c.question == asked.question, c.stream.between(REASON, REASON + "~"))
    for number, stream in connection.execute(wanted.where(of_reasons, c.day.between(*days), c.n > 0)):
        if (key := source.keys.get(number)) is not None:
            found.setdefault(key, set()).add(stream.removeprefix(REASON))
    return found


def _rows(
    connection: Connection, table: Table, keys: Keys, asked: Asked, streams: Sequence[str], periods: Sequence[Days]
) -> Iterator[tuple[int, str, str, int]]:
    """Where there are any: the number of the period, the counter's key, the stream and how many."""
    c = table.c
    inside = [c.day.between(*days) for days in periods]
    wanted = select(c.counter_id, c.stream, *(_sum_where(of, c.n) for of in inside))
    wanted = wanted.where(c.survey == asked.survey, c.question == asked.question, c.stream.in_(streams))
    for counter_id, stream, *sums in connection.execute(
        wanted.where(or_(*inside), c.n > 0).group_by(c.counter_id, c.stream)
    ):
        if (key := keys.get(counter_id)) is not None:
            yield from ((number, key, stream, int(n)) for number, n in enumerate(sums) if n)


def _sum_where(inside: ColumnElement[bool], n: Any) -> ColumnElement[int]:
    return func.sum(case((inside, n), else_=0))
