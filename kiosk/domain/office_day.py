"""Office day: its two parts, and when each is open."""

from datetime import date, time, timedelta

from kiosk.domain.office_calendar import Calendar, Span

PARTS = ("am", "pm")
"""As they follow; nothing finer is ever published."""
SETTLING = timedelta(minutes=10)
"""So long after noon and midnight a citizen may still choose another face: then the half day is over."""
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
