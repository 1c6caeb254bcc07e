"""Spans: reads where counters stood that were moved."""

from collections.abc import Collection

from sqlalchemy import Connection, or_, select

from sync.collector.replica.sender import NEVER, Span, Spans
from sync.collector.store.schema import counter


def read_spans(connection: Connection, counters: Collection[int]) -> Spans:
    """The places of those of ``counters`` that were moved."""
    c = counter.c
    moved = or_(c.since.is_not(None), c.until.is_not(None))
    rows = connection.execute(select(c.counter_id, c.origin_id).where(c.counter_id.in_(sorted(counters)), moved))
    origins = sorted({row.origin_id or row.counter_id for row in rows})
    if not origins:
        return {}
    chain = or_(c.counter_id.in_(origins), c.origin_id.in_(origins))
    found: dict[int, list[Span]] = {origin: [] for origin in origins}
    for row in connection.execute(select(c.counter_id, c.origin_id, c.until).where(chain)):
        until = NEVER if row.until is None else row.until.isoformat()
        found[row.origin_id or row.counter_id].append(Span(until, row.counter_id))
    return {span.counter_id: tuple(sorted(places)) for places in found.values() for span in places}


def read_codes(connection: Connection, counters: Collection[int], spans: Spans) -> dict[str, int]:
    """Each of ``counters`` by the code that it has now; one that was moved away keeps it for what came before."""
    now = {spans[row][-1].counter_id if row in spans else row: row for row in sorted(counters)}
    codes = select(counter.c.code, counter.c.counter_id).where(counter.c.counter_id.in_(sorted(now)))
    return {row.code: now[row.counter_id] for row in connection.execute(codes)}
