"""Pools: each one the sum of its tails, in the months and the unit that hold them, and of enough ratings."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, or_, select, text

from kiosk.domain.numbers.blocks import COUNTED_MIN
from sync.collector.proof.wrong import What, Wrong
from sync.collector.replica.outgoing.pools import JOURNALS_MIN
from sync.collector.replica.outgoing.unions import common_unit
from sync.collector.replica.shown import LEVEL_NAMES, month_of
from sync.collector.replica.tally import COUNTED
from sync.collector.store.schema import audit, block, pool

_ALL = " + ".join(f"p.{name}" for name in LEVEL_NAMES)
_PIECES = (
    "pool q JOIN block b ON b.pool_id = q.pool_id "
    "JOIN block_piece p ON p.journal_id = b.journal_id AND p.last_seq = b.last_seq "
    "WHERE q.first BETWEEN :first AND :last"
)
_PLACED = text(
    f"SELECT pool_id FROM (SELECT q.pool_id, p.counter_id, p.standing, {_ALL} AS n FROM {_PIECES} "  # noqa: S608
    "UNION ALL SELECT q.pool_id, i.counter_id, i.standing, -i.n FROM pool_piece i JOIN pool q ON q.pool_id = i.pool_id "
    "WHERE q.first BETWEEN :first AND :last) AS every "
    "GROUP BY pool_id, counter_id, standing HAVING sum(n) <> 0 ORDER BY pool_id LIMIT 1"
)
_STRANGE = text(
    "SELECT i.pool_id FROM pool_piece i LEFT JOIN pool q ON q.pool_id = i.pool_id WHERE q.pool_id IS NULL LIMIT 1"
)
_TAILS = text(
    "SELECT q.pool_id FROM pool q JOIN block b ON b.pool_id = q.pool_id WHERE q.first BETWEEN :first AND :last "
    "AND (b.series <> q.series OR b.question <> q.question OR b.first_day < q.first OR b.last_day > q.last) "
    "ORDER BY q.pool_id LIMIT 1"
)
_ENOUGH = text(
    "SELECT q.pool_id, q.unit_id, q.tells_aside, "  # noqa: S608
    f"sum(CASE WHEN p.standing = '{COUNTED}' THEN {_ALL} ELSE 0 END) AS counted, "
    f"sum(CASE WHEN p.standing = '{COUNTED}' THEN 0 ELSE {_ALL} END) AS aside, "
    f"count(DISTINCT CASE WHEN p.standing = '{COUNTED}' THEN p.journal_id END) AS journals "
    f"FROM {_PIECES} GROUP BY q.pool_id, q.unit_id, q.tells_aside ORDER BY q.pool_id"
)
_MOVES = ("counter.moved", "device.moved")


def check_pools(connection: Connection, first: date, days: dict[str, Any], least: int) -> Iterator[Wrong]:
    """The first thing that does not hold of the pools of the month that begins on ``first``.

    ``days`` are its ends as the database takes them, ``least`` how many ratings are told together by the settings.
    """
    wrong = next(_wrong_ones(connection, first, days, least), None)
    if wrong is not None:
        yield Wrong(What.POOL_WRONG, day=first.isoformat()[:7], column=wrong)


def _wrong_ones(connection: Connection, first: date, days: dict[str, Any], least: int) -> Iterator[str]:
    for statement, column in ((_TAILS, "tails"), (_PLACED, "counters")):
        if connection.execute(statement, days).first() is not None:
            yield column
    p, ends = pool.c, month_of(first)
    here = select(func.count()).select_from(pool).where(p.first.between(*ends))
    if connection.execute(here.where(or_(p.first != ends[0], p.last != ends[1]))).scalar_one():
        yield "month"
    found = connection.execute(_ENOUGH, days).all()
    for row in found:
        if row.counted < COUNTED_MIN or row.journals < JOURNALS_MIN:
            yield "tails"
        if row.aside < COUNTED_MIN if row.tells_aside else row.aside >= max(least, COUNTED_MIN):
            yield "aside"
        if not _is_placed(connection, row.pool_id, row.unit_id):
            yield "unit"
    if connection.execute(here).scalar_one() != len(found):
        yield "tails"
    if connection.execute(_STRANGE).first() is not None:
        yield "counters"


def _is_placed(connection: Connection, pool_id: int, unit_id: int) -> bool:
    """Whether a pool stands in the lowest unit that has all its tails; above that only what was moved since can."""
    tails = connection.execute(select(block.c.unit_id, block.c.shown_at).where(block.c.pool_id == pool_id)).all()
    lowest = common_unit(connection, {tail.unit_id for tail in tails})
    if unit_id == lowest:
        return True
    since = min(tail.shown_at for tail in tails if tail.shown_at is not None)
    moved = (
        select(audit.c.audit_id)
        .where(or_(audit.c.action.in_(_MOVES), audit.c.action.like("unit.%")), audit.c.at >= since)
        .limit(1)
    )
    return common_unit(connection, {lowest, unit_id}) == unit_id and connection.execute(moved).first() is not None
