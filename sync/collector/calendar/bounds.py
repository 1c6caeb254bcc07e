"""Bounds: when the entries of a boot that was never heard were made, as far as that can be known. Pure.

Nothing dates such a boot but its own wall clock, which may say 1970 or 2044. Known are its ends: the kiosk's
enrolment, the entries before and after it in the journal whose time was measured, and the arrival. Where all that
the clock said lies between these ends and goes forward, it is taken; else the first of its readings under which every
entry of the boot lies between them. Where there is none, nothing is known but that it was before the arrival, and
there its entries stand. Only measured times are ends, so no such entry ever moves one of another boot.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

import msgspec

MONO_US_MAX = 2**62
YEAR_MAX = 9000
NEVER = -(2**62)
"""Before everything."""
SECOND_US = 1_000_000
DAY_S = 24 * 60 * 60
_WALLS_KEPT = 2048
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CARRIED_MARK = b'"from":'

Measure = Callable[[int, str], int | None]
"""The measured time of an entry by its boot clock and its boot; None where there is none."""


class TimeUnreadable(ValueError):
    """Neither clock of the entry gives a time."""


class Floor(NamedTuple):
    """Before which moments a kiosk cannot have made an entry, in microseconds since 1970."""

    kiosk_us: int = NEVER
    """Its enrolment: from a week before its code was made."""
    place_us: int = NEVER
    """When its counter was made: the end of what was measured, and of what it carried over from an older kiosk."""


NO_FLOOR = Floor()


class Reading(NamedTuple):
    """One entry's clocks."""

    boot: str
    mono_us: int
    wall_us: int | None
    is_carried: bool = False
    is_continuation: bool = False
    """It opens a journal that continues another one: what follows may be older than it."""


class BootSpan(NamedTuple):
    """Between which moments a boot's entries were made, and its clock where one fits."""

    first_us: int
    last_us: int
    offset_us: int | None
    is_even: bool = False
    """All its readings lie between them and go forward with its boot clock: each dates its own entry."""


class Walls:
    """What the lines of one batch tell of the boots that were never heard; they are looked at when one is asked for."""

    def __init__(self, lines: Sequence[bytes] = (), floor: Floor = NO_FLOOR, before_us: int | None = None) -> None:
        """``before_us`` is the last measured time in the journal before these lines."""
        self.floor = floor
        self._lines = lines
        self._before_us = NEVER if before_us is None else before_us
        self._spans: dict[str, BootSpan] | None = None

    def date(self, at: str, mono_us: int, boot: str, received_us: int, measure: Measure) -> int | None:
        """When the entry was made; None where nothing but its arrival is known.

        Raises TimeUnreadable for an entry whose own clocks both say nothing.
        """
        if self._spans is None:
            self._spans = spans_of(list(_read(self._lines)), self.floor, self._before_us, received_us, measure)
        in_order = 0 <= mono_us < MONO_US_MAX
        span = self._spans.get(boot) if in_order else None
        offset = None if span is None or span.is_even else span.offset_us
        found = wall_us(at) if offset is None else offset + mono_us
        first_us, last_us, offset_us, _ = span or BootSpan(self.floor.kiosk_us, received_us, 0)
        return found if offset_us is not None and first_us <= found <= last_us else None


NO_WALLS = Walls()


def spans_of(
    readings: Sequence[Reading], floor: Floor, before_us: int, received_us: int, measure: Measure
) -> dict[str, BootSpan]:
    """The bounds and the clock of each boot with entries that were not measured."""
    measured = [measure(each.mono_us, each.boot) for each in readings]
    first: dict[str, int] = {}
    latest = before_us
    for each, found in zip(readings, measured, strict=True):
        if found is None:
            first.setdefault(each.boot, max(latest, floor.place_us if each.is_carried else floor.kiosk_us))
        elif not each.is_continuation:
            latest = max(latest, found)
    last: dict[str, int] = {}
    earliest = received_us
    for each, found in zip(reversed(readings), reversed(measured), strict=True):
        if found is None:
            last.setdefault(each.boot, earliest)
        else:
            earliest = min(earliest, found)
    of_boot: dict[str, list[Reading]] = {boot: [] for boot in first}
    for each, found in zip(readings, measured, strict=True):
        if found is None and 0 <= each.mono_us < MONO_US_MAX:
            of_boot[each.boot].append(each)
    return {boot: _span_of(of_boot[boot], first[boot], last[boot]) for boot in first}


@lru_cache(_WALLS_KEPT)
def wall_us(at: str) -> int:
    """A wall clock's reading in microseconds since 1970.

    Raises TimeUnreadable.
    """
    try:
        wall = datetime.fromisoformat(at)
        if wall.tzinfo is None or wall.year > YEAR_MAX:
            raise TimeUnreadable(f"{at[:40]!r} is no wall-clock time with an offset")
        since = wall - _EPOCH
        # Every line's is read; dividing by a microsecond takes as long as reading it.
        return (since.days * DAY_S + since.seconds) * SECOND_US + since.microseconds
    except (ValueError, OverflowError) as error:
        raise TimeUnreadable(f"{at[:40]!r} is no wall-clock time with an offset") from error


def _span_of(readings: Sequence[Reading], first_us: int, last_us: int) -> BootSpan:
    walls = [each.wall_us for each in sorted(readings, key=lambda each: each.mono_us)]
    known = [wall for wall in walls if wall is not None and first_us <= wall <= last_us]
    if known and len(known) == len(walls) and known == sorted(known):
        return BootSpan(first_us, last_us, 0, is_even=True)
    return BootSpan(first_us, last_us, _clock_of(readings, first_us, last_us))


def _clock_of(readings: Sequence[Reading], first_us: int, last_us: int) -> int | None:
    """The first reading of the boot's wall clock under which all its entries lie within the bounds.

    The first, so that nothing which comes later moves what was placed by it.
    """
    if not readings:
        return None
    begins = min(each.mono_us for each in readings)
    ends = max(each.mono_us for each in readings)
    for each in readings:
        if each.wall_us is None:
            continue
        # Entries say the whole second only, so up to one more may be added to reach the first bound.
        offset_us = max(each.wall_us - each.mono_us, first_us - begins)
        if offset_us - (each.wall_us - each.mono_us) < SECOND_US and offset_us + ends <= last_us:
            return offset_us
    return None


class _Clocks(msgspec.Struct):
    at: str
    mono: int
    boot: str
    continues: str | None = None


def _read(lines: Sequence[bytes]) -> Iterator[Reading]:
    for line in lines:
        try:
            found = msgspec.json.decode(line, type=_Clocks)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
        try:
            wall: int | None = wall_us(found.at)
        except TimeUnreadable:
            wall = None
        yield Reading(found.boot, found.mono, wall, _CARRIED_MARK in line, found.continues is not None)
