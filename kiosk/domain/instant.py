"""A moment as a kiosk knows it: three clocks, because none of them alone can be trusted.

The wall clock may be wrong or be set while the kiosk runs; the boot clock never
steps but starts anew with every boot; the boot id says which start it counts from.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Instant:
    """One moment. ``(boot, mono_us)`` is unique to it and is the identity of a press."""

    wall: datetime
    """Aware wall-clock time, in the office's time zone."""
    mono_us: int
    """Microseconds of the boot clock, time asleep included."""
    boot: str
    """The boot id: which start of the machine ``mono_us`` counts from."""

    def before(self, seconds: float) -> "Instant":
        """So long ago, by the same clocks."""
        return replace(
            self, wall=self.wall - timedelta(seconds=seconds), mono_us=self.mono_us - round(seconds * 1_000_000)
        )


class Clock(Protocol):
    """Where moments come from; passed in, so that tests own the time."""

    def now(self) -> Instant:
        """The present moment; two calls never return the same ``(boot, mono_us)``."""
        ...


def part_of_day(hour: int) -> str:
    """``am`` before noon, else ``pm``; they sort as they follow, and nothing finer is ever published."""
    return "am" if hour < 12 else "pm"


@lru_cache(4096)
def monday_of(day: date) -> date:
    """The day on which its week begins; asked of every row of a long report, so the answers are kept."""
    return day - timedelta(days=day.weekday())
