"""Waits: what was recorded and is not shown yet, how much of it and why, and how many were set aside.

Neither tells anybody's opinion: how many wait, and how many do not count. In every place and period what was recorded
in half days that are over is what is shown there and what waits there, together. Of the half day that runs nothing is
read, not even whether anybody pressed: whoever asks again and again would see the first press come.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Connection, case, select

from kiosk.domain.numbers.blocks import COUNTED_MIN
from kiosk.domain.visit.rating import Standing
from sync.collector.figures.queries.asked import Asked
from sync.collector.figures.queries.counts import HalfDay
from sync.collector.figures.queries.grains import Days, months_in
from sync.collector.figures.queries.summed import NAMED_MAX, Keys
from sync.collector.figures.queries.waiting import (
    BETWEEN,
    CROSSING,
    DEMONSTRATED,
    FIRST,
    IN_POOL,
    LAST,
    PIECES,
    POOLED,
    REMAINED,
    UNCUT,
)
from sync.collector.replica.shown import month_of
from sync.collector.replica.tally import COUNTED
from sync.collector.store.schema import block, block_piece, told_later

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
    """Those with ratings of half days that are over which no cut holds yet."""


class Waiting(NamedTuple):
    """What is not shown yet in one period."""

    held: tuple[Held, ...]

    def waits(self, up_from: UpFrom) -> Waits:
        """By place, from the counters up to where they are shown."""
        few, coming = set[str](), set[str]()
        for each in self.held:
            if each.standing == COUNTED:
                (coming if each.why is Why.OPEN else few).update(_places_of(each, up_from))
        return Waits(frozenset(few), frozenset(coming))


def read_waits(
    connection: Connection, keys: Keys, asked: Asked, days: Days, present: HalfDay, up_from: UpFrom
) -> Waits:
    """Which places have ratings that are not shown there yet, of half days before the ``present`` one."""
    return _read(_Look(connection, keys, asked, days, present, is_brief=True)).waits(up_from)


def read_waiting(connection: Connection, keys: Keys, asked: Asked, days: Days, present: HalfDay = WHENEVER) -> Waiting:
    """What is not shown yet of these counters, of half days before the ``present`` one."""
    return _read(_Look(connection, keys, asked, days, present))


class ToldApart(NamedTuple):
    """How many ratings of before blocks were told in another period than they were recorded in."""

    told_later: int = 0
    told_before: int = 0


def read_told_later(connection: Connection, keys: Keys, days: Days) -> ToldApart:
    """How many ratings of these days were told after them, and how many of before in them, where they are months."""
    whole, rest = months_in(days)
    if whole is None or rest:
        return ToldApart()
    ends = month_of(whole.last)[0], month_of(whole.first - timedelta(days=1))[0]
    t = told_later.c
    rows = connection.execute(select(t.month, t.counter_id, t.n).where(t.month.in_(ends))).all()
    return ToldApart(*(sum(int(n) for month, at, n in rows if month == end and at in keys) for end in ends))


def _read(look: "_Look") -> Waiting:
    if look.connection.execute(DEMONSTRATED).first() is not None:
        return Waiting(())
    return Waiting(tuple(_held(look)))


def aside_at(shown: Mapping[str, "Counter[str]"], waiting: Waiting, up_from: UpFrom) -> dict[str, "Counter[Standing]"]:
    """By place, how many were set aside and why: those that are shown, and those that wait there."""
    found = defaultdict[str, Counter[Standing]](Counter)
    for key, counts in shown.items():
        named = {Standing(name): n for name, n in counts.items()}
        for place in up_from(key):
            found[place].update(named)
    for each in waiting.held:
        if each.standing != COUNTED:
            standing = Standing(each.standing)
            for place in _places_of(each, up_from):
                found[place][standing] += each.n
    return dict(found)


def waits_at(waiting: Waiting, up_from: UpFrom) -> dict[str, "Counter[Why]"]:
    """By place, how many ratings that count wait there, by why."""
    found = defaultdict[str, Counter[Why]](Counter)
    for each in waiting.held:
        if each.standing == COUNTED:
            for place in _places_of(each, up_from):
                found[place][each.why] += each.n
    return dict(found)


def _places_of(each: Held, up_from: UpFrom) -> Sequence[str]:
    """Where it waits: at its counter and above, up to where it is shown."""
    way = up_from(each.key)
    return way[: way.index(each.within)] if each.within in way else way


class _Look(NamedTuple):
    """What is asked for."""

    connection: Connection
    keys: Keys
    asked: Asked
    days: Days
    present: HalfDay

    is_brief: bool = False
    """Whether it is enough to know where something waits that counts."""

    def rows(self, wanted: Any, **ends: Any) -> Iterator[Any]:
        """The rows at these counters, which are named first; each with the counter's place instead.

        ``ends`` are those of another span than the days that are asked for, and what else a statement needs.
        """
        today, part = self.present
        values = {"series": self.asked.survey, "question": self.asked.question, "today": date.fromisoformat(today),
                  "part": part, "first": self.days.first, "last": self.days.last, **ends}  # fmt: skip
        for row in self.connection.execute(wanted, values).all():
            if (key := self.keys.get(row[0])) is not None:
                yield key, *row[1:]


_WHY = case(
    (block.c.fault.is_not(None), str(Why.FAULT)),
    (block.c.is_tail, str(Why.TAIL)),
    (block.c.grain.is_(None), str(Why.OPEN)),
    else_=str(Why.FEW),
).label("why")
_UNSHOWN = (
    PIECES.add_columns(_WHY)
    .where(block.c.shown_at.is_(None), block.c.last_day >= FIRST, block.c.first_day <= LAST)
    .group_by(block_piece.c.counter_id, block_piece.c.standing, _WHY)
)


def _held(look: _Look) -> Iterator[Held]:
    yield from _uncut(look)
    for key, standing, n, named in look.rows(_UNSHOWN):
        yield Held(key, Why(named), standing, n)
    yield from _straddling(look)
    yield from _pooled(look)
    for key, standing, n in look.rows(REMAINED):
        yield Held(key, Why.TAIL, standing, n)


def _uncut(look: _Look) -> Iterator[Held]:
    """What no cut holds: of a counter with fewer than five of them, it waits for more."""
    rows = list(look.rows(UNCUT))
    counted = {(key, journal_id): n for key, journal_id, standing, _, n in rows if standing == COUNTED}
    for key, journal_id, standing, n, _ in rows:
        if n:
            few = counted.get((key, journal_id), 0) < COUNTED_MIN
            yield Held(key, Why.FEW if few else Why.OPEN, standing, n)


def _straddling(look: _Look) -> Iterator[Held]:
    """What is shown in a longer period, or a larger place."""
    months = {f"{name}_month": month_of(day)[0] for name, day in look.days._asdict().items()}
    for key, standing, n in look.rows(CROSSING, **months):
        yield Held(key, Why.STRADDLES, standing, n)
    for key, standing, n, unit_id in look.rows(BETWEEN):
        yield Held(key, Why.STRADDLES, standing, n, look.keys.get(-unit_id))


def _pooled(look: _Look) -> Iterator[Held]:
    """What is shown in months of a larger place: below it, it waits, and in periods without the whole month."""
    whole, parts = months_in(look.days)
    if whole is not None:
        counters = [number for number in look.keys if number > 0]
        named = {"counters": counters} if len(counters) <= NAMED_MAX else {}
        for key, standing, n, unit_id in look.rows(POOLED[look.is_brief, bool(named)], **whole._asdict(), **named):
            yield Held(key, Why.POOLED, standing, n, look.keys.get(-unit_id))
    for part in parts:
        for key, standing, n in look.rows(IN_POOL, **part._asdict(), first_month=month_of(part.first)[0]):
            yield Held(key, Why.POOLED, standing, n)
