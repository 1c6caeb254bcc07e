"""Carried: a counter's row goes to another unit, and all that is shown of it goes along."""

from typing import Any

from sqlalchemy import Connection, Row, and_, literal, or_, select, text, update

from sync.collector.replica.outgoing.pools import add_pools, place_pools
from sync.collector.replica.outgoing.sums import BLOCK, OF_UNIT, add_aside, add_blocks, adds, shown_alone
from sync.collector.replica.outgoing.unions import common_unit, place_unions, units_of
from sync.collector.replica.shown import HALF, LEVEL_NAMES
from sync.collector.store.schema import aside_union, block, block_piece, counter, pool_piece


def carry_counter(connection: Connection, counter_id: int, left: int, to: int) -> None:
    """Let the counter stand in the unit ``to``, with everything that is counted there."""
    blocks, unions = _shared_blocks(connection, counter_id), _shared_unions(connection, counter_id)
    pools = _pools(connection, counter_id)
    add_blocks(connection, shown_alone(blocks), -1)
    add_pools(connection, pools, -1)
    add_aside(connection, [one for one in unions if one.is_told], -1)
    _add_to_unit(connection, counter_id, left, -1)
    _add_to_unit(connection, counter_id, to, 1)
    connection.execute(update(counter).where(counter.c.counter_id == counter_id).values(unit_id=to))
    for table in (block, aside_union):
        connection.execute(update(table).where(table.c.counter_id == counter_id).values(unit_id=to))
    add_blocks(connection, shown_alone([_placed(connection, one) for one in blocks]))
    place_pools(connection, pools)
    add_aside(connection, [one for one in place_unions(connection, unions) if one.is_told])


def _shared_blocks(connection: Connection, counter_id: int) -> list[Row[Any]]:
    """The blocks that stand at this counter and at others."""
    b, p = block.c, block_piece.c
    here = and_(p.journal_id == b.journal_id, p.last_seq == b.last_seq, p.counter_id == counter_id)
    wanted = select(*BLOCK).where(b.counter_id.is_(None), select(literal(1)).where(here).exists())
    return list(connection.execute(wanted))


def _shared_unions(connection: Connection, counter_id: int) -> list[Row[Any]]:
    """The unions with blocks at this counter and at others."""
    b, p, u = block.c, block_piece.c, aside_union.c
    here = and_(p.journal_id == b.journal_id, p.last_seq == b.last_seq, p.counter_id == counter_id)
    inside = and_(
        b.journal_id == u.journal_id,
        b.union_seq == u.first_seq,
        or_(b.counter_id == counter_id, and_(b.counter_id.is_(None), select(literal(1)).where(here).exists())),
    )
    wanted = select(aside_union).where(u.counter_id <= 0, select(literal(1)).where(inside).exists())
    return list(connection.execute(wanted))


def _pools(connection: Connection, counter_id: int) -> list[int]:
    """The pools with ratings of this counter."""
    wanted = select(pool_piece.c.pool_id).where(pool_piece.c.counter_id == counter_id).distinct()
    return sorted(connection.execute(wanted).scalars())


def _placed(connection: Connection, one: Row[Any]) -> Row[Any]:
    """A block of several counters, in the unit that they have in common now."""
    p, b = block_piece.c, block.c
    of_it = and_(p.journal_id == one.journal_id, p.last_seq == one.last_seq)
    counters = set(connection.execute(select(p.counter_id).where(of_it).distinct()).scalars())
    here = and_(b.journal_id == one.journal_id, b.last_seq == one.last_seq)
    unit_id = common_unit(connection, units_of(connection, counters))
    connection.execute(update(block).where(here).values(unit_id=unit_id))
    return connection.execute(select(*BLOCK).where(here)).one()


def _add_to_unit(connection: Connection, counter_id: int, unit_id: int, sign: int) -> None:
    names = ", ".join(OF_UNIT[:-1])
    levels = ", ".join(f":sign * {name}" for name in LEVEL_NAMES)
    moved = (
        f"INSERT INTO shown_unit_count ({names}, unit_id, {', '.join(LEVEL_NAMES)}) "  # noqa: S608
        f"SELECT {names}, CAST(:unit AS bigint), {levels} FROM shown_count "
        f"WHERE counter_id = :at AND grain <> '{HALF}' {adds('shown_unit_count', OF_UNIT)}"
    )
    connection.execute(text(moved), {"unit": unit_id, "at": counter_id, "sign": sign})
