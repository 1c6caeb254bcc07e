"""Hours: when a kiosk is silent: not heard for too long while its counter was open, never for a night or a day off.

Pages, files, metrics, alerts and signs all ask here; "silent" means nothing else anywhere. Pure.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from kiosk.domain.office_calendar import Calendar
from sync.collector.fleet.rollouts.calendars import Calendars

DAYS_BACK_MAX = 14
"""Whoever has been away for longer is away, whatever holidays there were."""
DAYS_AHEAD_MAX = 31
"""So far ahead the next opening is looked for."""
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

    def opens_after(self, now: datetime) -> datetime | None:
        """When it opens next; None where it stays closed for a month."""
        today = now.astimezone(self.zone).date()
        for ahead in range(DAYS_AHEAD_MAX):
            day = today + ahead * _DAY
            for start, _ in self.calendar.hours_of(day):
                opens = datetime.combine(day, start, self.zone)
                if opens > now:
                    return opens
        return None

    def open_for(self, since: datetime, until: datetime) -> timedelta:
        """For how long it was open between two moments."""
        return sum((closes - opens for opens, closes in self.open_spans(since, until)), _NOTHING)

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


@dataclass(frozen=True, slots=True)
class Closed:
    """No office of several is open at the moment, so no kiosk of theirs is expected to be heard."""

    until: datetime | None
    """When the first of them opens; None where all stay closed for a month."""


class Missed:
    """Since when the kiosks of each place are missed at one moment: worked out once for all that share a calendar."""

    def __init__(self, calendars: Calendars, zone: ZoneInfo, limit: timedelta, now: datetime) -> None:
        self.calendars = calendars
        self.zone, self.now = zone, now
        self._limit = limit
        self._since: dict[int, datetime | None] = {}

    def is_missed(self, path: str, heard_at: datetime) -> bool:
        """Whether a kiosk of the unit at ``path`` that was last heard then should have been heard since."""
        calendar = self.calendars.of(path)
        if id(calendar) not in self._since:
            self._since[id(calendar)] = Hours(calendar, self.zone).missed_since(self.now, self._limit)
        since = self._since[id(calendar)]
        return since is not None and heard_at <= since

    def closed(self, paths: Iterable[str]) -> Closed | None:
        """That none of the units at these paths is open now, and until when; None where one is, or where there is none.

        A kiosk that was silent when its office closed stays so; but nothing is expected of it before it opens.
        """
        calendars = {id(calendar): calendar for calendar in map(self.calendars.of, set(paths))}.values()
        if not calendars or any(calendar.is_open(self.now.astimezone(self.zone)) for calendar in calendars):
            return None
        opening = (Hours(calendar, self.zone).opens_after(self.now) for calendar in calendars)
        return Closed(min((at for at in opening if at is not None), default=None))


def open_days_back(calendar: Calendar, today: date, days: int) -> list[date]:
    """The last days before today on which it was open, the oldest first."""
    found: list[date] = []
    day = today
    while len(found) < days:
        day -= _DAY
        if not calendar.is_closed_on(day):
            found.insert(0, day)
    return found
