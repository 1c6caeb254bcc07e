"""Half days: what of a kiosk is told only when its half day is over: whatever moves with a press.

A number that is read again and again and moves with each press tells whoever watches it when somebody pressed. So
such a number stands still until noon or midnight, and the minutes in which a citizen may still choose anew are over.
"""

from datetime import date, datetime, time, timedelta, tzinfo

from kiosk.domain.instant import part_of_day
from kiosk.domain.office_day import SETTLING

HalfDay = tuple[date, str]
"""The local day and ``am`` or ``pm``; they sort as they follow."""
_NOON = time(12)


def half_day_at(moment: datetime, zone: tzinfo) -> HalfDay:
    """The half day that is not over at a moment: all before it may be told."""
    local = (moment - SETTLING).astimezone(zone)
    return local.date(), part_of_day(local.hour)


def told_until(now: datetime, zone: tzinfo) -> datetime:
    """When the half day began that is not over: what came later is not told yet."""
    day, part = half_day_at(now, zone)
    return datetime.combine(day, _NOON if part == "pm" else time(), zone) + SETTLING


def half_day_ends(moment: datetime, zone: tzinfo) -> datetime:
    """When the half day of a moment is over and may be told."""
    day, part = half_day_at(moment, zone)
    if part == "am":
        return datetime.combine(day, _NOON, zone) + SETTLING
    return datetime.combine(day + timedelta(days=1), time(), zone) + SETTLING
