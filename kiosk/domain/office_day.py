"""Office day: its two parts, when each is open, and when it is over so that its numbers may be shown."""

from datetime import date, datetime, time, timedelta

from kiosk.domain.instant import part_of_day
from kiosk.domain.office_calendar import ALWAYS_OPEN, Calendar, Span

PARTS = ("am", "pm")
"""As they follow; nothing finer is ever published."""
SETTLING = timedelta(minutes=10)
"""So long after a part of the day a citizen may still choose another face."""
_NOON = time(12)


def part_hours(calendar: Calendar, day: date, part: str) -> tuple[Span, ...]:
    """When the office is open in a part of the day, in order; none where it is closed."""
    spans = []
    for start, end in calendar.hours_of(day):
        if part == "am":
            end = min(end, _NOON)
        else:
            start = max(start, _NOON)
        if start < end:
            spans.append((start, end))
    return tuple(spans)


def part_told_from(day: date, part: str, calendar: Calendar = ALWAYS_OPEN) -> time:
    """From when on a part of the day is over and settled; past midnight where nothing closes it before."""
    spans = part_hours(calendar, day, part)
    end = max((end for _, end in spans), default=_NOON if part == "am" else time(0))
    return (datetime.combine(day, end) + SETTLING).time()


def part_is_over(day: str, part: str, now: datetime, calendar: Calendar = ALWAYS_OPEN) -> bool:
    """Whether no rating of that part can come any more: noon or midnight is past, or the office has closed for it.

    ``now`` is the office's local time; a calendar without hours means that it is always open.
    """
    settled = now - SETTLING
    if (day, part) < (settled.date().isoformat(), part_of_day(settled.hour)):
        return True
    if day != settled.date().isoformat():
        return False
    spans = part_hours(calendar, settled.date(), part)
    return bool(spans) and settled.time() >= max(end for _, end in spans)
