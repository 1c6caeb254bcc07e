"""Waits: what was recorded and is not shown yet, how much of it and why, and how many were set aside.

Neither tells anybody's opinion: how many wait, and how many do not count. In every place and period what was recorded
in half days that are over is what is shown there and what waits there, together.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, case, func, literal, or_, select

from kiosk.domain.numbers.blocks import COUNTED_MIN
from kiosk.domain.visit.rating import Standing
from sync.collector.figures.queries.asked import Asked, is_version
from sync.collector.figures.queries.counts import NAMED_MAX, HalfDay, Keys
from sync.collector.figures.queries.grains import Days, months_in
from sync.collector.replica.shown import BEYOND, IN_MONTH, IN_WEEK, LEVEL_NAMES, month_of
from sync.collector.replica.tally import COUNTED
from sync.collector.store.schema import block, block_piece, demonstration, pool, pool_piece, remainder, uncut_count

SET_ASIDE = tuple(standing for standing in Standing if standing is not Standing.COUNTED)
"""Why a rating does not count, in the order of the domain."""
ASIDE_STREAMS = [str(standing) for standing in SET_ASIDE]
"""How many were set aside, by why."""
UpFrom = Callable[[str], Sequence[str]]
"""The keys from a place to the top, its own first."""
WHENEVER: HalfDay = ("9999-12-31", "~")
"""In the place of the present half day: every other one is over."""


class Why(StrEnum):
    """Why ratings of a half day that is over are not shown."""

    OPEN = "open"
    """No cut holds them yet, or it was not looked at yet."""
    FEW = "few"
    """Too few at their counter for a block so far."""
    STRADDLES = "straddles"
    """Their block is shown, but not all of it lies in this place and period."""
    TAIL = "tail"
    """Too few were left when their month ended, or their kiosk was moved, and no pool holds them yet."""
    POOLED = "pooled"
    """Such a rest, which is shown with those of other kiosks in the months of a larger place."""
    FAULT = "fault"
    """The cut that holds them is not believed."""


class Held(NamedTuple):
    """Ratings that are not shown."""

    key: str
    """Their counter's place."""
    why: Why
    standing: str
    n: int
    within: str | None = None
    """The lowest place in which they are shown all the same; None where they wait in every one."""


class Waits(NamedTuple):
    """Which places have ratings that are not shown there yet."""

    few: frozenset[str]
    """Those with too few ratings, or with some whose block or pool is not all of this place and period."""
    coming: frozenset[str]
    """Those with ratings that no cut holds yet, or whose half day is not over: of these nothing else is told."""


class Waiting(NamedTuple):
    """What is not shown yet in one period."""

    held: tuple[Held, ...]
    running: frozenset[str]
    """The counters with ratings of half days that are not over."""

    def waits(self, up_from: UpFrom) -> Waits:
        """By place, from the counters up to where they are shown."""
        few, coming = set[str](), {place for key in self.running for place in up_from(key)}
        for each in self.held:
            if each.standing == COUNTED:
                (coming if each.why is Why.OPEN else few).update(_places_of(each, up_from))
        return Waits(frozenset(few), frozenset(coming))


def read_waits(
    connection: Connection, keys: Keys, asked: Asked, days: Days, present: HalfDay, up_from: UpFrom
) -> Waits:
    """Which places have ratings that are not shown there yet, of half days before the ``present`` one."""
    return _read(_Look(connection, keys, asked, days, present, are_places_enough=True)).waits(up_from)


def read_waiting(connection: Connection, keys: Keys, asked: Asked, days: Days, present: HalfDay = WHENEVER) -> Waiting:
    """What is not shown yet of these counters, of half days before the ``present`` one."""
    return _read(_Look(connection, keys, asked, days, present, are_places_enough=False))


def _read(look: "_Look") -> Waiting:
    if look.connection.execute(select(demonstration.c.row_id)).first() is not None:
        return Waiting((), frozenset())
    return Waiting(tuple(_held(look)), frozenset(_running(look)))


def aside_at(shown: Mapping[str, "Counter[str]"], waiting: Waiting, up_from: UpFrom) -> dict[str, "Counter[Standing]"]:
    """By place, how many were set aside and why: those that are shown, and those that wait there."""
    found: dict[str, Counter[Standing]] = {}
    for key, counts in shown.items():
        for place in up_from(key):
            found.setdefault(place, Counter()).update({Standing(name): n for name, n in counts.items()})
    for each in waiting.held:
        if each.standing != COUNTED:
            for place in _places_of(each, up_from):
                found.setdefault(place, Counter())[Standing(each.standing)] += each.n
    return found


def waits_at(waiting: Waiting, up_from: UpFrom) -> dict[str, "Counter[Why]"]:
    """By place, how many ratings that count wait there, by why."""
    found: dict[str, Counter[Why]] = {}
    for each in waiting.held:
        if each.standing == COUNTED:
            for place in _places_of(each, up_from):
                found.setdefault(place, Counter())[each.why] += each.n
    return found


def _places_of(each: Held, up_from: UpFrom) -> Iterator[str]:
    """Where it waits: at its counter and above, up to where it is shown."""
    for place in up_from(each.key):
        if place == each.within:
            return
        yield place


class _Look(NamedTuple):
    """What is asked for."""

    connection: Connection
    keys: Keys
    asked: Asked
    days: Days
    present: HalfDay
    are_places_enough: bool
    """Whether it is enough to know where something waits that counts."""

    def rows(self, wanted: Any) -> Iterator[Any]:
        """The rows at these counters, which are named first; each with the counter's place instead."""
        for row in self.connection.execute(wanted):
            if (key := self.keys.get(row[0])) is not None:
                yield key, *row[1:]


def _held(look: _Look) -> Iterator[Held]:
    yield from _uncut(look)
    yield from _unshown(look)
    yield from _straddling(look)
    yield from _pooled(look)
    r = remainder.c
    of_it = and_(r.survey == look.asked.survey, r.question == look.asked.question, r.day.between(*look.days))
    for key, standing, n in look.rows(select(r.counter_id, r.standing, r.n).where(of_it)):
        yield Held(key, Why.TAIL, standing, n)


def _uncut(look: _Look) -> Iterator[Held]:
    """What no cut holds: of a counter with fewer than five of them, it waits for more."""
    u = uncut_count.c
    over = _is_over(u, look.present)
    inside = func.sum(case((and_(over, u.day.between(*look.days)), u.n), else_=0))
    every = func.sum(case((over, u.n), else_=0))
    wanted = select(u.counter_id, u.journal_id, u.standing, inside, every)
    of_it = and_(is_version(u.survey, look.asked), u.question == look.asked.question)
    rows = list(look.rows(wanted.where(of_it).group_by(u.counter_id, u.journal_id, u.standing)))
    counted = {(key, journal_id): n for key, journal_id, standing, _, n in rows if standing == COUNTED}
    for key, journal_id, standing, n, _ in rows:
        if n:
            few = counted.get((key, journal_id), 0) < COUNTED_MIN
            yield Held(key, Why.FEW if few else Why.OPEN, standing, int(n))


def _unshown(look: _Look) -> Iterator[Held]:
    """What is in a cut that is not shown."""
    b, p = block.c, block_piece.c
    why = case(
        (b.fault.is_not(None), str(Why.FAULT)),
        (b.is_tail, str(Why.TAIL)),
        (b.grain.is_(None), str(Why.OPEN)),
        else_=str(Why.FEW),
    ).label("why")
    touches = and_(b.shown_at.is_(None), b.last_day >= look.days.first, b.first_day <= look.days.last)
    wanted = _pieces(look).add_columns(why).where(touches).group_by(p.counter_id, p.standing, why)
    for key, standing, n, named in look.rows(wanted):
        yield Held(key, Why(named), standing, int(n))


def _straddling(look: _Look) -> Iterator[Held]:
    """What is shown in a longer period, or a larger place."""
    b, p, (first, last) = block.c, block_piece.c, look.days
    crosses = or_(*(_crosses(day, is_first=is_first) for day, is_first in ((first, True), (last, False))))
    is_shown = and_(b.shown_at.is_not(None), b.pool_id.is_(None))
    wanted = _pieces(look).where(is_shown, crosses).group_by(p.counter_id, p.standing)
    for key, standing, n in look.rows(wanted):
        yield Held(key, Why.STRADDLES, standing, int(n))
    between = (
        _pieces(look)
        .add_columns(b.unit_id)
        .where(is_shown, b.counter_id.is_(None), b.first_day >= first, b.last_day <= last)
    )
    for key, standing, n, unit_id in look.rows(between.group_by(p.counter_id, p.standing, b.unit_id)):
        yield Held(key, Why.STRADDLES, standing, int(n), look.keys.get(-unit_id))


def _pooled(look: _Look) -> Iterator[Held]:
    """What is shown in months of a larger place: below it, it waits, and in periods without the whole month."""
    q, p, c = pool.c, block_piece.c, pool_piece.c
    of_it = and_(q.series == look.asked.survey, q.question == look.asked.question)
    whole, parts = months_in(look.days)
    if whole is not None:
        months = and_(of_it, q.first.between(*whole))
        counters = [number for number in look.keys if number > 0]
        if len(counters) <= NAMED_MAX:
            months = and_(months, c.counter_id.in_(counters))
        for key, unit_id, standing, n in look.rows(_of_months(look, months)):
            yield Held(key, Why.POOLED, standing, int(n), look.keys.get(-unit_id))
    for part in parts:
        inside = _pieces(look).join(pool, q.pool_id == block.c.pool_id).where(p.day.between(*part))
        inside = inside.where(of_it, q.first <= part.last, q.last >= part.first)
        for key, standing, n in look.rows(inside.group_by(p.counter_id, p.standing)):
            yield Held(key, Why.POOLED, standing, int(n))


def _of_months(look: _Look, months: ColumnElement[bool]) -> Any:
    """By counter and the unit of its pool, how many ratings there are; one of each where nobody asks how many."""
    q, c = pool.c, pool_piece.c
    if look.are_places_enough:
        # A year of thousands of counters has fifty thousand rows: to add them up takes three times as long.
        wanted = select(c.counter_id, q.unit_id, c.standing, literal(1)).where(months, c.standing == COUNTED).distinct()
    else:
        # By unit first, for so they are read: the other way takes a quarter longer.
        wanted = select(c.counter_id, q.unit_id, c.standing, func.sum(c.n)).where(months)
        wanted = wanted.group_by(q.unit_id, c.counter_id, c.standing)
    return wanted.join_from(pool, pool_piece, c.pool_id == q.pool_id)


def _crosses(day: Any, *, is_first: bool) -> ColumnElement[bool]:
    """Whether a block lies on both sides of where these days begin, or end."""
    b = block.c
    over = and_(b.first_day < day, b.last_day >= day) if is_first else and_(b.first_day <= day, b.last_day > day)
    # Within a month it began in that month: so few rows are looked at.
    recent = and_(b.grain.in_((IN_WEEK, IN_MONTH)), b.first_day >= month_of(day)[0])
    return and_(over, or_(recent, b.grain == BEYOND))


def _pieces(look: _Look) -> Any:
    """How many ratings lie in these days, of the blocks of the series."""
    b, p = block.c, block_piece.c
    n = func.sum(sum((p[name] for name in LEVEL_NAMES[1:]), p[LEVEL_NAMES[0]]))
    same = and_(p.journal_id == b.journal_id, p.last_seq == b.last_seq)
    wanted = select(p.counter_id, p.standing, n.label("n")).join_from(block, block_piece, same)
    of_it = and_(b.series == look.asked.survey, b.question == look.asked.question)
    return wanted.where(of_it, p.day.between(*look.days), _is_over(p, look.present))


def _is_over(c: Any, present: HalfDay) -> ColumnElement[bool]:
    """Whether a half day is one before the present one."""
    day = date.fromisoformat(present[0])
    return or_(c.day < day, and_(c.day == day, c.part < present[1]))


def _running(look: _Look) -> set[str]:
    """The counters with ratings of half days that are not over."""
    if look.present == WHENEVER:
        return set()
    u, b, p = uncut_count.c, block.c, block_piece.c
    uncut = select(u.counter_id).where(
        is_version(u.survey, look.asked), u.question == look.asked.question, u.day.between(*look.days), u.n > 0,
        u.standing == COUNTED, ~_is_over(u, look.present),
    )  # fmt: skip
    same = and_(p.journal_id == b.journal_id, p.last_seq == b.last_seq)
    cut = select(p.counter_id).join_from(block, block_piece, same).where(
        b.shown_at.is_(None), b.last_day >= date.fromisoformat(look.present[0]), b.series == look.asked.survey,
        b.question == look.asked.question, p.day.between(*look.days), p.standing == COUNTED,
        ~_is_over(p, look.present),
    )  # fmt: skip
    return {key for wanted in (uncut, cut) for (key,) in look.rows(wanted.distinct())}
