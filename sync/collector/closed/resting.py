"""Resting: reads what a report rests on, in the same moment as the report."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, and_, func, or_, select

from kiosk.domain.numbers.blocks import COUNTED_MIN
from sync.collector.closed.basis import (
    FORM,
    Basis,
    BasisBlock,
    BasisPool,
    BasisUnion,
    Levels,
    Piece,
    Served,
    Uncut,
)
from sync.collector.figures.places import Place, Places
from sync.collector.figures.queries.grains import Days
from sync.collector.figures.queries.summed import NAMED_MAX, Keys
from sync.collector.replica.outgoing.sums import SUSPECT
from sync.collector.replica.shown import DAY, month_of
from sync.collector.replica.tally import COUNTED
from sync.collector.store.schema import (
    aside_union,
    block,
    block_piece,
    block_reason,
    pool,
    pool_piece,
    remainder,
    series_version,
    served_count,
    uncut_count,
)


def read_basis(connection: Connection, places: Places, place: Place, month: date) -> Basis:
    """What the report of a place and of the month that begins on ``month`` rests on now; ``places`` are its subtree."""
    look = _Look(connection, places, place, Days(*month_of(month)))
    return Basis(
        FORM, tuple(look.blocks()), tuple(look.pools()), tuple(look.unions()), tuple(look.uncut()), tuple(look.served())
    )


class _Look:
    """Reads the tables of one place and month."""

    def __init__(self, connection: Connection, places: Places, place: Place, days: Days) -> None:
        self._connection, self._days = connection, days
        self._keys: Keys = {at.counter_id: at.key for at in places.counters(place.key) if at.counter_id is not None}
        self._homes = {**self._keys, **places.between(place.key)}

    def _rows(self, wanted: Any, number: Any) -> Iterator[Row[Any]]:
        """The rows of these counters: of many, all rows are read and the others passed over."""
        if len(self._keys) <= NAMED_MAX:
            wanted = wanted.where((number + 0).in_(self._keys))
        yield from (row for row in self._connection.execute(wanted) if row.counter_id in self._keys)

    def blocks(self) -> Iterator[BasisBlock]:
        """Every block and tail with ratings of these counters and days."""
        b, p = block.c, block_piece.c
        touches = and_(b.last_day >= self._days.first, b.first_day <= self._days.last)
        if len(self._keys) <= NAMED_MAX:
            # By the index of counters; the few blocks that stand at several of them have none.
            touches = and_(touches, or_(b.counter_id.in_(self._keys), b.counter_id.is_(None)))
        same = and_(p.journal_id == b.journal_id, p.last_seq == b.last_seq)
        found: dict[tuple[str, int], list[Row[Any]]] = {}
        wanted = select(block_piece, *_BLOCK).join_from(block, block_piece, same).where(touches)
        for row in self._connection.execute(wanted):
            if row.counter_id in self._keys:
                found.setdefault((row.journal_id, row.last_seq), []).append(row)
        reasons = self._reasons(touches)
        for key in sorted(found):
            yield self._block(found[key], reasons.get(key, {}))

    def _block(self, rows: list[Row[Any]], reasons: dict[str, int]) -> BasisBlock:
        one = rows[0]
        place = self._homes.get(-one.unit_id if one.whole is None else one.whole)
        pieces = [Piece(self._keys[row.counter_id], row.day, row.part, row.standing, sum(_levels(row))) for row in rows]
        # Only a whole one is told: of one that stands elsewhere too, not all pieces are here.
        is_told = one.shown_at is not None and not one.is_tail and place is not None
        said = [_levels(row) for row in rows if row.standing in (COUNTED, SUSPECT)]
        return BasisBlock(
            one.journal_id, one.last_seq, one.cut_seq, one.series, one.question, bool(one.is_kiosks), bool(one.is_tail),
            one.fault, one.shown_at is not None, one.grain is not None, one.pool_id, place,
            (one.first_day, one.last_day),
            tuple(sorted(pieces, key=lambda each: (each.place, each.day, each.part, each.standing))),
            _add(said) if is_told else None, reasons if is_told else {},
        )  # fmt: skip

    def _reasons(self, touches: Any) -> dict[tuple[str, int], dict[str, int]]:
        b, r = block.c, block_reason.c
        same = and_(r.journal_id == b.journal_id, r.last_seq == b.last_seq)
        wanted = select(r.journal_id, r.last_seq, r.reason, r.n).join_from(block, block_reason, same)
        found: dict[tuple[str, int], dict[str, int]] = {}
        for journal_id, last_seq, reason, n in self._connection.execute(wanted.where(touches).order_by(r.reason)):
            found.setdefault((journal_id, last_seq), {})[reason] = n
        return found

    def pools(self) -> Iterator[BasisPool]:
        c = pool.c
        wanted = select(pool).where(c.first == self._days.first).order_by(c.pool_id)
        for one in self._connection.execute(wanted).all():
            if (place := self._homes.get(-one.unit_id)) is not None:
                yield self._pool(one, place)

    def _pool(self, one: Row[Any], place: str) -> BasisPool:
        b, p, r, q = block.c, block_piece.c, block_reason.c, pool_piece.c
        mine = b.pool_id == one.pool_id
        pieces = self._connection.execute(
            select(block_piece).join(block, and_(p.journal_id == b.journal_id, p.last_seq == b.last_seq)).where(mine)
        ).all()
        reasons = self._connection.execute(
            select(r.reason, func.sum(r.n))
            .join(block, and_(r.journal_id == b.journal_id, r.last_seq == b.last_seq))
            .where(mine)
            .group_by(r.reason)
            .order_by(r.reason)
        )
        aside = _add([_levels(row) for row in pieces if row.standing not in (COUNTED, SUSPECT)])
        counted = _add([_levels(row) for row in pieces if row.standing == COUNTED])
        stands = self._connection.execute(select(q.counter_id, q.standing, q.n).where(q.pool_id == one.pool_id))
        named = tuple(sorted((self._homes.get(row.counter_id, ""), row.standing, row.n) for row in stands))
        return BasisPool(
            one.pool_id, one.series, one.question, place, counted, {name: int(n) for name, n in reasons},
            aside if one.tells_aside and sum(aside) >= COUNTED_MIN else None, named,
        )  # fmt: skip

    def unions(self) -> Iterator[BasisUnion]:
        u = aside_union.c
        inside = and_(u.is_told, u.first_day >= self._days.first, u.last_day <= self._days.last)
        for row in self._connection.execute(select(aside_union).where(inside).order_by(u.journal_id, u.first_seq)):
            if (place := self._homes.get(row.counter_id)) is not None:
                yield BasisUnion(
                    row.journal_id, row.series, row.question, row.first_seq, row.last_seq, place, _levels(row),
                    self._members(row),
                )  # fmt: skip

    def _members(self, union: Row[Any]) -> tuple[int, ...]:
        b = block.c
        mine = and_(b.journal_id == union.journal_id, b.union_seq == union.first_seq)
        return tuple(self._connection.execute(select(b.last_seq).where(mine).order_by(b.last_seq)).scalars())

    def uncut(self) -> Iterator[Uncut]:
        u, v = uncut_count.c, series_version.c
        series = func.coalesce(v.series, u.survey).label("series")
        every = select(u.counter_id, u.journal_id, series, u.question, u.standing, u.day, u.n).where(u.n > 0)
        known = and_(v.survey == u.survey, v.question == u.question)
        sums: dict[tuple[str, str, str, str, str], list[int]] = {}
        for row in self._rows(every.outerjoin(series_version, known), u.counter_id):
            key = (self._keys[row.counter_id], row.journal_id, row.series, row.question, row.standing)
            mine = sums.setdefault(key, [0, 0])
            mine[0] += row.n * (self._days.first <= row.day <= self._days.last)
            mine[1] += row.n
        counted = {key[:4]: n[1] for key, n in sums.items() if key[4] == COUNTED}
        for key, (n, _) in sorted(sums.items()):
            if n:
                yield Uncut(*key, n, counted.get(key[:4], 0))
        yield from self._remainder()

    def _remainder(self) -> Iterator[Uncut]:
        r = remainder.c
        wanted = select(r.counter_id, r.survey, r.question, r.standing, func.sum(r.n).label("n")).where(
            r.day.between(*self._days)
        )
        rows = self._rows(wanted.group_by(r.counter_id, r.survey, r.question, r.standing), r.counter_id)
        for row in sorted(rows, key=lambda each: tuple(each)[:4]):
            yield Uncut(self._keys[row.counter_id], None, row.survey, row.question, row.standing, int(row.n), 0)

    def served(self) -> Iterator[Served]:
        c = served_count.c
        wanted = select(served_count).where(c.grain == DAY, c.first.between(*self._days))
        wanted = wanted.where(or_(c.transactions > 0, c.ratings > 0, c.days > 0))
        for row in sorted(self._rows(wanted, c.counter_id), key=lambda each: (each.counter_id, each.first)):
            here = self._keys[row.counter_id]
            yield Served(here, row.first, row.ratings, row.transactions, row.known, row.days)


_BLOCK = (
    block.c.cut_seq, block.c.series, block.c.question, block.c.is_kiosks, block.c.is_tail, block.c.fault,
    block.c.shown_at, block.c.grain, block.c.pool_id, block.c.counter_id.label("whole"), block.c.unit_id,
    block.c.first_day, block.c.last_day,
)  # fmt: skip


def _levels(row: Row[Any]) -> Levels:
    return row.n1, row.n2, row.n3, row.n4, row.n5


def _add(some: list[Levels]) -> Levels:
    one, two, three, four, five = (sum(column) for column in zip(*some, strict=True)) if some else (0,) * 5
    return one, two, three, four, five
