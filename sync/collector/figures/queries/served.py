"""Served: how many transactions were served, where somebody typed it in, beside the visits rated on those days."""

from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Connection, Date, Integer, Select, bindparam, cast, func, select, union_all

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
    found: dict[str, Served] = {}
    grains = [(grain, ends) for grain, ends in grains_of(days) if grain in (DAY, WEEK, MONTH)]
    values: dict[str, Any] = {"numbers": list(keys)} if (is_named := len(keys) <= NAMED_MAX) else {}
    for place, (_, ends) in enumerate(grains):
        values |= {f"first_{place}": ends.first, f"last_{place}": ends.last}
    for counter_id, *figures in connection.execute(_sums(tuple(grain for grain, _ in grains), is_named), values).all():
        if (key := keys.get(counter_id)) is not None:
            found[key] = Served(*figures)
    return found if any(one.known for one in found.values()) else {}


def add_served(one: Served | None, other: Served) -> Served:
    """Two counters together."""
    a, b = one or NOTHING, other
    return Served(a.ratings + b.ratings, a.transactions + b.transactions, a.known + b.known, a.days + b.days)


@lru_cache
def _sums(grains: tuple[str, ...], is_named: bool) -> Select[Any]:
    """What was typed in and rated, of every grain: each as rows, for one sum over all takes half as long."""
    c = served_count.c
    # Plus nothing, as in ``SumTable.rows``.
    of_them = [(c.counter_id + 0).in_(bindparam("numbers", type_=Integer, expanding=True))] if is_named else []
    of_grains = (
        select(c.counter_id, *(c[name] for name in FIGURES)).where(
            c.grain == grain,
            c.first.between(bindparam(f"first_{place}", type_=Date), bindparam(f"last_{place}", type_=Date)),
            *of_them,
        )
        for place, grain in enumerate(grains)
    )
    rows = union_all(*of_grains).subquery("served").c
    # PostgreSQL's sums are decimals otherwise, which cost as much again to read.
    return select(rows.counter_id, *(cast(func.sum(rows[name]), BigInteger) for name in FIGURES)).group_by(
        rows.counter_id
    )
