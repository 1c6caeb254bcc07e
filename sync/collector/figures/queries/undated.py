"""Undated: counters some of whose ratings stand on the day of their receipt: nobody knows when they were pressed."""

from datetime import date

from sqlalchemy import Connection, select

from sync.collector.store.schema import undated_count


def undated_counters(connection: Connection, first: date, last: date) -> set[int]:
    """Their ids, of all counters in some days; how many ratings it were is told nowhere, they may be few."""
    inside = (undated_count.c.day.between(first, last), undated_count.c.n > 0)
    return set(connection.execute(select(undated_count.c.counter_id).where(*inside).distinct()).scalars())
