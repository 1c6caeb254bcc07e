"""Gather: reads what signs are looked for in, from the newest ratings backwards, journal by journal.

A journal's ratings lie in the order in which they came, so only those of the window are read, however
many years lie before it.
"""

import re
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, bindparam, select

from kiosk.domain.office_calendar import Calendar
from kiosk.domain.visit.rating import Standing
from sync.collector.calendar.presstime import MEASURED
from sync.collector.care.signals.watched import SLOT_S, FoundSign, Gathered, HalfDay, Pressed, Sign, Watched
from sync.collector.figures.kiosks import read_kiosks
from sync.collector.fleet.kiosks.hours import Missed
from sync.collector.fleet.rollouts.calendars import Calendars
from sync.collector.replica.served import TYPED, every_typed
from sync.collector.replica.stretch import ANY_PART
from sync.collector.store.schema import EPOCH, counter, device, journal, micros, rating, unit

AT_ONCE = 2000
_COLUMNS = (
    rating.c.seq, rating.c.counter_id, rating.c.survey, rating.c.question, rating.c.level, rating.c.standing,
    rating.c.pressed_at, rating.c.time_quality, rating.c.day, rating.c.part, rating.c.received_at,
)  # fmt: skip
LOST = frozenset({"missing", "damaged", "rolled back", "restored"})
"""Why a journal was continued although entries of it may be missing; the others are planned or show nothing lost."""
FORKED = "forked"


@dataclass(frozen=True, slots=True)
class Window:
    """The days that are looked at, all of them over."""

    first: date
    last: date
    zone: ZoneInfo
    quick_s: int

    @property
    def begins(self) -> datetime:
        """No earlier came what was pressed in it; a day less, for a kiosk's clock may run ahead."""
        return datetime.combine(self.first - timedelta(days=1), datetime.min.time(), self.zone)

    def open_days(self, calendar: Calendar) -> frozenset[str]:
        """The days of the window on which an office is open."""
        every = (self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1))
        return frozenset(day.isoformat() for day in every if not calendar.is_closed_on(day))


SeriesOf = Callable[[str, str], str]
"""To which series a version's question belongs."""


def gather(connection: Connection, window: Window, missed: Missed, series_of: SeriesOf) -> Gathered:
    """Every counter that was pressed in the window, in all and by what was asked."""
    of_counter = _calendars_of(connection, missed.calendars)
    piles = _piles(connection, window, of_counter, series_of)
    served, kiosks = _read_served(connection, window), read_kiosks(connection, missed)

    def watched(counter_id: int, half_days: Mapping[HalfDay, Pressed]) -> Watched:
        return Watched(
            counter_id,
            half_days,
            served.get(counter_id, {}),
            bool(kiosks.get(counter_id)),
            not any(kiosk.silent for kiosk in kiosks.get(counter_id, ())),
            window.open_days(of_counter[counter_id]),
        )

    visits = [watched(counter_id, half_days) for counter_id, half_days in sorted(_visits(piles).items())]
    sizes = Counter[_Series]()
    for key, pile in piles.items():
        sizes[key.series] += len(pile)
    by_series = [
        [watched(key.counter_id, piles[key].half_days()) for key in sorted(piles) if key.series == series]
        for series in sorted(sizes, key=lambda series: (sizes[series], series))
    ]
    return Gathered(visits, by_series)


_Series = tuple[str, str]
"""The key of a series, and its question."""


class _Key(NamedTuple):
    counter_id: int
    series: _Series

    @property
    def survey(self) -> str:
        """The survey's id, whatever its version."""
        return re.split("[:@]", self.series[0])[0]


def _piles(
    connection: Connection, window: Window, of_counter: Mapping[int, Calendar], series_of: SeriesOf
) -> "dict[_Key, _Pile]":
    piles: dict[_Key, _Pile] = {}
    keys: dict[tuple[int, str, str], _Key] = {}
    for row in _read_ratings(connection, window):
        asked = (row.counter_id, row.survey, row.question)
        if asked not in keys:
            keys[asked] = key = _Key(row.counter_id, (series_of(row.survey, row.question), row.question))
            piles.setdefault(key, _Pile(window, of_counter[row.counter_id]))
        piles[keys[asked]].add(row)
    return piles


def _visits(piles: "Mapping[_Key, _Pile]") -> dict[int, dict[HalfDay, Pressed]]:
    """By counter, its presses: of each survey those of one question, for a visit of several is several presses."""
    main: dict[tuple[int, str], _Pile] = {}
    for key, pile in piles.items():
        there = main.get((key.counter_id, key.survey))
        if there is None or len(pile) > len(there):
            main[key.counter_id, key.survey] = pile
    found: dict[int, dict[HalfDay, Pressed]] = {}
    for (counter_id, _), pile in sorted(main.items(), key=lambda one: one[0]):
        of_it = found.setdefault(counter_id, {})
        for half, pressed in pile.half_days().items():
            of_it[half] = of_it[half] + pressed if half in of_it else pressed
    return {counter_id: dict(sorted(of_it.items())) for counter_id, of_it in found.items()}


def find_journals(connection: Connection, window: Window) -> list[FoundSign]:
    """Journals that were continued with entries missing, or that go on in two ways."""
    rows = connection.execute(
        select(journal.c.first_received_at, journal.c.continues_why, journal.c.forked_at, device.c.counter_id)
        .join(device, device.c.device_id == journal.c.device_id)
        .where(
            (journal.c.forked_at >= window.begins)
            | (journal.c.continues_why.in_(sorted(LOST)) & (journal.c.first_received_at >= window.begins))
        )
        .order_by(device.c.counter_id)
    )
    found = []
    for row in rows:
        forked = row.forked_at is not None and row.forked_at >= window.begins
        at = (row.forked_at if forked else row.first_received_at).astimezone(window.zone).date().isoformat()
        evidence = {"why": FORKED if forked else row.continues_why}
        found.append(FoundSign(row.counter_id, Sign.JOURNAL, at, at, ANY_PART, evidence))
    return found


class _Pile:
    """One counter's ratings of one question, as few bytes each."""

    def __init__(self, window: Window, calendar: Calendar) -> None:
        self._window, self._calendar = window, calendar
        self._levels: dict[HalfDay, Counter[int]] = {}
        self._outside: Counter[HalfDay] = Counter()
        self._untold: Counter[HalfDay] = Counter()
        self._timed: dict[HalfDay, array[int]] = {}
        self._n = 0

    def __len__(self) -> int:
        return self._n

    def add(self, row: Any) -> None:
        """Take one rating."""
        half = HalfDay(row.day.isoformat(), row.part)
        if row.standing == Standing.OUT_OF_HOURS:
            (self._untold if self._is_untold(row) else self._outside)[half] += 1
        if row.standing != Standing.COUNTED:
            return
        self._n += 1
        self._levels.setdefault(half, Counter())[row.level] += 1
        if row.time_quality in MEASURED:
            self._timed.setdefault(half, array("q")).append(micros(row.pressed_at) * 8 + row.level)

    def half_days(self) -> dict[HalfDay, Pressed]:
        """What signs are read from; the moments stay here."""
        return {half: self._pressed(half) for half in sorted({*self._levels, *self._outside, *self._untold})}

    def _pressed(self, half: HalfDay) -> Pressed:
        timed = sorted(self._timed.get(half, ()))
        quick: Counter[int] = Counter()
        for before, after in pairwise(timed):
            if after // 8 - before // 8 < self._window.quick_s * 1_000_000:
                quick[after % 8] += 1
        slots = Counter(_slot(one // 8, self._window.zone) for one in timed)
        levels = self._levels.get(half, Counter())
        on_day_off = levels.total() if self._calendar.is_off(date.fromisoformat(half.day)) else 0
        return Pressed(levels, quick.total(), quick, slots, self._outside[half], self._untold[half], on_day_off)

    def _is_untold(self, row: Any) -> bool:
        """Whether the office worked then, on a day that is worked instead of another: its kiosk did not know."""
        instead = self._calendar.is_worked_instead(row.day)
        return instead and self._calendar.is_open(row.pressed_at.astimezone(self._window.zone))


def _calendars_of(connection: Connection, calendars: Calendars) -> dict[int, Calendar]:
    rows = connection.execute(select(counter.c.counter_id, unit.c.path).join(unit, unit.c.unit_id == counter.c.unit_id))
    return {row.counter_id: calendars.of(row.path) for row in rows}


def _slot(pressed_us: int, zone: ZoneInfo) -> int:
    local = (EPOCH + timedelta(microseconds=pressed_us)).astimezone(zone)
    return (local.hour * 3600 + local.minute * 60 + local.second) // SLOT_S


# Made once: making a statement anew for each of a country's journals takes three times as long as running it.
_NEWEST = (
    select(*_COLUMNS)
    .where(rating.c.journal_id == bindparam("wanted"), rating.c.seq < bindparam("below"))
    .order_by(rating.c.seq.desc())
    .limit(AT_ONCE)
)
_NEWEST_OF_MONTHS = _NEWEST.where(rating.c.received_at >= bindparam("begins"))


def _read_ratings(connection: Connection, window: Window) -> Iterator[Any]:
    fresh = select(journal.c.journal_id, journal.c.next_seq).where(journal.c.last_received_at >= window.begins)
    for journal_id, next_seq in connection.execute(fresh).all():
        yield from _newest_of(connection, journal_id, next_seq, window)


def _newest_of(connection: Connection, journal_id: str, below: int, window: Window) -> Iterator[Any]:
    """A journal's ratings of the window, the newest first."""
    # Months that are partitions need not be opened; where there are none, this would read to the beginning.
    wanted = _NEWEST_OF_MONTHS if connection.dialect.name == "postgresql" else _NEWEST
    named = {"wanted": journal_id} | ({"begins": window.begins} if wanted is _NEWEST_OF_MONTHS else {})
    while rows := connection.execute(wanted, {**named, "below": below}).all():
        yield from (row for row in rows if window.first <= row.day <= window.last)
        below = rows[-1].seq
        if rows[-1].received_at < window.begins:
            return


def _read_served(connection: Connection, window: Window) -> dict[int, dict[str, int]]:
    rows = connection.execute(
        every_typed([table.c.day.between(window.first, window.last)] for table in TYPED).order_by("at", "seq")
    )
    found: dict[int, dict[str, int]] = {}
    for row in rows:
        found.setdefault(row.counter_id, {})[row.day.isoformat()] = int(row.n)
    return found
