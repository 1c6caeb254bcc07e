"""Shown: how blocks that went out are added up, so that every period and place holds each block inside it once. Pure.

A block counts whole wherever all of it lies: in a half day, a day, a week as far as it is of one month, a month. Where
it crosses days it has a row with its own ends besides, for periods that are made up of less than that week or month.
"""

from datetime import date, timedelta
from typing import NamedTuple

from kiosk.domain.instant import monday_of

HALF, DAY, WEEK, MONTH = "h", "d", "w", "m"
IN_WEEK, IN_MONTH, BEYOND = "x", "y", "z"
"""Of one block that crosses days: within a week of a month, within a month, and from one month into another."""
LEVEL_NAMES = tuple(f"n{level}" for level in range(1, 6))
NOWHERE = 0
"""In the place of a unit's number: whatever lies in no single unit."""
_ONE = timedelta(days=1)


class Ends(NamedTuple):
    """From which half day to which."""

    first_day: date
    first_part: str
    last_day: date
    last_part: str


class Row(NamedTuple):
    """Where in time it is added up."""

    grain: str
    first: date
    last: date
    part: str = ""


def grain_of(ends: Ends) -> str:
    """The shortest span that holds it."""
    if ends.first_day == ends.last_day:
        return HALF if ends.first_part == ends.last_part else DAY
    if week_of(ends.first_day) == week_of(ends.last_day):
        return IN_WEEK
    return IN_MONTH if month_of(ends.first_day) == month_of(ends.last_day) else BEYOND


def rows_of(ends: Ends) -> list[Row]:
    """Every row in which it is added up."""
    grain = grain_of(ends)
    rows = [Row(grain, ends.first_day, ends.last_day, ends.first_part if grain == HALF else "")]
    if grain == HALF:
        rows.append(Row(DAY, ends.first_day, ends.last_day))
    if grain in (HALF, DAY, IN_WEEK):
        rows.append(Row(WEEK, *week_of(ends.first_day)))
    if grain != BEYOND:
        rows.append(Row(MONTH, *month_of(ends.first_day)))
    return rows


def week_of(day: date) -> tuple[date, date]:
    """The first and the last day of its week, as far as they are of its month."""
    first, last = month_of(day)
    monday = monday_of(day)
    return max(monday, first), min(monday + 6 * _ONE, last)


def month_of(day: date) -> tuple[date, date]:
    """The first and the last day of its month."""
    return day.replace(day=1), month_after(day) - _ONE


def month_after(day: date) -> date:
    """The first day of the month after."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def place_of(counter_id: int | None, unit_id: int) -> int:
    """In the place of a counter's number: the counter, or the unit's number below nought."""
    return -unit_id if counter_id is None else counter_id
