"""Week: opening hours day by day, as a person sees a week, and as the spans of days that kiosks are told.

Pure: no database, no clock.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from sync.protocol.messages import OpeningHours

WEEKDAYS = range(1, 8)
"""Monday is 1."""
SPANS_MIN = 2
"""Morning and afternoon, also where a day has one of them alone."""

Span = tuple[str, str]
"""When it opens and when it closes."""
Week = dict[int, tuple[Span, ...]]
"""The spans of each weekday, in order; a day without any is closed."""


def week_of(hours: Iterable[OpeningHours]) -> Week:
    """The hours day by day."""
    found: dict[int, list[Span]] = {day: [] for day in WEEKDAYS}
    for span in hours:
        for day in span.days:
            found[day].append((span.opens, span.closes))
    return {day: tuple(sorted(spans)) for day, spans in found.items()}


def hours_of(week: Week) -> list[OpeningHours]:
    """The same as spans, those of the same times together; kiosks are told no two lines of one time."""
    days: dict[Span, list[int]] = {}
    for day in WEEKDAYS:
        for span in week.get(day, ()):
            days.setdefault(span, []).append(day)
    return [OpeningHours(sorted(of), *span) for span, of in sorted(days.items(), key=lambda each: (each[1], each[0]))]


def fault_of(spans: Sequence[Span]) -> str | None:
    """What is wrong with the spans of one day, as a sentence's id."""
    if any(not (opens and closes) or not opens < closes for opens, closes in spans):
        return "each span needs a beginning and a later end; leave both empty where it is closed"
    ordered = sorted(spans)
    if any(after[0] < before[1] for before, after in pairwise(ordered)):
        return "these spans overlap"
    return None


def columns_of(*weeks: Week) -> int:
    """How many spans a table of these weeks has room for."""
    return max([SPANS_MIN, *(len(spans) for week in weeks for spans in week.values())])
