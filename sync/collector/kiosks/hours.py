"""Hours: how long a counter has been open between two moments. At night and on days off no kiosk is missed. Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from kiosk.domain.office_calendar import Calendar

DAYS_BACK_MAX = 14
"""Whoever has been away for longer is away, whatever holidays there were."""
_NOTHING = timedelta(0)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Hours:
    """When one counter is open."""

    calendar: Calendar
    zone: ZoneInfo

    def open_between(self, since: datetime, until: datetime, enough: timedelta) -> timedelta:
        """How long it was open from one moment to another; counts no further than ``enough``."""
        # In UTC: where clocks are put forward, a span of the wall clock is shorter than it looks.
        first = max(since, until - timedelta(days=DAYS_BACK_MAX)).astimezone(UTC)
        last, found = until.astimezone(UTC), _NOTHING
        day, earliest = until.astimezone(self.zone).date(), first.astimezone(self.zone).date()
        while day >= earliest and found < enough:
            for start, end in self.calendar.hours_of(day):
                opens = datetime.combine(day, start, self.zone).astimezone(UTC)
                closes = datetime.combine(day, end, self.zone).astimezone(UTC)
                found += max(_NOTHING, min(last, closes) - max(first, opens))
            day -= _DAY
        return found


def open_days_back(calendar: Calendar, today: date, days: int) -> list[date]:
    """The last days before today on which it was open, the oldest first."""
    found: list[date] = []
    day = today
    while len(found) < days:
        day -= _DAY
        if not calendar.is_closed_on(day):
            found.insert(0, day)
    return found
