"""Served: how many transactions were served, where somebody typed it in, beside the visits rated on those days."""

from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Connection, Select, cast, func, select, union_all

from sync.collector.figures.queries.grains import Days, grains_of
from sync.collector.figures.queries.summed import NAMED_MAX, Keys
from sync.collector.replica.served import FIGURES
from sync.collector.replica.shown import DAY, MONTH, WEEK
from sync.collector.store.schema import served_count


class Served(NamedTuple):
    """A counter's days whose transactions are known."""

    ratings: int
    """Visits rated, whichever survey asked; each once."""
    transactions: int
    known: int
    """So many days are known …"""
    days: int
    """… of so many with ratings."""


NOTHING = Served(0, 0, 0, 0)


def read_served(connection: Connection, keys: Keys, days: Days) -> dict[str, Served]:
    """By counter, the days whose transactions are known, each as it was typed in last; nothing where none is."""
    found = {}
    for counter_id, *figures in connection.execute(_sums(keys, days)).all():
        if (key := keys.get(counter_id)) is not None:
            found[key] = Served(*figures)
    return found if any(one.known for one in found.values()) else {}


def add_served(one: Served | None, other: Served) -> Served:
    """Two counters together."""
    a, b = one or NOTHING, other
    return Served(a.ratings + b.ratings, a.transactions + b.transactions, a.known + b.known, a.days + b.days)


def _sums(keys: Keys, days: Days) -> Select[Any]:
    """What was typed in and rated, of every grain: each as rows, for one sum over all takes half as long."""
    c = served_count.c
    # Plus nothing, as in ``SumTable.rows``.
    of_them = [(c.counter_id + 0).in_(keys)] if len(keys) <= NAMED_MAX else []
    of_grains = (
        select(c.counter_id, *(c[name] for name in FIGURES)).where(c.grain == grain, c.first.between(*ends), *of_them)
        for grain, ends in grains_of(days)
        if grain in (DAY, WEEK, MONTH)
    )
    rows = union_all(*of_grains).subquery("served").c
    # PostgreSQL's sums are decimals otherwise, which cost as much again to read.
    return select(rows.counter_id, *(cast(func.sum(rows[name]), BigInteger) for name in FIGURES)).group_by(
        rows.counter_id
    )
