"""Undated: counters some of whose ratings stand on the day of their receipt: nobody knows when they were pressed."""

from datetime import date

from sqlalchemy import Connection, select

from sync.collector.schema import undated_count


def undated_counters(connection: Connection, first: date, last: date) -> set[int]:
    """Their ids, of all counters in some days; how many ratings it were is told nowhere, they may be few."""
    wanted = select(undated_count.c.counter_id).where(undated_count.c.day.between(first, last)).distinct()
    return set(connection.execute(wanted).scalars())
