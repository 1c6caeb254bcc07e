"""Waits: what was recorded and is not shown yet, how much of it and why, and how many were set aside.

Neither tells anybody's opinion: how many wait, and how many do not count. In every place and period what was recorded
in half days that are over is what is shown there and what waits there, together.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Date, String, and_, bindparam, case, func, or_, select

from kiosk.domain.numbers.blocks import COUNTED_MIN
from kiosk.domain.visit.rating import Standing
from sync.collector.figures.queries.asked import Asked, is_version
from sync.collector.figures.queries.counts import HalfDay, Keys
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
_DEMONSTRATED = select(demonstration.c.row_id)
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


def read_waiting(connection: Connection, keys: Keys, asked: Asked, days: Days, present: HalfDay = WHENEVER) -> Waiting:
    """What is not shown yet of these counters, of half days before the ``present`` one."""
    if connection.execute(_DEMONSTRATED).first() is not None:
        return Waiting((), frozenset())
    look = _Look(connection, keys, asked, days, present)
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

    def rows(self, wanted: Any, **ends: date) -> Iterator[Any]:
        """The rows at these counters, which are named first; each with the counter's place instead.

        ``ends`` are those of another span than the days that are asked for.
        """
        today, part = self.present
        values = {"series": self.asked.survey, "question": self.asked.question, "today": date.fromisoformat(today),
                  "part": part, "first": self.days.first, "last": self.days.last, **ends}  # fmt: skip
        for row in self.connection.execute(wanted, values):
            if (key := self.keys.get(row[0])) is not None:
                yield key, *row[1:]


# The statements are made once: making those of one page takes longer than it takes the database to answer them.
_SERIES, _QUESTION, _PART = (bindparam(name, type_=String) for name in ("series", "question", "part"))
_FIRST, _LAST, _TODAY, _FIRST_MONTH, _LAST_MONTH = (
    bindparam(name, type_=Date) for name in ("first", "last", "today", "first_month", "last_month")
)
_B, _P, _U, _R, _Q, _C = block.c, block_piece.c, uncut_count.c, remainder.c, pool.c, pool_piece.c


def _is_over(c: Any) -> ColumnElement[bool]:
    """Whether a half day is one before the present one."""
    return or_(c.day < _TODAY, and_(c.day == _TODAY, c.part < _PART))


_SAME = and_(_P.journal_id == _B.journal_id, _P.last_seq == _B.last_seq)
_OF_BLOCK = and_(_B.series == _SERIES, _B.question == _QUESTION)
_OF_POOL = and_(_Q.series == _SERIES, _Q.question == _QUESTION)
_OF_UNCUT = and_(is_version(_U.survey, _SERIES, _QUESTION), _U.question == _QUESTION)
_N = func.sum(sum((_P[name] for name in LEVEL_NAMES[1:]), _P[LEVEL_NAMES[0]]))
_PIECES: Any = (
    select(_P.counter_id, _P.standing, _N.label("n"))
    .join_from(block, block_piece, _SAME)
    .where(_OF_BLOCK, _P.day.between(_FIRST, _LAST), _is_over(_P))
)
"""How many ratings lie in these days, of the blocks of the series."""


def _crosses(day: Any, month: Any, *, is_first: bool) -> ColumnElement[bool]:
    """Whether a block lies on both sides of where these days begin, or end, in the month that begins on ``month``."""
    b = block.c
    over = and_(b.first_day < day, b.last_day >= day) if is_first else and_(b.first_day <= day, b.last_day > day)
    # Within a month it began in that month: so few rows are looked at.
    recent = and_(b.grain.in_((IN_WEEK, IN_MONTH)), b.first_day >= month)
    return and_(over, or_(recent, b.grain == BEYOND))


_INSIDE = func.sum(case((and_(_is_over(_U), _U.day.between(_FIRST, _LAST)), _U.n), else_=0))
_EVERY = func.sum(case((_is_over(_U), _U.n), else_=0))
_UNCUT = (
    select(_U.counter_id, _U.journal_id, _U.standing, _INSIDE, _EVERY)
    .where(_OF_UNCUT)
    .group_by(_U.counter_id, _U.journal_id, _U.standing)
)
_WHY = case(
    (_B.fault.is_not(None), str(Why.FAULT)),
    (_B.is_tail, str(Why.TAIL)),
    (_B.grain.is_(None), str(Why.OPEN)),
    else_=str(Why.FEW),
).label("why")
_UNSHOWN = (
    _PIECES.add_columns(_WHY)
    .where(_B.shown_at.is_(None), _B.last_day >= _FIRST, _B.first_day <= _LAST)
    .group_by(_P.counter_id, _P.standing, _WHY)
)
_IS_SHOWN = and_(_B.shown_at.is_not(None), _B.pool_id.is_(None))
_CROSSING = _PIECES.where(
    _IS_SHOWN, or_(_crosses(_FIRST, _FIRST_MONTH, is_first=True), _crosses(_LAST, _LAST_MONTH, is_first=False))
).group_by(_P.counter_id, _P.standing)
_BETWEEN = (
    _PIECES.add_columns(_B.unit_id)
    .where(_IS_SHOWN, _B.counter_id.is_(None), _B.first_day >= _FIRST, _B.last_day <= _LAST)
    .group_by(_P.counter_id, _P.standing, _B.unit_id)
)
_POOLED = (
    select(_C.counter_id, _C.standing, func.sum(_C.n), _Q.unit_id)
    .join_from(pool, pool_piece, _C.pool_id == _Q.pool_id)
    .where(_OF_POOL, _Q.first.between(_FIRST, _LAST))
    .group_by(_C.counter_id, _C.standing, _Q.unit_id)
)
_IN_POOL = (
    _PIECES.join(pool, _Q.pool_id == _B.pool_id)
    .where(_OF_POOL, _Q.first <= _LAST, _Q.last >= _FIRST)
    .group_by(_P.counter_id, _P.standing)
)
_REMAINED = select(_R.counter_id, _R.standing, _R.n).where(
    _R.survey == _SERIES, _R.question == _QUESTION, _R.day.between(_FIRST, _LAST)
)
_RUNNING = (
    select(_U.counter_id)
    .where(_OF_UNCUT, _U.day.between(_FIRST, _LAST), _U.n > 0, _U.standing == COUNTED, ~_is_over(_U))
    .distinct(),
    select(_P.counter_id)
    .join_from(block, block_piece, _SAME)
    .where(
        _B.shown_at.is_(None), _B.last_day >= _TODAY, _OF_BLOCK, _P.day.between(_FIRST, _LAST), _P.standing == COUNTED,
        ~_is_over(_P),
    )
    .distinct(),
)  # fmt: skip


def _held(look: _Look) -> Iterator[Held]:
    yield from _uncut(look)
    for key, standing, n, named in look.rows(_UNSHOWN):
        yield Held(key, Why(named), standing, int(n))
    yield from _straddling(look)
    yield from _pooled(look)
    for key, standing, n in look.rows(_REMAINED):
        yield Held(key, Why.TAIL, standing, n)


def _uncut(look: _Look) -> Iterator[Held]:
    """What no cut holds: of a counter with fewer than five of them, it waits for more."""
    rows = list(look.rows(_UNCUT))
    counted = {(key, journal_id): n for key, journal_id, standing, _, n in rows if standing == COUNTED}
    for key, journal_id, standing, n, _ in rows:
        if n:
            few = counted.get((key, journal_id), 0) < COUNTED_MIN
            yield Held(key, Why.FEW if few else Why.OPEN, standing, int(n))


def _straddling(look: _Look) -> Iterator[Held]:
    """What is shown in a longer period, or a larger place."""
    months = {f"{name}_month": month_of(day)[0] for name, day in look.days._asdict().items()}
    for key, standing, n in look.rows(_CROSSING, **months):
        yield Held(key, Why.STRADDLES, standing, int(n))
    for key, standing, n, unit_id in look.rows(_BETWEEN):
        yield Held(key, Why.STRADDLES, standing, int(n), look.keys.get(-unit_id))


def _pooled(look: _Look) -> Iterator[Held]:
    """What is shown in months of a larger place: below it, it waits, and in periods without the whole month."""
    whole, parts = months_in(look.days)
    if whole is not None:
        for key, standing, n, unit_id in look.rows(_POOLED, **whole._asdict()):
            yield Held(key, Why.POOLED, standing, int(n), look.keys.get(-unit_id))
    for part in parts:
        for key, standing, n in look.rows(_IN_POOL, **part._asdict()):
            yield Held(key, Why.POOLED, standing, int(n))


def _running(look: _Look) -> set[str]:
    """The counters with ratings of half days that are not over."""
    if look.present == WHENEVER:
        return set()
    return {key for wanted in _RUNNING for (key,) in look.rows(wanted)}
