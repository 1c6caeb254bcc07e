"""Apart: what fails because of the data is taken alone, so that it holds up nothing that came with it."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeVar

from sqlalchemy import Connection

from sync.collector.store.blame import lies_in_the_data

T = TypeVar("T")


def take_apart(
    connection: Connection, items: Sequence[T], take: Callable[[Sequence[T]], int], aside: Callable[[T, Exception], int]
) -> int:
    """Take all ``items`` in their order; where that fails, each half by itself, and ``aside`` gets what fails alone.

    Adds up what the calls that came to an end returned; of one that failed the database keeps nothing. Raises what is
    the matter with the database itself: for that, nothing is set aside.
    """
    savepoint = connection.begin_nested()
    try:
        done = take(items)
        savepoint.commit()
    except Exception as error:
        # SQLite may have undone everything by itself; what was raised first is what must be heard of.
        with suppress(Exception):
            savepoint.rollback()
        if not lies_in_the_data(error):
            raise
        if len(items) == 1:
            return aside(items[0], error)
        half = len(items) // 2
    else:
        return done
    return sum(take_apart(connection, some, take, aside) for some in (items[:half], items[half:]))
