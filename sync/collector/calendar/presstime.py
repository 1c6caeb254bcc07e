"""Press time: when a citizen really pressed, whatever the kiosk's wall clock said.

The boot clock never steps, so it measures; the collector's clock is right, so it dates.
A request says what the boot clock read when it was sent: an entry of the same boot is
dated from there, exact. An entry of an earlier boot is dated from the last time that
boot was heard; where it never was, its wall clock is taken as far as that can be
(sync.collector.calendar.bounds) and marked uncertain, and what cannot be stands at its arrival.
All inputs stay in the stored lines.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from operator import attrgetter
from zoneinfo import ZoneInfo

from sync.collector.calendar.bounds import (
    MONO_US_MAX,
    NEVER_HEARD,
    NO_WALLS,
    YEAR_MAX,
    BootClock,
    TimeUnreadable,
    Walls,
)
from sync.collector.calendar.usual import Usual

__all__ = ["MEASURED", "LocalDays", "OffsetOf", "PressClock", "TimeQuality", "TimeUnreadable"]

MICROS_PER_QUARTER_HOUR = 15 * 60 * 1_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

OffsetOf = Callable[[str], int | None]
"""Our clock minus a boot's clock, in microseconds, when that boot was last heard; None for one never heard."""


class TimeQuality(StrEnum):
    """How a press time was found."""

    EXACT = "exact"
    """From the boot clock, by the very request that brought it."""
    CORRECTED = "corrected"
    """From the boot clock, by an earlier request of that boot."""
    UNCERTAIN = "uncertain"
    """The kiosk's wall clock, which nothing contradicts."""
    RECEIVED = "received"
    """No clock of the kiosk can have been right: the moment of its arrival."""


MEASURED = frozenset({TimeQuality.EXACT, TimeQuality.CORRECTED})
# Looked up once: to ask the class for a member takes Python 3.11 longer than dating an entry.
_MONO = attrgetter("mono")
_EXACT, _CORRECTED, _UNCERTAIN, _RECEIVED = TimeQuality


@dataclass(frozen=True, slots=True)
class PressClock:
    """Dates the entries of one request."""

    received_us: int
    boot: str
    """The boot that sent the request."""
    mono_us: int
    """What its boot clock read then."""
    offset_of: OffsetOf
    walls: Walls = NO_WALLS
    """What is known of boots that were never heard."""
    _clocks: dict[str, BootClock] = field(default_factory=dict, init=False, repr=False, compare=False)

    def date(self, at: str, mono: int, boot: str) -> tuple[int, TimeQuality]:
        """When an entry was made, in microseconds since 1970, and how that was found.

        Raises TimeUnreadable.
        """
        offset_us, last_us = self._clocks.get(boot) or self.clock_of(boot)
        if not 0 <= mono <= last_us:
            placed = self.walls.date(at, mono, boot, self.received_us, self.clock_of)
            return (self.received_us, _RECEIVED) if placed is None else (placed, _UNCERTAIN)
        found = offset_us + mono
        if found < self.walls.floor.place_us:
            return self.received_us, _RECEIVED
        return found, _EXACT if boot == self.boot else _CORRECTED

    def date_together(self, entries: Sequence[Usual]) -> tuple[Sequence[int], TimeQuality] | None:
        """What :meth:`date` says of each of a boot's entries, where it dates all of them in one way; None elsewhere."""
        boot = entries[0].boot
        offset_us, last_us = self.clock_of(boot)
        monos = list(map(_MONO, entries))
        least, greatest = min(monos), max(monos)
        if least < 0:
            return None
        if least > last_us:
            placed = self.walls.date_together(entries, greatest, self.received_us, self.clock_of)
            return None if placed is None else (placed, _UNCERTAIN)
        if greatest > last_us or offset_us + least < self.walls.floor.place_us:
            return None
        return [offset_us + mono for mono in monos], _EXACT if boot == self.boot else _CORRECTED

    def clock_of(self, boot: str) -> BootClock:
        """How a boot's clock measures when its entries were made."""
        known = self._clocks.get(boot)
        if known is None:
            known = self._clocks[boot] = self._find_clock(boot)
        return known

    def _find_clock(self, boot: str) -> BootClock:
        if boot == self.boot:
            return BootClock(self.received_us - self.mono_us, self.mono_us)
        offset_us = self.offset_of(boot)
        if offset_us is None:
            return NEVER_HEARD
        # A boot clock ahead of its own request is a lie or a fault: only the wall clock is left.
        return BootClock(offset_us, min(MONO_US_MAX - 1, self.received_us - offset_us))


class LocalDays:
    """The office's days: in which day and which part of it a moment falls."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        # Zones differ from each other by whole quarters of an hour, and a batch holds few of them.
        self._of_quarter = lru_cache(4096)(self._look_up)

    def place(self, moment_us: int) -> tuple[str, str]:
        """The local day (ISO) and "am" (before noon) or "pm".

        Raises TimeUnreadable for a moment outside the calendar.
        """
        return self._of_quarter(moment_us // MICROS_PER_QUARTER_HOUR)

    def places(self, moments_us: Iterable[int]) -> list[tuple[str, str]]:
        """The same for each of many moments."""
        of_quarter = self._of_quarter
        return [of_quarter(moment_us // MICROS_PER_QUARTER_HOUR) for moment_us in moments_us]

    def noon_us(self, day: str) -> int:
        """Noon of a day written as 2026-11-20, in microseconds since 1970.

        Raises TimeUnreadable for anything else.
        """
        try:
            noon = datetime.combine(date.fromisoformat(day), time(12), self.zone)
        except ValueError as error:
            raise TimeUnreadable("no day of the calendar") from error
        if noon.date().isoformat() != day or noon.year > YEAR_MAX:
            raise TimeUnreadable("a day is written as 2026-11-20")
        return (noon - _EPOCH) // timedelta(microseconds=1)

    def today(self, now: datetime) -> tuple[str, str]:
        """The day and the part of it at ``now``."""
        local = now.astimezone(self.zone)
        return local.date().isoformat(), "am" if local.hour < 12 else "pm"

    def _look_up(self, quarter: int) -> tuple[str, str]:
        try:
            local = datetime.fromtimestamp(quarter * 900, self.zone)
        except (ValueError, OverflowError, OSError) as error:
            raise TimeUnreadable("the time lies outside the calendar") from error
        return local.date().isoformat(), "am" if local.hour < 12 else "pm"
