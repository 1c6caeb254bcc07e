"""Served: how many transactions were served, where somebody typed it in, beside the ratings of those days."""

from typing import NamedTuple

from sqlalchemy import Connection, and_, func, select

from sync.collector.figures.asked import Asked
from sync.collector.figures.counts import NAMED_MAX, Keys, read_grains
from sync.collector.figures.grains import Days
from sync.collector.schema import served_count
from sync.collector.served import FIGURES, WHATEVER


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
    found = _read(connection, keys, Asked(*WHATEVER), days)
    if found:
        for key, rated in _read(connection, keys, asked, days).items():
            found[key] = add_served(found.get(key), rated)
    return found


def add_served(one: Served | None, other: Served) -> Served:
    """Two counters' or two spans' together."""
    a, b = one or NOTHING, other
    return Served(a.ratings + b.ratings, a.transactions + b.transactions, a.known + b.known, a.days + b.days)


def _read(connection: Connection, keys: Keys, asked: Asked, days: Days) -> dict[str, Served]:
    c, found = served_count.c, dict[str, Served]()
    rows = and_(c.survey == asked.survey, c.question == asked.question)
    # Plus nothing, as in ``Shelf.rows``.
    rows = and_(rows, (c.counter_id + 0).in_(keys)) if len(keys) <= NAMED_MAX else rows
    wanted = select(c.counter_id, *(func.sum(c[name]) for name in FIGURES)).where(rows).group_by(c.counter_id)
    for counter_id, *figures in read_grains(connection, wanted, served_count, days):
        if (key := keys.get(counter_id)) is not None:
            found[key] = add_served(found.get(key), Served(*map(int, figures)))
    return found
