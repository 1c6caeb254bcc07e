"""Held: which ratings a block holds, and what they say of it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, func, or_, select, update

from sync.collector.errors import CollectorError
from sync.collector.replica.keep import RATING_NAMES
from sync.collector.replica.outgoing.sums import BLOCK
from sync.collector.replica.outgoing.unions import common_unit, units_of
from sync.collector.replica.projection_rows import RatingRow
from sync.collector.replica.shown import LEVEL_NAMES
from sync.collector.store.bulk import insert_rows
from sync.collector.store.schema import block, block_piece, micros, rating, series_version

Pieces = dict[tuple[int, str, str, str], list[int]]
"""By counter, day, its part and standing, how many ratings got each level."""


class BlockUnclear(CollectorError):
    """The ratings that are stored are not those that the block was made of: nothing of it can be changed."""


def ratings_of(connection: Connection, one: Row[Any]) -> list[RatingRow]:
    """The ratings in the block, in order.

    Raises BlockUnclear.
    """
    pieces = pieces_of(connection, one)
    counters = sorted({counter_id for counter_id, *_ in pieces})
    v, c = series_version.c, rating.c
    versions = select(v.survey).where(v.series == one.series, v.question == one.question)
    wanted = select(*(c[name] for name in RATING_NAMES)).where(
        c.journal_id == one.journal_id,
        c.seq > _before(connection, one, counters),
        c.seq <= one.last_seq,
        c.counter_id.in_(counters),
        c.question == one.question,
        or_(c.survey == one.series, c.survey.in_(versions)),
    )
    rows = [
        RatingRow(*row)._replace(pressed_us=micros(row.pressed_at), day=row.day.isoformat())
        for row in connection.execute(wanted.order_by(c.seq))
    ]
    if _pieces(rows) != pieces:
        raise BlockUnclear(f"the block up to entry {one.last_seq} of journal {one.journal_id} has other ratings")
    return rows


def pieces_of(connection: Connection, one: Row[Any]) -> Pieces:
    """What the block was made of."""
    p = block_piece.c
    rows = connection.execute(select(block_piece).where(p.journal_id == one.journal_id, p.last_seq == one.last_seq))
    return {
        (row.counter_id, row.day.isoformat(), row.part, row.standing): [row._mapping[name] for name in LEVEL_NAMES]
        for row in rows
    }


def keep_pieces(connection: Connection, one: Row[Any], rows: Sequence[RatingRow]) -> Row[Any]:
    """Write down where the block's ratings stand now and which count; the block as it is then."""
    p, b = block_piece.c, block.c
    connection.execute(delete(block_piece).where(p.journal_id == one.journal_id, p.last_seq == one.last_seq))
    found = [(*place, *levels) for place, levels in _pieces(rows).items()]
    of_block = {"journal_id": one.journal_id, "last_seq": one.last_seq}
    names = ("counter_id", "day", "part", "standing", *LEVEL_NAMES)
    insert_rows(connection, block_piece, of_block, names, found)
    counters = sorted({row.counter_id for row in rows})
    units = units_of(connection, counters)
    unit_id = next(iter(units)) if len(units) == 1 else common_unit(connection, units)
    here = and_(b.journal_id == one.journal_id, b.last_seq == one.last_seq)
    place = {"counter_id": counters[0] if len(counters) == 1 else None, "unit_id": unit_id}
    connection.execute(update(block).where(here).values(place))
    return connection.execute(select(*BLOCK).where(here)).one()


def _before(connection: Connection, one: Row[Any], counters: Iterable[int]) -> int:
    """Where the block before it ends, of the same series at these counters."""
    b, p = block.c, block_piece.c
    here = select(p.last_seq).where(
        p.journal_id == b.journal_id, p.last_seq == b.last_seq, p.counter_id.in_(sorted(counters))
    )
    of_stream = and_(b.journal_id == one.journal_id, b.series == one.series, b.question == one.question)
    wanted = select(func.max(b.last_seq)).where(of_stream, b.last_seq < one.last_seq, here.exists())
    return int(connection.execute(wanted).scalar_one() or 0)


def _pieces(rows: Iterable[RatingRow]) -> Pieces:
    counts = Counter((row.counter_id, row.day, row.part, row.standing, row.level) for row in rows)
    found: Pieces = {}
    for (*place, level), n in counts.items():
        found.setdefault(tuple(place), [0] * 5)[level - 1] += n  # type: ignore[arg-type]
    return found
