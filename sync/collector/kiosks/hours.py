"""Hours: how long a counter has been open between two moments. At night and on holidays no kiosk is missed. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sync.collector.kiosks.settings import Fleet
from sync.collector.workdays import WorkDays
from sync.protocol.messages import OpeningHours

DAYS_BACK_MAX = 14
"""Whoever has been away for longer is away, whatever holidays there were."""
_NOTHING = timedelta(0)
_WEEKDAYS = frozenset(range(1, 6))


@dataclass(frozen=True, slots=True)
class Span:
    """Some hours of some weekdays."""

    days: frozenset[int]
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Hours:
    """When one counter is open."""

    spans: tuple[Span, ...]
    work_days: WorkDays
    zone: ZoneInfo

    @classmethod
    def of(cls, own: Sequence[OpeningHours], usual: Fleet, work_days: WorkDays, zone: ZoneInfo) -> "Hours":
        """A kiosk's own hours as the office set them, else the usual ones."""
        spans = tuple(
            Span(frozenset(one.days), time.fromisoformat(one.opens), time.fromisoformat(one.closes)) for one in own
        )
        return cls(spans or (Span(_WEEKDAYS, usual.opens, usual.closes),), work_days, zone)

    def open_between(self, since: datetime, until: datetime, enough: timedelta) -> timedelta:
        """How long it was open from one moment to another; counts no further than ``enough``."""
        first = max(since, until - timedelta(days=DAYS_BACK_MAX)).astimezone(self.zone)
        last, found = until.astimezone(self.zone), _NOTHING
        day = last.date()
        while day >= first.date() and found < enough:
            for span in self.spans:
                if self._is_open(day.isoweekday() in span.days, datetime.combine(day, time())):
                    opens = max(first, datetime.combine(day, span.opens, self.zone))
                    closes = min(last, datetime.combine(day, span.closes, self.zone))
                    found += max(_NOTHING, closes - opens)
            day -= timedelta(days=1)
        return found

    def _is_open(self, is_its_weekday: bool, day: datetime) -> bool:
        # A Saturday in a counter's own hours is open though the office rests; a holiday is not, nor its own rest day.
        its_own = day.isoweekday() > 5 and is_its_weekday and not self._is_holiday(day)
        return its_own or (self.work_days.is_worked(day.date()) and (is_its_weekday or day.isoweekday() > 5))

    def _is_holiday(self, day: datetime) -> bool:
        return bool(self.work_days.holidays & {f"{day:%Y-%m-%d}", f"{day:%m-%d}"})
