"""Bounds: when the entries of a boot that was never heard were made, as far as that can be known. Pure.

Nothing dates such a boot but its own wall clock, which may say 1970 or 2044. Known are its ends: the kiosk's
enrolment, the entries before and after it in the journal whose time was measured, and the arrival. Where all that
the clock said lies between these ends and goes forward, it is taken; else the first of its readings under which every
entry of the boot lies between them. Where there is none, nothing is known but that it was before the arrival, and
there its entries stand. Only measured times are ends, so no such entry ever moves one of another boot.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from operator import attrgetter
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from sync.collector.calendar.usual import Usual

MONO_US_MAX = 2**62
YEAR_MAX = 9000
NEVER = -(2**62)
"""Before everything."""
SECOND_US = 1_000_000
_WALLS_KEPT = 2048
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_IN_HOUR = {f":{at // 60:02}:{at % 60:02}": at * SECOND_US for at in range(3600)}
_CARRIED_MARK = b'"from":'
_NONE_READ: Mapping[bytes, Usual] = MappingProxyType({})


class TimeUnreadable(ValueError):
    """Neither clock of the entry gives a time."""


class Floor(NamedTuple):
    """Before which moments a kiosk cannot have made an entry, in microseconds since 1970."""

    kiosk_us: int = NEVER
    """Its enrolment: from a week before its code was made."""
    place_us: int = NEVER
    """When its counter was made: the end of what was measured, and of what it carried over from an older kiosk."""


NO_FLOOR = Floor()


class BootClock(NamedTuple):
    """How a boot's clock measures when its entries were made."""

    offset_us: int
    """Our clock minus it."""
    last_us: int
    """What it read at most; an entry with a later reading is not measured, nor one with a reading below 0."""


NEVER_HEARD = BootClock(0, -1)
"""Of a boot of which our clock is not known: it measures nothing."""
ClockOf = Callable[[str], BootClock]
"""By a boot's id."""


class BootSpan(NamedTuple):
    """Between which moments a boot's entries were made, and its clock where one fits."""

    first_us: int
    last_us: int
    offset_us: int | None
    is_even: bool = False
    """All its readings lie between them and go forward with its boot clock: each dates its own entry."""
    readings: "Sequence[_Clocks | Usual]" = ()
    walls_us: Sequence[int] = ()
    """Of an even one: its entries in the order of its boot clock, and what its wall clock said at each."""


class Walls:
    """What the lines of one batch tell of the boots that were never heard; they are looked at when one is asked for."""

    def __init__(
        self,
        lines: Sequence[bytes] = (),
        floor: Floor = NO_FLOOR,
        before_us: int | None = None,
        usual: Mapping[bytes, Usual] = _NONE_READ,
    ) -> None:
        """``before_us`` is the last measured time in the journal before these lines; ``usual`` what is read of them."""
        self.floor = floor
        self._lines = lines
        self._usual = usual
        self._before_us = NEVER if before_us is None else before_us
        self._spans: dict[str, BootSpan] | None = None

    def date(self, at: str, mono_us: int, boot: str, received_us: int, clock_of: ClockOf) -> int | None:
        """When the entry was made; None where nothing but its arrival is known.

        Raises TimeUnreadable for an entry whose own clocks both say nothing.
        """
        span = self._spans_by_boot(received_us, clock_of).get(boot) if 0 <= mono_us < MONO_US_MAX else None
        if span is None:
            found, first_us, last_us = wall_us(at), self.floor.kiosk_us, received_us
        elif span.is_even:
            found, first_us, last_us = wall_us(at), span.first_us, span.last_us
        elif span.offset_us is None:
            wall_us(at)
            return None
        else:
            found, first_us, last_us = span.offset_us + mono_us, span.first_us, span.last_us
        return found if first_us <= found <= last_us else None

    def date_together(
        self, entries: Sequence[Usual], mono_us_greatest: int, received_us: int, clock_of: ClockOf
    ) -> Sequence[int] | None:
        """What :meth:`date` says of each of a boot's entries, where each is dated by its own reading; None elsewhere.

        No reading of its boot clock is below 0.
        """
        span = self._spans_by_boot(received_us, clock_of).get(entries[0].boot)
        if span is None or not span.is_even or mono_us_greatest >= MONO_US_MAX:
            return None
        # They are all of the boot's nearly always, and have been read then.
        found = span.walls_us if span.readings == entries else _walls_us(entries)
        return found if span.first_us <= min(found) and max(found) <= span.last_us else None

    def _spans_by_boot(self, received_us: int, clock_of: ClockOf) -> "dict[str, BootSpan]":
        if self._spans is None:
            readings = _readings(self._lines, self._usual)
            self._spans = _spans_of(readings, self.floor, self._before_us, received_us, clock_of)
        return self._spans


NO_WALLS = Walls()


@dataclass(slots=True)
class _Boot:
    """A boot while the lines are gone through."""

    offset_us: int
    last_us: int
    first_us: int | None = None
    """Before which none of its entries was made that were not measured; None while there is none of these."""
    n_before: int = 0
    """How many were measured before the last of them."""
    readings: "list[_Clocks | Usual]" = field(default_factory=list)


def _spans_of(
    readings: Iterable[tuple[bytes, "_Clocks | Usual"]],
    floor: Floor,
    before_us: int,
    received_us: int,
    clock_of: ClockOf,
) -> dict[str, BootSpan]:
    """The bounds and the clock of each boot with entries that were not measured."""
    boots: dict[str, _Boot] = {}
    measured: list[int] = []
    latest = before_us
    for line, each in readings:
        mono, boot = each.mono, boots.get(each.boot)
        if boot is None:
            boot = boots[each.boot] = _Boot(*clock_of(each.boot))
        if 0 <= mono <= boot.last_us:
            measured.append(boot.offset_us + mono)
            # What follows the opening of a journal that continues another one may be older than it.
            if each.continues is None and measured[-1] > latest:
                latest = measured[-1]
            continue
        if boot.first_us is None:
            boot.first_us = max(latest, floor.place_us if _CARRIED_MARK in line else floor.kiosk_us)
        boot.n_before = len(measured)
        if 0 <= mono < MONO_US_MAX:
            boot.readings.append(each)
    # By how many of the last measured there are: the least of these.
    least = list(accumulate(reversed(measured), min, initial=received_us))
    return {
        name: _span_of(boot.readings, boot.first_us, least[len(measured) - boot.n_before])
        for name, boot in boots.items()
        if boot.first_us is not None
    }


@lru_cache(_WALLS_KEPT)
def wall_us(at: str) -> int:
    """A wall clock's reading in microseconds since 1970.

    Raises TimeUnreadable.
    """
    try:
        # Every line's is read, and a batch has few hours: parsing each whole takes four times as long.
        return _hour_us(at[:13], at[19:]) + _IN_HOUR[at[13:19]]
    except (ValueError, OverflowError, KeyError):
        return _parsed_us(at)


@lru_cache(512)
def _hour_us(hour: str, zone: str) -> int:
    return _parsed_us(f"{hour}:00:00{zone}")


def _parsed_us(at: str) -> int:
    try:
        wall = datetime.fromisoformat(at)
        if wall.tzinfo is None or wall.year > YEAR_MAX:
            raise TimeUnreadable(f"{at[:40]!r} is no wall-clock time with an offset")
        return (wall - _EPOCH) // timedelta(microseconds=1)
    except (ValueError, OverflowError) as error:
        raise TimeUnreadable(f"{at[:40]!r} is no wall-clock time with an offset") from error


def _span_of(readings: "Sequence[_Clocks | Usual]", first_us: int, last_us: int) -> BootSpan:
    in_order = sorted(readings, key=_MONO)
    try:
        walls = _walls_us(in_order)
    except TimeUnreadable:
        walls = []
    # Sorted, so that the first and the last are the least and the greatest.
    if walls and walls == sorted(walls) and first_us <= walls[0] and walls[-1] <= last_us:
        return BootSpan(first_us, last_us, 0, True, in_order, walls)
    return BootSpan(first_us, last_us, _clock_of(readings, first_us, last_us))


def _walls_us(readings: "Sequence[_Clocks | Usual]") -> list[int]:
    """What ``wall_us`` says of each; those that follow each other are of one hour nearly always."""
    found, hour, zone, hour_us = [], "", "", 0
    try:
        for each in readings:
            at = each.at
            if at[:13] != hour or at[19:] != zone:
                hour, zone = at[:13], at[19:]
                hour_us = _hour_us(hour, zone)
            found.append(hour_us + _IN_HOUR[at[13:19]])
    except (ValueError, OverflowError, KeyError):
        return [wall_us(each.at) for each in readings]
    return found


def _clock_of(readings: "Sequence[_Clocks | Usual]", first_us: int, last_us: int) -> int | None:
    """The first reading of the boot's wall clock under which all its entries lie within the bounds.

    The first, so that nothing which comes later moves what was placed by it.
    """
    if not readings:
        return None
    begins = min(each.mono for each in readings)
    ends = max(each.mono for each in readings)
    for each in readings:
        wall = _wall_of(each)
        if wall is None:
            continue
        # Entries say the whole second only, so up to one more may be added to reach the first bound.
        offset_us = max(wall - each.mono, first_us - begins)
        if offset_us - (wall - each.mono) < SECOND_US and offset_us + ends <= last_us:
            return offset_us
    return None


class _Clocks(msgspec.Struct):
    """One entry's clocks."""

    at: str
    mono: int
    boot: str
    continues: str | None = None


_MONO = attrgetter("mono")
_decode = msgspec.json.Decoder(_Clocks).decode


def _readings(lines: Sequence[bytes], usual: Mapping[bytes, Usual]) -> Iterable[tuple[bytes, _Clocks | Usual]]:
    """The clocks of the lines that have any."""
    if len(usual) == len(lines):
        return usual.items()
    read = [(line, usual.get(line) or _clocks_in(line)) for line in lines]
    return [(line, each) for line, each in read if each is not None]


def _clocks_in(line: bytes) -> _Clocks | None:
    try:
        return _decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _wall_of(clocks: _Clocks | Usual) -> int | None:
    try:
        return wall_us(clocks.at)
    except TimeUnreadable:
        return None
