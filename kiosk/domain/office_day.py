"""Office day: its two parts, when each is open, and when it is over so that its numbers may be shown."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from kiosk.domain.instant import part_of_day
from kiosk.domain.visit_rules import Opening

PARTS = ("am", "pm")
"""As they follow; nothing finer is ever published."""
SETTLING = timedelta(minutes=10)
"""So long after a part of the day a citizen may still choose another face."""
_NOON = time(12)

Span = tuple[time, time]


def part_hours(openings: Iterable[Opening], day: date, part: str) -> tuple[Span, ...]:
    """When the office is open in a part of the day, in order; none where it is closed."""
    spans = []
    for opening in openings:
        start, end = opening.start, opening.end
        if part == "am":
            end = min(end, _NOON)
        else:
            start = max(start, _NOON)
        if day.weekday() in opening.weekdays and start < end:
            spans.append((start, end))
    return tuple(sorted(spans))


def part_told_from(day: date, part: str, openings: Iterable[Opening] = ()) -> time:
    """From when on a part of the day is over and settled; past midnight where nothing closes it before."""
    spans = part_hours(openings, day, part)
    end = max((end for _, end in spans), default=_NOON if part == "am" else time(0))
    return (datetime.combine(day, end) + SETTLING).time()


def part_is_over(day: str, part: str, now: datetime, openings: tuple[Opening, ...] = ()) -> bool:
    """Whether no rating of that part can come any more: noon or midnight is past, or the office has closed for it.

    ``now`` is the office's local time; ``openings`` its hours, none meaning that it is always open.
    """
    settled = now - SETTLING
    if (day, part) < (settled.date().isoformat(), part_of_day(settled.hour)):
        return True
    if not openings or day != settled.date().isoformat():
        return False
    spans = part_hours(openings, settled.date(), part)
    return bool(spans) and settled.time() >= max(end for _, end in spans)
