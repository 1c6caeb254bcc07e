"""Lifted: blocks taken off what is shown while their ratings are put to other counters, and added again afterwards.

No block is parted by it, and no pool. One whose ratings stand at several counters now belongs to the lowest unit that
has them all.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select, tuple_

from sync.collector.replica.held import BlockKey, blocks_of
from sync.collector.replica.outgoing.pools import add_pools, place_pools, pools_of
from sync.collector.replica.outgoing.standings import follow_decisions
from sync.collector.replica.outgoing.sums import BLOCK, add_aside, add_blocks, shown_alone
from sync.collector.replica.outgoing.unions import place_unions, unions_over
from sync.collector.store.schema import block


def lift_blocks(connection: Connection, journal_id: str, seqs: Collection[int]) -> set[BlockKey]:
    """Take the blocks that hold any of these ratings of a journal off what is shown; which these are."""
    keys = set(blocks_of(connection, journal_id, seqs).values())
    blocks = _read(connection, keys)
    add_blocks(connection, shown_alone(blocks), -1)
    add_pools(connection, pools_of(blocks), -1)
    add_aside(connection, [one for one in unions_over(connection, blocks) if one.is_told], -1)
    return keys


def put_blocks(connection: Connection, keys: Iterable[BlockKey]) -> None:
    """Add them again, where their ratings stand by now."""
    after = follow_decisions(connection, _read(connection, keys))
    add_blocks(connection, shown_alone(after))
    place_pools(connection, pools_of(after))
    unions = place_unions(connection, unions_over(connection, after))
    add_aside(connection, [one for one in unions if one.is_told])


def _read(connection: Connection, keys: Iterable[BlockKey]) -> Sequence[Row[Any]]:
    b, wanted = block.c, sorted(keys)
    found: list[Row[Any]] = []
    for place in range(0, len(wanted), 400):
        here = tuple_(b.journal_id, b.last_seq).in_(wanted[place : place + 400])
        found += connection.execute(select(*BLOCK).where(here)).all()
    return found
