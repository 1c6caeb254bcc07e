"""Desk: what the staff can see and do at the kiosk, handed in from outside. No Kivy here.

Each call may take its time: the screen makes it on a thread of its own and goes on drawing.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from kiosk.base.table import Table

if TYPE_CHECKING:  # the tallies bring the database library, which the first frame does not wait for
    from kiosk.numbers.days import Tally


@dataclass(frozen=True, slots=True)
class Delivery:
    """What is known of the way to the collector."""

    waiting: int | None = None
    """Entries that the collector does not have yet; None when that is not known."""
    contact_age_s: int | None = None
    """Seconds since the collector last answered; None when it never did, or not since the machine started."""
    enrolled: bool = False
    log: str = ""
    """How far this kiosk's entries are in the public log, or what does not hold, in the staff's words."""


@dataclass(frozen=True, slots=True)
class Counted:
    """The numbers of the last days, and the tables of them that every screen and file shows."""

    tally: "Tally"
    table: Table
    """Day by day."""
    counters: Table | None = None
    """Counter by counter, in a hall."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Which of the numbers are on the screen."""

    counted: Counted | None = None
    """None while they are still being read."""
    day: date | None = None
    """The day that is looked at."""
    counter: str = ""
    """The counter of a hall whose transactions are typed in, by its code."""

    def take(self, counted: Counted) -> "Seen":
        """The same view of new numbers; at first it is today's, of the first counter."""
        counter = self.counter or next(iter(counted.tally.terms.counters), "")
        return Seen(counted, self.day or counted.tally.days[-1].day, counter)

    def today(self) -> "Seen":
        """Today, whichever day was looked at."""
        return self if self.counted is None else replace(self, day=self.counted.tally.days[-1].day)

    def turn_week(self, by: int) -> "Seen":
        """The same weekday of another week, or the nearest day to it that there is."""
        if self.counted is None or self.day is None:
            return self
        days = self.counted.tally.days
        return replace(self, day=min(max(self.day + timedelta(days=7 * by), days[0].day), days[-1].day))

    def turn_counter(self, by: int) -> "Seen":
        """In a hall: the counter before, or the next one; after the last comes the first."""
        if self.counted is None or not self.counter:
            return self
        codes = list(self.counted.tally.terms.counters)
        return replace(self, counter=codes[(codes.index(self.counter) + by) % len(codes)])


@dataclass(frozen=True)
class Errands:
    """What the staff can have done that leads out of the kiosk; wired by the command line alone."""

    delivery: Callable[[], Delivery] = Delivery
    enrol: Callable[[str], str] | None = None
    """Spend a one-time code; returns what to tell the staff, or raises SpokenError."""
    export: Callable[[], str] | None = None
    """Write what waits to a USB stick; returns what to tell the staff, or raises SpokenError."""


@dataclass(frozen=True)
class Desk:
    """What lies behind the staff door; none of it shows a single rating."""

    check_pin: Callable[[str], bool]
    tally: "Callable[[], Tally]"
    """The numbers of the last days, today the last of them, as far as they may be shown."""
    delivery: Callable[[], Delivery]
    enrol: Callable[[str], str] | None = None
    export: Callable[[], str] | None = None
    """``enrol`` and ``export`` are as in Errands; None where there is no way to do it."""
    save: Callable[[], str] | None = None
    """Write the numbers of the last days to a USB stick; returns what to tell the staff, or raises SpokenError."""
    restart: Callable[[], None] = lambda: None
    """Told that the kiosk, once closed, is to start again."""
