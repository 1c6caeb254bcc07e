"""Bounds: when the entries of a boot that was never heard were made, as far as that can be known. Pure.

Nothing dates such a boot but its own wall clock, which may say 1970 or 2044. Known are its ends: the kiosk's
enrolment, the entries before and after it in the journal whose time was measured, and the arrival. Where all that
the clock said lies between these ends and goes forward, it is taken; else the first of its readings under which every
entry of the boot lies between them. Where there is none, nothing is known but that it was before the arrival, and
there its entries stand. Only measured times are ends, so no such entry ever moves one of another boot.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
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
_HOURS = {f"T{hour:02}": hour * 3600 * SECOND_US for hour in range(24)}
_MINUTES = {f":{minute:02}": minute * 60 * SECOND_US for minute in range(60)}
_SECONDS = {f":{second:02}": second * SECOND_US for second in range(60)}
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
        if self._spans is None:
            readings = _readings(self._lines, self._usual)
            self._spans = _spans_of(readings, self.floor, self._before_us, received_us, clock_of)
        span = self._spans.get(boot) if 0 <= mono_us < MONO_US_MAX else None
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


NO_WALLS = Walls()


def _spans_of(
    readings: Iterable[tuple[bytes, "_Clocks | Usual"]], floor: Floor, before_us: int, received_us: int, clock_of: ClockOf
) -> dict[str, BootSpan]:
    """The bounds and the clock of each boot with entries that were not measured."""
    first: dict[str, int] = {}
    of_boot: dict[str, list[_Clocks | Usual]] = {}
    measured_after: dict[str, int] = {}
    measured: list[int] = []
    latest = before_us
    for line, each in readings:
        boot, mono = each.boot, each.mono
        offset_us, last_us = clock_of(boot)
        if 0 <= mono <= last_us:
            measured.append(offset_us + mono)
            # What follows the opening of a journal that continues another one may be older than it.
            if each.continues is None and offset_us + mono > latest:
                latest = offset_us + mono
            continue
        if boot not in first:
            first[boot] = max(latest, floor.place_us if _CARRIED_MARK in line else floor.kiosk_us)
            of_boot[boot] = []
        measured_after[boot] = len(measured)
        if 0 <= mono < MONO_US_MAX:
            of_boot[boot].append(each)
    # The least of those measured from each place on.
    earliest = list(accumulate(reversed(measured), min, initial=received_us))
    return {
        boot: _span_of(of_boot[boot], first[boot], earliest[len(measured) - measured_after[boot]]) for boot in first
    }


@lru_cache(_WALLS_KEPT)
def wall_us(at: str) -> int:
    """A wall clock's reading in microseconds since 1970.

    Raises TimeUnreadable.
    """
    try:
        # Every line's is read, and a batch has few days: parsing each whole takes three times as long.
        return _midnight_us(at[:10], at[19:]) + _HOURS[at[10:13]] + _MINUTES[at[13:16]] + _SECONDS[at[16:19]]
    except (ValueError, OverflowError, KeyError):
        return _parsed_us(at)


@lru_cache(64)
def _midnight_us(day: str, zone: str) -> int:
    return _parsed_us(f"{day}T00:00:00{zone}")


def _parsed_us(at: str) -> int:
    try:
        wall = datetime.fromisoformat(at)
        if wall.tzinfo is None or wall.year > YEAR_MAX:
            raise TimeUnreadable(f"{at[:40]!r} is no wall-clock time with an offset")
        return (wall - _EPOCH) // timedelta(microseconds=1)
    except (ValueError, OverflowError) as error:
        raise TimeUnreadable(f"{at[:40]!r} is no wall-clock time with an offset") from error


def _span_of(readings: "Sequence[_Clocks | Usual]", first_us: int, last_us: int) -> BootSpan:
    try:
        walls = [wall_us(each.at) for each in sorted(readings, key=_MONO)]
    except TimeUnreadable:
        walls = []
    # Sorted, so that the first and the last are the least and the greatest.
    if walls and walls == sorted(walls) and first_us <= walls[0] and walls[-1] <= last_us:
        return BootSpan(first_us, last_us, 0, is_even=True)
    return BootSpan(first_us, last_us, _clock_of(readings, first_us, last_us))


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


def _readings(
    lines: Sequence[bytes], usual: Mapping[bytes, Usual]
) -> Sequence[tuple[bytes, _Clocks | Usual]]:
    """The clocks of the lines that have any."""
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
