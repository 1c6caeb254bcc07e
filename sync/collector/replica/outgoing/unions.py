"""Unions: the levels of what a kiosk set aside itself are told of consecutive blocks together, of five or more.

Beside the result of what counts stands the one of everything. Their difference is what was set aside, and of one block
that may be a single rating. So these levels go out as sums over consecutive blocks of a journal and series, each of
which holds five or more; a union ends with its month. What somebody decided to set aside is whole blocks already.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, and_, insert, select, tuple_, update

from kiosk.domain.numbers.blocks import COUNTED_MIN
from sync.collector.replica.outgoing.sums import SUSPECT, add_aside
from sync.collector.replica.shown import LEVEL_NAMES, NOWHERE, place_of
from sync.collector.replica.tally import COUNTED
from sync.collector.store.schema import aside_union, block, block_piece, counter, unit

_STREAM = ("journal_id", "series", "question")


def add_unions(connection: Connection, blocks: Sequence[Row[Any]], least: int) -> None:
    """Gather what these blocks hold aside, which follow those that are shown; tell what is enough."""
    aside = _aside_of(connection, blocks)
    held = [each for each in blocks if (each.journal_id, each.last_seq) in aside]
    in_order = sorted(held, key=lambda each: (each.journal_id, each.series, each.question, each.last_seq))
    for stream, of_stream in groupby(in_order, key=lambda each: (each.journal_id, each.series, each.question)):
        for one in of_stream:
            _gather(connection, stream, one, aside[one.journal_id, one.last_seq], max(least, COUNTED_MIN))


def unions_over(connection: Connection, blocks: Iterable[Row[Any]]) -> list[Row[Any]]:
    """The unions in which these blocks lie."""
    found = {}
    for one in blocks:
        u = aside_union.c
        of_stream = and_(*(u[name] == getattr(one, name) for name in _STREAM))
        lies_in = and_(of_stream, u.first_seq <= one.last_seq, u.last_seq >= one.last_seq)
        for each in connection.execute(select(aside_union).where(lies_in)):
            found[each.journal_id, each.series, each.question, each.first_seq] = each
    return list(found.values())


def place_unions(connection: Connection, unions: Iterable[Row[Any]]) -> list[Row[Any]]:
    """Put each union, none of which is in what is shown now, where its blocks stand; as they are then."""
    found = []
    for one in unions:
        b, here = block.c, and_(*(aside_union.c[name] == getattr(one, name) for name in (*_STREAM, "first_seq")))
        inside = and_(
            *(b[name] == getattr(one, name) for name in _STREAM), b.last_seq.between(one.first_seq, one.last_seq)
        )
        places = {
            (each.counter_id, each.unit_id)
            for each in connection.execute(select(b.counter_id, b.unit_id).where(inside))
        }
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


def _portions(blocks: Sequence[Row[Any]]) -> Iterator[Sequence[Row[Any]]]:
    yield from (blocks[place : place + 400] for place in range(0, len(blocks), 400))


def _gather(connection: Connection, stream: tuple[str, str, str], one: Row[Any], aside: list[int], least: int) -> None:
    u = aside_union.c
    of_stream = and_(*(u[name] == value for name, value in zip(_STREAM, stream, strict=True)))
    newest = select(aside_union).where(of_stream, u.is_told.is_(False)).order_by(u.first_seq.desc()).limit(1)
    is_open = connection.execute(newest).one_or_none()
    here = (place_of(one.counter_id, one.unit_id), one.unit_id)
    if is_open is None or not _goes_on(is_open, one):
        values = {**dict(zip(_STREAM, stream, strict=True)), "first_seq": one.last_seq, "is_told": False,
                  "counter_id": here[0], "unit_id": here[1], "first_day": one.first_day, "first_part": one.first_part,
                  **dict.fromkeys(LEVEL_NAMES, 0), "last_seq": one.last_seq, "last_day": one.last_day,
                  "last_part": one.last_part}  # fmt: skip
        connection.execute(insert(aside_union).values(values))
        is_open = connection.execute(newest).one()
    first = min((is_open.first_day, is_open.first_part), (one.first_day, one.first_part))
    last = max((is_open.last_day, is_open.last_part), (one.last_day, one.last_part))
    levels = {name: getattr(is_open, name) + n for name, n in zip(LEVEL_NAMES, aside, strict=True)}
    is_told = sum(levels.values()) >= least
    grown = {"last_seq": one.last_seq, "first_day": first[0], "first_part": first[1], "last_day": last[0],
             "last_part": last[1], **levels, "is_told": is_told}  # fmt: skip
    here_now = and_(of_stream, u.first_seq == is_open.first_seq)
    connection.execute(update(aside_union).where(here_now).values(grown))
    if is_told:
        add_aside(connection, place_unions(connection, connection.execute(select(aside_union).where(here_now)).all()))


def _goes_on(is_open: Row[Any], one: Row[Any]) -> bool:
    """Whether a block is of the same month."""
    return bool((is_open.last_day.year, is_open.last_day.month) == (one.last_day.year, one.last_day.month))
