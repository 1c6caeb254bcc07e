"""Counts: transactions that were typed in on a kiosk, held against the entries that say them."""

from collections.abc import Callable, Collection
from typing import NamedTuple

from sqlalchemy import Connection

from sync.collector.proof.rows import DAYS, MICROS, read
from sync.collector.proof.wrong import What, Wrong


class CounterDay(NamedTuple):
    """A counter's day."""

    counter_id: int
    day: str


class Served(NamedTuple):
    """What was typed in last for one, in which entry, and when that was received."""

    seq: int
    n: int
    received_us: int


def check_counts(
    connection: Connection,
    journal_id: str,
    said: dict[CounterDay, Served],
    since: int,
    may_be_at: Callable[[int], Collection[int]],
) -> None:
    """Hold what is kept of the entries from ``since`` on to what they say; raises Wrong.

    ``may_be_at`` says of a counter where else what is said of it may be for the moment: a move is not settled yet.
    """
    dialect = connection.dialect.name
    day, received = DAYS[dialect].format("day"), MICROS[dialect].format("received_at")
    rows = read(
        connection,
        f"SELECT counter_id, {day}, seq, n, {received} FROM transaction_count "  # noqa: S608
        "WHERE journal_id = {one} AND seq >= {one}",
        journal_id,
        since,
    )
    kept = {CounterDay(*row[:2]): Served(*row[2:]) for row in rows}
    differing = {place for place in kept.keys() | said.keys() if kept.get(place) != said.get(place)}
    for place in differing & said.keys():
        here = [CounterDay(counter_id, place.day) for counter_id in may_be_at(place.counter_id)]
        if any(kept.get(each) == said[place] for each in here):
            differing -= {place, *(each for each in here if kept.get(each) == said[place])}
    if differing:
        raise Wrong(What.COUNT_CHANGED, day=min(place.day for place in differing))
