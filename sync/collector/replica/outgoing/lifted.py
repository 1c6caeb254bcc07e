"""Lifted: blocks taken off what is shown while their ratings are put to other counters, and added again as they are then.

No block is parted by it. One whose ratings stand at several counters now belongs to the lowest unit that has them all.
"""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, and_, select

from sync.collector.replica.keep import RATING_NAMES
from sync.collector.replica.outgoing.held import keep_pieces, ratings_of
from sync.collector.replica.outgoing.standings import follow_decisions, seqs_of
from sync.collector.replica.outgoing.sums import BLOCK, add_aside, add_blocks
from sync.collector.replica.outgoing.unions import place_unions, unions_over
from sync.collector.replica.projection_rows import RatingRow
from sync.collector.store.schema import block, block_piece, micros, rating


class Lifted(NamedTuple):
    """A block, and the seqs of its ratings."""

    block: Row[Any]
    seqs: list[int]


def lift_blocks(connection: Connection, journal_id: str, counters: Collection[int], since: date) -> list[Lifted]:
    """Take the blocks of a journal that have ratings at these counters since a day off what is shown.

    Raises BlockUnclear.
    """
    b, p = block.c, block_piece.c
    here = and_(
        p.journal_id == b.journal_id, p.last_seq == b.last_seq, p.counter_id.in_(sorted(counters)), p.day >= since
    )
    wanted = select(*BLOCK).where(b.journal_id == journal_id, select(p.last_seq).where(here).exists())
    blocks = connection.execute(wanted.order_by(b.last_seq)).all()
    found = [Lifted(one, [row.seq for row in ratings_of(connection, one)]) for one in blocks]
    add_blocks(connection, [one for one in blocks if one.shown_at is not None], -1)
    add_aside(connection, [one for one in unions_over(connection, blocks) if one.is_told], -1)
    return found


def put_blocks(connection: Connection, lifted: Iterable[Lifted]) -> None:
    """Add them again, where their ratings stand by now."""
    blocks = [keep_pieces(connection, each.block, _read(connection, each)) for each in lifted]
    after = follow_decisions(connection, blocks)
    add_blocks(connection, [one for one in after if one.shown_at is not None])
    unions = place_unions(connection, unions_over(connection, after))
    add_aside(connection, [one for one in unions if one.is_told])


def _read(connection: Connection, lifted: Lifted) -> list[RatingRow]:
    c, journal_id = rating.c, lifted.block.journal_id
    found = []
    for some in seqs_of(lifted.seqs):
        wanted = select(*(c[name] for name in RATING_NAMES)).where(c.journal_id == journal_id, c.seq.in_(some))
        found += [
            RatingRow(*row)._replace(pressed_us=micros(row.pressed_at), day=row.day.isoformat())
            for row in connection.execute(wanted)
        ]
    return found
