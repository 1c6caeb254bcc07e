"""Steps: much is deleted a little at a time, so that a kiosk's delivery never waits long for it."""

import time
from collections.abc import Callable, Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, delete, select, tuple_

from sync.collector.store.writer import Transact

HELD_S_MAX = 0.05
"""So long one step may hold the writer of an embedded database."""
_AIM_S = 0.02
_FIRST, _LEAST, _MOST = 50, 10, 2000
_PAUSE = 1.0
"""A step's time once more passes before the next begins."""

Some = Callable[[Connection, int], int]
"""Deletes so many rows at most and returns how many it did."""


class Pace:
    """How many rows a step takes: as many as fit into the time it may hold the writer."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._clock, self._sleep = clock, sleep
        self.rows = _FIRST
        self.longest_s = 0.0
        """The longest that a step took, from its beginning to its durable end."""

    def run(self, transact: Transact, some: Some) -> int:
        """Take steps until one finds less than it was to take; how many rows went in all."""
        done = 0
        while True:
            asked, began = self.rows, self._clock()
            n = transact(lambda connection, most=asked: some(connection, most))  # type: ignore[misc]
            took = self._clock() - began
            done += n
            self._adapt(took, n)
            if n < asked:
                return done
            self._sleep(min(took, _AIM_S * 5) * _PAUSE)

    def _adapt(self, took: float, n: int) -> None:
        self.longest_s = max(self.longest_s, took)
        if took > _AIM_S:
            self.rows = max(_LEAST, int(self.rows * _AIM_S / took))
        elif n == self.rows and took < _AIM_S / 2:
            self.rows = min(_MOST, self.rows * 2)


def rows_of(table: Table, *where: ColumnElement[bool]) -> Some:
    """What deletes rows of a table by their keys, in the order of these."""

    def some(connection: Connection, most: int) -> int:
        # First the keys and then the rows: a distributed database takes no LIMIT in a DELETE.
        key = tuple(table.primary_key.columns)
        keys = connection.execute(select(*key).where(*where).order_by(*key).limit(most)).all()
        return delete_keys(connection, table, key, keys)

    return some


def delete_keys(connection: Connection, table: Table, key: Sequence[Any], keys: Collection[Any]) -> int:
    """Delete the rows with these keys; how many."""
    if not keys:
        return 0
    is_one = len(key) == 1
    named = key[0].in_([row[0] for row in keys]) if is_one else tuple_(*key).in_([tuple(row) for row in keys])
    return int(connection.execute(delete(table).where(named)).rowcount)
