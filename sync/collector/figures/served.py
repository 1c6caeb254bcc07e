"""Served: how many transactions were served, where somebody typed it in, beside the ratings of those days."""

from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, func, select

from sync.collector.figures.asked import Asked
from sync.collector.figures.counts import NAMED_MAX, Keys, all_levels, counters_shelf
from sync.collector.figures.grains import Days
from sync.collector.schema import shown_count, transaction_count
from sync.collector.shown import DAY
from sync.collector.tally import COUNTED


class Served(NamedTuple):
    """A counter's days whose transactions are known."""

    ratings: int
    transactions: int
    known: int
    """So many days are known …"""
    days: int
    """… of so many with ratings."""


NOTHING = Served(0, 0, 0, 0)


def read_served(connection: Connection, keys: Keys, asked: Asked, days: Days) -> dict[str, Served]:
    """By counter, the days whose transactions are known, each as it was typed in last."""
    typed, shown = _typed(keys, days), _shown(keys, asked, days)
    both = typed.outerjoin(shown, and_(shown.c.counter_id == typed.c.counter_id, shown.c.day == typed.c.day))
    figures = (func.sum(func.coalesce(shown.c.n, 0)), func.sum(typed.c.n), func.count(), func.count(shown.c.n))
    wanted = select(typed.c.counter_id, *figures).select_from(both).group_by(typed.c.counter_id)
    known = {row[0]: row for row in connection.execute(wanted)}
    if not known:
        return {}
    found = {}
    rated = select(shown.c.counter_id, func.count()).group_by(shown.c.counter_id)
    of_counter = {counter_id: n for counter_id, n in connection.execute(rated) if counter_id in keys}
    for counter_id in {*known, *of_counter} & keys.keys():
        _, ratings, transactions, of, with_ratings = known.get(counter_id, (counter_id, 0, 0, 0, 0))
        days_of_it = of_counter.get(counter_id, 0) + of - with_ratings
        found[keys[counter_id]] = Served(int(ratings), int(transactions), of, days_of_it)
    return found


def _shown(keys: Keys, asked: Asked, days: Days) -> Any:
    c = shown_count.c
    rated = select(c.counter_id, c.first.label("day"), func.sum(all_levels(shown_count)).label("n"))
    return (
        rated.where(counters_shelf(keys).rows(asked, [COUNTED]), c.grain == DAY, c.first.between(*days))
        .group_by(c.counter_id, c.first)
        .subquery("shown")
    )


def _typed(keys: Keys, days: Days) -> Any:
    c = transaction_count.c
    of_them = (c.counter_id.in_(keys),) if len(keys) <= NAMED_MAX else ()
    newest = func.row_number().over(partition_by=(c.counter_id, c.day), order_by=(c.received_at.desc(), c.seq.desc()))
    wanted = select(c.counter_id, c.day, c.n, newest.label("age")).where(c.day.between(*days), *of_them)
    every = wanted.subquery("every_count")
    return select(every.c.counter_id, every.c.day, every.c.n).where(every.c.age == 1).subquery("typed")
