"""Hours: how long a counter has been open, and since when a kiosk is missed: never for a night or a day off. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from kiosk.domain.office_calendar import Calendar
from sync.collector.fleet.rollouts.calendars import Calendars

DAYS_BACK_MAX = 14
"""Whoever has been away for longer is away, whatever holidays there were."""
_NOTHING = timedelta(0)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Hours:
    """When one counter is open."""

    calendar: Calendar
    zone: ZoneInfo

    def missed_since(self, now: datetime, limit: timedelta) -> datetime | None:
        """Whoever was last heard then, or before, was not heard for so long while it was open; None where nobody is."""
        found = _NOTHING
        for opens, closes in self.open_spans(now - timedelta(days=DAYS_BACK_MAX), now):
            if found + (closes - opens) >= limit:
                return closes - (limit - found)
            found += closes - opens
        return None

    def open_spans(self, since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The spans between two moments in which it was open, the last one first."""
        # In UTC: where clocks are put forward, a span of the wall clock is shorter than it looks.
        first, last = since.astimezone(UTC), until.astimezone(UTC)
        day, earliest = until.astimezone(self.zone).date(), since.astimezone(self.zone).date()
        while day >= earliest:
            for start, end in reversed(self.calendar.hours_of(day)):
                opens = max(first, datetime.combine(day, start, self.zone).astimezone(UTC))
                closes = min(last, datetime.combine(day, end, self.zone).astimezone(UTC))
                if opens < closes:
                    yield opens, closes
            day -= _DAY


class Missed:
    """Since when the kiosks of each place are missed at one moment: worked out once for all that share a calendar."""

    def __init__(self, calendars: Calendars, zone: ZoneInfo, limit: timedelta, now: datetime) -> None:
        self.calendars = calendars
        self._zone, self._limit, self._now = zone, limit, now
        self._since: dict[int, datetime | None] = {}

    def is_missed(self, path: str, heard_at: datetime) -> bool:
        """Whether a kiosk of the unit at ``path`` that was last heard then should have been heard since."""
        calendar = self.calendars.of(path)
        if id(calendar) not in self._since:
            self._since[id(calendar)] = Hours(calendar, self._zone).missed_since(self._now, self._limit)
        since = self._since[id(calendar)]
        return since is not None and heard_at <= since


def open_days_back(calendar: Calendar, today: date, days: int) -> list[date]:
    """The last days before today on which it was open, the oldest first."""
    found: list[date] = []
    day = today
    while len(found) < days:
        day -= _DAY
        if not calendar.is_closed_on(day):
            found.insert(0, day)
    return found
