"""Grains: the fewest months, weeks and half days that a period can be put together from. Pure."""

from datetime import date, timedelta
from typing import NamedTuple

from sync.collector.replica.shown import DAY, MONTH, WEEK

_ONE = timedelta(days=1)


class Days(NamedTuple):
    """From which day to which, both included."""

    first: date
    last: date


def to_the_end(days: Days, today: date) -> Days:
    """The days, taken to the end of their month where nothing can be shown of the days to come."""
    return days if days.last < today else Days(days.first, _month_after(days.last) - _ONE)


def grains_of(days: Days) -> list[tuple[str, Days]]:
    """The fewest months, weeks and days that make up these days: each with its days."""
    first_month = days.first if days.first.day == 1 else _month_after(days.first)
    end = days.last if (days.last + _ONE).day == 1 else days.last.replace(day=1) - _ONE
    if first_month > end:
        return _weeks_of(*days)
    return [
        *_weeks_of(days.first, first_month - _ONE),
        (MONTH, Days(first_month, end)),
        *_weeks_of(end + _ONE, days.last),
    ]


def _weeks_of(first: date, last: date) -> list[tuple[str, Days]]:
    monday = first + timedelta(days=-first.weekday() % 7)
    sunday = last - timedelta(days=(last.weekday() + 1) % 7)
    if monday > sunday:
        return [(DAY, Days(first, last))] if first <= last else []
    weeks = [(DAY, Days(first, monday - _ONE)), (WEEK, Days(monday, sunday)), (DAY, Days(sunday + _ONE, last))]
    return [(grain, days) for grain, days in weeks if days.first <= days.last]


def _month_after(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)
