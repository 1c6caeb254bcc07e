"""Unions: the levels of what a kiosk set aside itself are told of several blocks together, of five or more.

Beside the result of what counts stands the one of everything. Their difference is what was set aside, and of one block
that may be a single rating. So these levels go out as sums over blocks of a journal, series and month, in the order in
which they come out, each sum of which holds five or more. Every block knows its union: one that comes out late, though
it was cut before others, joins the union that is open then, and those that were told stay what they are. What somebody
decided to set aside is whole blocks already.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, insert, select, tuple_, update

from kiosk.domain.numbers.blocks import COUNTED_MIN
from sync.collector.replica.outgoing.sums import BLOCK, SUSPECT, add_aside
from sync.collector.replica.shown import LEVEL_NAMES, NOWHERE, month_of, place_of
from sync.collector.replica.tally import COUNTED
from sync.collector.store.schema import aside_union, block, block_piece, counter, unit

T = TypeVar("T")
_STREAM = ("journal_id", "series", "question")


def add_unions(connection: Connection, blocks: Sequence[Row[Any]], least: int) -> None:
    """Gather what these blocks hold aside, which come out now; tell what is enough."""
    aside = _aside_of(connection, blocks)
    held = [each for each in blocks if (each.journal_id, each.last_seq) in aside]
    in_order = sorted(held, key=lambda each: (each.journal_id, each.series, each.question, each.last_seq))
    for stream, of_stream in groupby(in_order, key=lambda each: (each.journal_id, each.series, each.question)):
        for one in of_stream:
            _gather(connection, stream, one, aside[one.journal_id, one.last_seq], max(least, COUNTED_MIN))


def tell_enough(connection: Connection, least: int) -> None:
    """Tell the open unions that are enough by a lower minimum than that under which they were gathered."""
    u, enough = aside_union.c, sum((aside_union.c[name] for name in LEVEL_NAMES[1:]), aside_union.c[LEVEL_NAMES[0]])
    found = select(aside_union).where(u.is_told.is_(False), enough >= max(least, COUNTED_MIN))
    for one in connection.execute(found.order_by(u.journal_id, u.first_seq)).all():
        _tell(connection, one)


def take_apart(connection: Connection, blocks: Iterable[Row[Any]]) -> list[Row[Any]]:
    """Undo the unions of these blocks that were not told; the blocks that were in them."""
    found: list[Row[Any]] = []
    for one in unions_over(connection, blocks):
        if not one.is_told:
            found += connection.execute(select(*BLOCK).where(_is_in(one))).all()
            connection.execute(update(block).where(_is_in(one)).values(union_seq=None))
            connection.execute(delete(aside_union).where(_is_it(one)))
    return found


def unions_over(connection: Connection, blocks: Iterable[Row[Any]]) -> list[Row[Any]]:
    """The unions in which these blocks are."""
    u, found = aside_union.c, list[Row[Any]]()
    keys = sorted({(one.journal_id, one.union_seq) for one in blocks if one.union_seq is not None})
    for some in _portions(keys):
        found += connection.execute(select(aside_union).where(tuple_(u.journal_id, u.first_seq).in_(some))).all()
    return found


def place_unions(connection: Connection, unions: Iterable[Row[Any]]) -> list[Row[Any]]:
    """Put each union, none of which is in what is shown now, where its blocks stand; as they are then."""
    found = []
    for one in unions:
        here, stand = _is_it(one), select(block.c.counter_id, block.c.unit_id).where(_is_in(one))
        places = {(each.counter_id, each.unit_id) for each in connection.execute(stand)}
        counter_id, unit_id = _together(connection, places)
        connection.execute(update(aside_union).where(here).values(counter_id=counter_id, unit_id=unit_id))
        found.append(connection.execute(select(aside_union).where(here)).one())
    return found


def common_unit(connection: Connection, units: Iterable[int]) -> int:
    """The lowest unit that has all these in it, or is one of them."""
    together = sorted(set(units))
    if NOWHERE in together:
        return NOWHERE
    wanted = select(unit.c.path).where(unit.c.unit_id.in_(together))
    ways = [path.split("/")[:-1] for path in connection.execute(wanted).scalars()]
    shared = []
    for codes in zip(*ways, strict=False):
        if len(set(codes)) > 1:
            break
        shared.append(codes[0])
    path = "".join(f"{code}/" for code in shared)
    return int(connection.execute(select(unit.c.unit_id).where(unit.c.path == path)).scalar_one_or_none() or NOWHERE)


def units_of(connection: Connection, counters: Iterable[int]) -> set[int]:
    """The units of these counters."""
    wanted = select(counter.c.unit_id).where(counter.c.counter_id.in_(sorted(set(counters))))
    return set(connection.execute(wanted).scalars())


def _together(connection: Connection, places: set[tuple[int | None, int]]) -> tuple[int, int]:
    """Where blocks that stand at these counters and units stand together: as ``shown_count`` names it."""
    if len(places) == 1:
        ((counter_id, unit_id),) = places
        return place_of(counter_id, unit_id), unit_id
    unit_id = common_unit(connection, {unit_id for _, unit_id in places})
    return place_of(None, unit_id), unit_id


def _aside_of(connection: Connection, blocks: Sequence[Row[Any]]) -> dict[tuple[str, int], list[int]]:
    """By block, the levels of what its kiosk set aside, where that is anything."""
    p, found = block_piece.c, dict[tuple[str, int], list[int]]()
    for some in _portions(blocks):
        keys = [(each.journal_id, each.last_seq) for each in some]
        wanted = select(block_piece).where(tuple_(p.journal_id, p.last_seq).in_(keys))
        for row in connection.execute(wanted.where(p.standing.not_in((COUNTED, SUSPECT)))):
            levels = found.setdefault((row.journal_id, row.last_seq), [0] * 5)
            for place, name in enumerate(LEVEL_NAMES):
                levels[place] += getattr(row, name)
    return found


def _portions(some: Sequence[T]) -> Iterator[Sequence[T]]:
    yield from (some[place : place + 400] for place in range(0, len(some), 400))


def _gather(connection: Connection, stream: tuple[str, str, str], one: Row[Any], aside: list[int], least: int) -> None:
    """Put what a block holds aside into the union of its month that is open, or into one that begins with it."""
    u = aside_union.c
    of_stream = and_(*(u[name] == value for name, value in zip(_STREAM, stream, strict=True)))
    open_one = select(aside_union).where(of_stream, u.is_told.is_(False), u.last_day.between(*month_of(one.last_day)))
    is_open = connection.execute(open_one.order_by(u.first_seq).limit(1)).one_or_none()
    if is_open is None:
        values = {**dict(zip(_STREAM, stream, strict=True)), "first_seq": one.last_seq, "is_told": False,
                  "counter_id": place_of(one.counter_id, one.unit_id), "unit_id": one.unit_id,
                  "first_day": one.first_day, "first_part": one.first_part, **dict.fromkeys(LEVEL_NAMES, 0),
                  "last_seq": one.last_seq, "last_day": one.last_day, "last_part": one.last_part}  # fmt: skip
        connection.execute(insert(aside_union).values(values))
        is_open = connection.execute(select(aside_union).where(of_stream, u.first_seq == one.last_seq)).one()
    grown = _grown(is_open, one, aside)
    connection.execute(update(aside_union).where(_is_it(is_open)).values(grown))
    here = and_(block.c.journal_id == one.journal_id, block.c.last_seq == one.last_seq)
    connection.execute(update(block).where(here).values(union_seq=is_open.first_seq))
    if (place_of(one.counter_id, one.unit_id), one.unit_id) != (is_open.counter_id, is_open.unit_id):
        place_unions(connection, [is_open])
    if sum(grown[name] for name in LEVEL_NAMES) >= least:
        _tell(connection, is_open)


def _grown(is_open: Row[Any], one: Row[Any], aside: list[int]) -> dict[str, Any]:
    """The union with one more block in it."""
    first = min((is_open.first_day, is_open.first_part), (one.first_day, one.first_part))
    last = max((is_open.last_day, is_open.last_part), (one.last_day, one.last_part))
    levels = {name: getattr(is_open, name) + n for name, n in zip(LEVEL_NAMES, aside, strict=True)}
    return {"last_seq": max(is_open.last_seq, one.last_seq), "first_day": first[0], "first_part": first[1],
            "last_day": last[0], "last_part": last[1], **levels}  # fmt: skip


def _tell(connection: Connection, one: Row[Any]) -> None:
    """Show the levels of a union, to which nothing comes from then on."""
    connection.execute(update(aside_union).where(_is_it(one)).values(is_told=True))
    add_aside(connection, place_unions(connection, [one]))


def _is_it(one: Row[Any]) -> ColumnElement[bool]:
    return and_(*(aside_union.c[name] == getattr(one, name) for name in (*_STREAM, "first_seq")))


def _is_in(one: Row[Any]) -> ColumnElement[bool]:
    """Which blocks are in a union."""
    return and_(block.c.journal_id == one.journal_id, block.c.union_seq == one.first_seq)
