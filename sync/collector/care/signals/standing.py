"""Standing: sets whole blocks of a counter aside as suspect, or lets them count again, in one transaction."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, and_, func, or_, select, union_all

from kiosk.domain.visit.rating import Standing
from sync.collector.replica.held import BlockKey
from sync.collector.replica.outgoing.standings import blocks_at, count_pooled, lies_in, set_shown, widened
from sync.collector.replica.served import add_up_served, days_held, lock_counters
from sync.collector.replica.shown import LEVEL_NAMES
from sync.collector.replica.spans import read_spans
from sync.collector.replica.stored import lock_copies
from sync.collector.replica.stretch import Stretch
from sync.collector.store.schema import (
    block,
    block_piece,
    counter,
    device,
    device_grant,
    journal,
    placement,
    tally,
    uncut_count,
)

__all__ = ["count_pooled", "lock_journals", "move", "told_before", "widened"]


def lock_journals(connection: Connection, counter_id: int) -> None:
    """Let nobody append to a journal that may bring ratings of the counter until this transaction is over."""
    stood = {counter_id, *read_spans(connection, {counter_id})}
    units = select(counter.c.unit_id).where(counter.c.counter_id.in_(sorted(stood)))
    beside = select(counter.c.counter_id).where(counter.c.unit_id.in_(units))
    carried = select(placement.c.device_id).where(placement.c.counter_id.in_(beside))
    granted = select(device_grant.c.device_id).where(device_grant.c.counter_id.in_(sorted(stood)))
    here = or_(device.c.counter_id.in_(beside), device.c.device_id.in_(carried), device.c.device_id.in_(granted))
    devices = select(device.c.device_id).where(here)
    lock_copies(connection, journal.c.device_id.in_(devices))


def told_before(connection: Connection, counter_id: int, since: date) -> date | None:
    """The last day, from ``since`` on, with ratings of the counter that were told before kiosks cut blocks.

    They are in no block and wait for none, so a decision can neither set them aside nor let them count again.
    """
    b, p = block.c, block_piece.c
    levels = sum((p[name] for name in LEVEL_NAMES[1:]), p[LEVEL_NAMES[0]])
    same = and_(p.journal_id == b.journal_id, p.last_seq == b.last_seq)
    near = and_(or_(b.counter_id == counter_id, b.counter_id.is_(None)), b.last_day >= since)
    every = union_all(
        select(tally.c.day, tally.c.n).where(tally.c.counter_id == counter_id, tally.c.day >= since),
        select(uncut_count.c.day, -uncut_count.c.n).where(
            uncut_count.c.counter_id == counter_id, uncut_count.c.day >= since
        ),
        select(p.day, -levels)
        .join_from(block, block_piece, same)
        .where(near, p.counter_id == counter_id, p.day >= since),
    ).subquery()
    wanted = select(every.c.day).group_by(every.c.day).having(func.sum(every.c.n) > 0)
    return connection.execute(wanted.order_by(every.c.day.desc()).limit(1)).scalar_one_or_none()


def move(connection: Connection, stretch: Stretch, to: Standing, spare: Sequence[Stretch] = ()) -> int:
    """Make the blocks that lie wholly in the stretch suspect, or let them count again; how many ratings were moved.

    A block that lies in one of ``spare`` stays as it is. Who took part is added up anew. Whoever moves at several
    counters does it in the order of their numbers: each is locked.
    """
    lock_counters(connection, {stretch.counter_id})
    moved, keys = 0, set[BlockKey]()
    for one in blocks_at(connection, stretch):
        is_meant = one.is_suspect is not (to is Standing.SUSPECT) and lies_in(connection, one, stretch)
        if is_meant and not any(lies_in(connection, one, other) for other in spare):
            moved += set_shown(connection, one, to)
            keys.add(BlockKey(one.journal_id, one.last_seq))
    if keys:
        add_up_served(connection, days_held(connection, keys))
    return moved
