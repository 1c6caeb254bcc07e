"""Desk: what the staff can see and do at the kiosk, handed in from outside. No Kivy here.

Each call may take its time: the screen makes it on a thread of its own and goes on drawing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kiosk.tally import DayTally


@dataclass(frozen=True, slots=True)
class Delivery:
    """How it stands with the way to the collector."""

    waiting: int | None = None
    """Entries that the collector does not have yet; None when that is not known."""
    contact_age_s: int | None = None
    """Seconds since the collector last answered; None when it never did, or not since the machine started."""
    enrolled: bool = False


@dataclass(frozen=True)
class Errands:
    """What the staff can have done that leads out of the kiosk; wired by the command line alone."""

    delivery: Callable[[], Delivery] = Delivery
    enrol: Callable[[str], str] | None = None
    """Spend a one-time code; returns what to tell the staff, or raises SpokenError."""
    export: Callable[[], str] | None = None
    """Write what waits to a USB stick; the same."""


@dataclass(frozen=True)
class Desk:
    """What lies behind the staff door; none of it shows a single rating."""

    check_pin: Callable[[str], bool]
    tally: "Callable[[], DayTally]"
    """Today's numbers, as far as they may be shown."""
    delivery: Callable[[], Delivery]
    enrol: Callable[[str], str] | None = None
    export: Callable[[], str] | None = None
    """Both as of the errands."""
    restart: Callable[[], None] = lambda: None
    """Told that the kiosk, once closed, is to start again."""
