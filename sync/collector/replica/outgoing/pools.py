"""Pools: tails of one month, told together in the lowest unit where they are enough, of several kiosks.

A tail is fewer than five ratings, which are told nowhere by themselves. Some days after its month ended, the tails of
a unit are a pool when five of their ratings count and they come from two journals at least; else they wait for those
of the unit above. Which tails go together depends on how many they are and where, and on nothing that anybody chose.
A pool is in the months of its unit and of those above, and in no other number, and it is never formed anew: what comes
later waits for a pool of its own.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Row, bindparam, delete, func, select, text, tuple_, update

from kiosk.domain.numbers.blocks import COUNTED_MIN
from sync.collector.replica.outgoing.sums import OF_COUNTER, OF_UNIT, SUSPECT, add_streams, adds
from sync.collector.replica.outgoing.unions import common_unit
from sync.collector.replica.shown import LEVEL_NAMES, MONTH, month_of
from sync.collector.replica.tally import ASIDE, COUNTED, REASON
from sync.collector.store.schema import block, pool, pool_piece

T = TypeVar("T")

JOURNALS_MIN = 2
"""Of one alone, the month of a unit would tell what is left at one kiosk, whose staff saw who was there."""
AT_ONCE = 400
_LEVELS = ", ".join(f"p.{name}" for name in LEVEL_NAMES)
_ALL = "p.n1 + p.n2 + p.n3 + p.n4 + p.n5"
_THESE = "q.pool_id IN :pools"
_JOIN = (
    "pool q JOIN block b ON b.pool_id = q.pool_id JOIN {0} p ON p.journal_id = b.journal_id AND p.last_seq = b.last_seq"
)
_PIECES, _REASONS = _JOIN.format("block_piece"), _JOIN.format("block_reason")


def held_by_pools(these: str) -> str:
    """By stream, what the pools ``q`` hold of which a condition in SQL is true."""
    return f"""
        SELECT q.*, '{COUNTED}' AS stream, {_LEVELS} FROM {_PIECES} WHERE {these} AND p.standing = '{COUNTED}'
        UNION ALL
        SELECT q.*, '{ASIDE}', {_LEVELS} FROM {_PIECES}
        WHERE {these} AND q.tells_aside AND p.standing NOT IN ('{COUNTED}', '{SUSPECT}')
        UNION ALL
        SELECT q.*, p.standing, {_ALL}, 0, 0, 0, 0 FROM {_PIECES} WHERE {these} AND p.standing <> '{COUNTED}'
        UNION ALL
        SELECT q.*, '{REASON}' || p.reason, p.n, 0, 0, 0, 0 FROM {_REASONS} WHERE {these}
    """  # noqa: S608


_HELD = held_by_pools(_THESE)


class Tail(NamedTuple):
    """What is left over of a counter's month."""

    journal_id: str
    last_seq: int
    way: str
    """The path of the unit that has all of it; nothing where no unit has."""
    counted: int
    aside: int


class Pool(NamedTuple):
    """Tails that are told together."""

    way: str
    """The path of the lowest unit that has them all; nothing for what is above every unit."""
    tails: tuple[Tail, ...]
    tells_aside: bool


def form_pools(tails: Iterable[Tail], ways: Collection[str], least: int) -> list[Pool]:
    """The pools that these tails of one month make, the deepest units first; what is not in one waits.

    ``ways`` are the paths of all units.
    """
    waiting: dict[str, list[Tail]] = {}
    for tail in tails:
        waiting.setdefault(tail.way, []).append(tail)
    found, depth = [], max((way.count("/") for way in waiting), default=0)
    while depth >= 0:
        for way in sorted(way for way in waiting if way.count("/") == depth):
            here = waiting.pop(way)
            if _is_enough(here, least):
                found.append(Pool(way, tuple(here), sum(tail.aside for tail in here) >= least))
            elif way:
                waiting.setdefault(above(way, ways), []).extend(here)
        depth -= 1
    return found


def above(way: str, ways: Collection[str]) -> str:
    """The path of the unit above; nothing above the highest."""
    while way:
        way = way.rstrip("/").rpartition("/")[0]
        way = f"{way}/" if way else ""
        if way in ways:
            break
    return way


def loose_month(one: Row[Any]) -> date | None:
    """The month in which a block may go into a pool; None for what may not.

    Suspect ones stand apart: what somebody decided could be read beside a pool that had them.
    """
    month = month_of(one.first_day)[0]
    is_meant = one.is_tail and one.fault is None and one.pool_id is None and not one.is_suspect
    return month if is_meant and month == month_of(one.last_day)[0] else None


def mark_loose(connection: Connection, blocks: Iterable[Row[Any]]) -> None:
    """Have those of these blocks that are tails looked at, or not any more, as they stand by now."""
    by_month: dict[date | None, list[tuple[str, int]]] = {}
    for one in blocks:
        if one.is_tail:
            by_month.setdefault(loose_month(one), []).append((one.journal_id, one.last_seq))
    for month, keys in by_month.items():
        for some in portions(keys):
            here = tuple_(block.c.journal_id, block.c.last_seq).in_(some)
            connection.execute(update(block).where(here).values(loose=month))


def pools_of(blocks: Iterable[Row[Any]]) -> list[int]:
    """The pools in which any of these blocks are."""
    return sorted({one.pool_id for one in blocks if one.pool_id is not None})


def place_pools(connection: Connection, pools: Collection[int]) -> None:
    """Add these pools, none of which is in what is shown now, in their units, or above them where that has all tails.

    A pool never goes down: it was told there already.
    """
    for pool_id in pools:
        units = set(connection.execute(select(block.c.unit_id).where(block.c.pool_id == pool_id)).scalars())
        here = pool.c.pool_id == pool_id
        units.add(connection.execute(select(pool.c.unit_id).where(here)).scalar_one())
        connection.execute(update(pool).where(here).values(unit_id=common_unit(connection, units)))
    count_pieces(connection, pools)
    add_pools(connection, pools)


def add_pools(connection: Connection, pools: Collection[int], sign: int = 1) -> None:
    """Add these pools to the months of their units, or take them off."""
    for some in portions(list(pools)):
        _run(connection, _insert("shown_count", OF_COUNTER), some, sign=sign)
        _run(connection, _insert("shown_unit_count", OF_UNIT), some, sign=sign)
        _run(connection, add_streams(_HELD), some)


def tell_aside(connection: Connection, least: int) -> None:
    """Tell the levels of what is set aside in pools, where a lower minimum than the one they were made under allows."""
    p = pool_piece.c
    few = select(pool.c.pool_id).join(pool_piece, p.pool_id == pool.c.pool_id).where(pool.c.tells_aside.is_(False))
    enough = few.where(p.standing != COUNTED).group_by(pool.c.pool_id).having(func.sum(p.n) >= max(least, COUNTED_MIN))
    pools = sorted(connection.execute(enough).scalars())
    add_pools(connection, pools, -1)
    for some in portions(pools):
        connection.execute(update(pool).where(pool.c.pool_id.in_(some)).values(tells_aside=True))
    add_pools(connection, pools)


def count_pieces(connection: Connection, pools: Collection[int]) -> None:
    """Write down anew at which counters the ratings of these pools stand."""
    for some in portions(list(pools)):
        connection.execute(delete(pool_piece).where(pool_piece.c.pool_id.in_(some)))
        _run(
            connection,
            "INSERT INTO pool_piece (pool_id, counter_id, standing, n) "  # noqa: S608
            f"SELECT q.pool_id, p.counter_id, p.standing, sum({_ALL}) FROM {_PIECES} WHERE {_THESE} "
            "GROUP BY q.pool_id, p.counter_id, p.standing",
            some,
        )


def portions(some: Sequence[T]) -> Iterator[Sequence[T]]:
    """So many at a time as a statement takes."""
    yield from (some[place : place + AT_ONCE] for place in range(0, len(some), AT_ONCE))


def _run(connection: Connection, statement: str, pools: Sequence[int], **values: int) -> None:
    named = text(statement).bindparams(bindparam("pools", expanding=True))
    connection.execute(named, {"pools": pools, **values})


def _insert(table: str, key: Sequence[str]) -> str:
    said = {"survey": "h.series", "grain": f"'{MONTH}'", "part": "''", "counter_id": "-h.unit_id"}
    names = ", ".join(said.get(name, f"h.{name}") for name in key)
    by = "h.series, h.question, h.stream, h.first, h.last, h.unit_id"
    sums = ", ".join(f"sum(:sign * h.{name})" for name in LEVEL_NAMES)
    return (
        f"INSERT INTO {table} ({', '.join((*key, *LEVEL_NAMES))}) SELECT {names}, {sums} FROM ({_HELD}) AS h "  # noqa: S608
        f"WHERE TRUE GROUP BY {by} {adds(table, key)}"
    )


def _is_enough(tails: Sequence[Tail], least: int) -> bool:
    return (
        sum(tail.counted for tail in tails) >= least
        and len({tail.journal_id for tail in tails if tail.counted}) >= JOURNALS_MIN
    )
