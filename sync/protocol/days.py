"""Days: the days off and the worked days of an office, as they travel to its kiosks."""

from typing import Annotated

import msgspec

Day = Annotated[str, msgspec.Meta(pattern="^([0-9]{4}-)?[0-9]{2}-[0-9]{2}$")]
"""2026-02-17, or 09-02 for every year."""


class WorkedDay(msgspec.Struct, frozen=True, omit_defaults=True):
    """A day that is worked although it would be off."""

    day: Day
    like: Annotated[int, msgspec.Meta(ge=1, le=7)] | None = None
    """The ISO weekday whose hours it has; None leaves it its own, or those of the first day that has any."""


class OfficeDays(msgspec.Struct, frozen=True, omit_defaults=True):
    """The days off and the worked days of the whole office, below what is set for the kiosk itself."""

    public: str = "vietnam"
    """Whose public days off hold besides; ``none`` for nobody's."""
    off: list[Day] = []
    worked: list[WorkedDay] = []
