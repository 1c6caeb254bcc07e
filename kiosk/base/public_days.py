"""Public days: the days off, and the days worked instead, that hold for a whole country unless settings say otherwise.

The table is made when the package is built (assets/build.py), of the package ``holidays`` and of what that misses.
"""

from functools import cache
from typing import Literal

import msgspec

from kiosk.base.resources import resource
from kiosk.domain.office_calendar import NO_DAYS, DayList

Country = Literal["vietnam", "none"]
"""Whose days off are taken; none is for an office elsewhere, which lists its own."""


class _Table(msgspec.Struct, frozen=True):
    off: list[str]
    worked: dict[str, int]


@cache
def public_days(country: str) -> DayList:
    """The country's days."""
    if country == "none":
        return NO_DAYS
    table = msgspec.json.decode(resource("assets", "generated", "days", f"{country}.json").read_bytes(), type=_Table)
    return DayList(frozenset(table.off), dict(table.worked))
