"""Token order: what a token may be made for."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from sync.collector.people.rights import Right

DAYS_DEFAULT = 180
DAYS_MAX = 732
"""Nobody asks for a third year; who still needs the numbers makes the next token."""


class Readable(StrEnum):
    """One thing that a token may read."""

    NUMBERS = "numbers"
    """Counters, tallies, reports, participation: as far as disclosure lets anybody see them."""
    COMMENTS = "comments"
    """How many comments there are, and none of their words."""
    FLEET = "fleet"
    """How kiosks are."""


READS: dict[Readable, Right] = {
    Readable.NUMBERS: Right.EXPORT,
    Readable.COMMENTS: Right.DECIDE,
    Readable.FLEET: Right.FLEET,
}
"""The right that a person needs for the same. A token opens only doors that read for programs (``api.depends``)."""


@dataclass(frozen=True, slots=True)
class TokenOrder:
    """What token is wanted."""

    name: str
    unit_code: str | None
    """None is every unit."""
    may: Collection[Readable]
    days: int
