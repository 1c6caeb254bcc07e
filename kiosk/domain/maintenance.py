"""Maintenance: what the staff did at the kiosk; the journal has it too, so that a gap in the ratings has a reason."""

from dataclasses import dataclass
from enum import StrEnum

from kiosk.domain.instant import Instant


class Work(StrEnum):
    """What staff do about the screen."""

    TEST = "test"
    """The touch test: each face pressed once."""
    CLEANING = "cleaning"
    """The glass was wiped, and took no presses meanwhile."""
    SERVICE = "service"
    """The staff closed the screen, to start it again or to leave it."""


@dataclass(frozen=True, slots=True)
class Maintenance:
    """One piece of work, when it was begun or, for a test, done."""

    done_at: Instant
    work: Work
    hits: tuple[int, ...] = ()
    """Of a test: how often each face was pressed, in their order; a whole panel reads 1, 1, 1, 1, 1."""
    strays: int = 0
    """Of a test: touches that were no press on a face."""
