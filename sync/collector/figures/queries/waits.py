"""Waits: what was recorded and is not shown yet, how much of it and why, and how many were set aside.

Neither tells anybody's opinion: how many wait, and how many do not count. In every place and period what was recorded
in half days that are over is what is shown there and what waits there, together.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select

from kiosk.domain.numbers.blocks import COUNTED_MIN
from kiosk.domain.visit.rating import Standing
from sync.collector.figures.queries.asked import Asked, is_version
from sync.collector.figures.queries.counts import HalfDay, Keys, read_singles, sums_of_counters
from sync.collector.figures.queries.grains import Days
from sync.collector.replica.shown import BEYOND, IN_MONTH, IN_WEEK, LEVEL_NAMES, month_of
from sync.collector.replica.tally import COUNTED
from sync.collector.store.schema import block, block_piece, demonstration, remainder, uncut_count

SET_ASIDE = tuple(standing for standing in Standing if standing is not Standing.COUNTED)
"""Why a rating does not count, in the order of the domain."""
ASIDE_STREAMS = [str(standing) for standing in SET_ASIDE]
"""How many were set aside, by why."""
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
    """Too few were left when their month ended, or their kiosk was moved."""
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
    """Which counters have ratings that are not shown yet."""

    few: frozenset[str]
    """Counters with too few ratings, or with some whose block is not all of this period and place."""
    coming: frozenset[str]
    """Counters with ratings that no cut holds yet, or whose half day is not over: of these nothing else is told."""


class Waiting(NamedTuple):
    """What is not shown yet of several periods, in their order."""

    waits: tuple[Waits, ...]
    aside: tuple[Mapping[str, "Counter[str]"], ...]
    """By counter and why, how many were set aside."""
    held: tuple[tuple[Held, ...], ...]
    """All of it."""


def read_waiting(
    connection: Connection, keys: Keys, asked: Asked, periods: Sequence[Days], present: HalfDay = WHENEVER
) -> Waiting:
    """What is not shown yet of these counters, of half days before the ``present`` one."""
    if connection.execute(select(demonstration.c.row_id)).first() is not None:
        nothing: Waits = Waits(frozenset(), frozenset())
        return Waiting((nothing,) * len(periods), ({},) * len(periods), ((),) * len(periods))
    looks = [_Look(connection, keys, asked, days, present) for days in periods]
    periods_of = [list(_held(look)) for look in looks]
    return Waiting(
        tuple(_waits(held, _running(look)) for held, look in zip(periods_of, looks, strict=True)),
        tuple(_aside(held) for held in periods_of),
        tuple(tuple(held) for held in periods_of),
    )


def read_waits(connection: Connection, keys: Keys, asked: Asked, days: Days, present: HalfDay = WHENEVER) -> Waits:
    """Which counters have ratings in these days that are not shown yet."""
    return read_waiting(connection, keys, asked, [days], present).waits[0]


def read_aside(
    connection: Connection, keys: Keys, asked: Asked, days: Days, present: HalfDay = WHENEVER
) -> dict[str, "Counter[Standing]"]:
    """By counter, how many were set aside for which reason."""
    shown = read_singles(connection, sums_of_counters(keys), asked, ASIDE_STREAMS, days)
    (coming,) = read_waiting(connection, keys, asked, [days], present).aside
    return together(shown, coming)


def together(
    shown: Mapping[str, "Counter[str]"], coming: Mapping[str, "Counter[str]"]
) -> dict[str, "Counter[Standing]"]:
    """What was set aside and is shown, and what is still to come out."""
    found: dict[str, Counter[Standing]] = {}
    for key in {**shown, **coming}:
        counts = shown.get(key, Counter()) + coming.get(key, Counter())
        found[key] = Counter({Standing(name): n for name, n in counts.items()})
    return found


def roll_up(held: Iterable[Held], up_from: Callable[[str], Sequence[str]]) -> dict[str, "Counter[tuple[Why, str]]"]:
    """By place, what waits there, by why and standing: a counter's up to where it is shown."""
    found: dict[str, Counter[tuple[Why, str]]] = {}
    for each in held:
        for place in up_from(each.key):
            if place == each.within:
                break
            found.setdefault(place, Counter())[each.why, each.standing] += each.n
    return found


class _Look(NamedTuple):
    """What is asked for."""

    connection: Connection
    keys: Keys
    asked: Asked
    days: Days
    present: HalfDay

    def rows(self, wanted: Any) -> Iterator[Any]:
        """The rows at these counters, which are named first; each with the counter's place instead."""
        for row in self.connection.execute(wanted):
            if (key := self.keys.get(row[0])) is not None:
                yield key, *row[1:]


def _held(look: _Look) -> Iterator[Held]:
    yield from _uncut(look)
    yield from _unshown(look)
    yield from _straddling(look)
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
    is_shown = b.shown_at.is_not(None)
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


def _waits(held: Iterable[Held], running: set[str]) -> Waits:
    few, coming = set[str](), set(running)
    for each in held:
        if each.standing == COUNTED:
            (coming if each.why is Why.OPEN else few).add(each.key)
    return Waits(frozenset(few), frozenset(coming))


def _aside(held: Iterable[Held]) -> dict[str, "Counter[str]"]:
    found: dict[str, Counter[str]] = {}
    for each in held:
        if each.standing != COUNTED:
            found.setdefault(each.key, Counter())[each.standing] += each.n
    return found
