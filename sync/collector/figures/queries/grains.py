"""Grains: the fewest sums that a period can be put together from, so that each block inside it counts once. Pure."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from sync.collector.replica.shown import BEYOND, DAY, IN_MONTH, IN_WEEK, MONTH, WEEK, month_after, month_of, week_of

_ONE = timedelta(days=1)


class Days(NamedTuple):
    """From which day to which, both included."""

    first: date
    last: date


def to_the_end(days: Days, today: date) -> Days:
    """The days, taken to the end of their month where nothing can be shown of the days to come."""
    return days if days.last < today else Days(days.first, month_after(days.last) - _ONE)


def grains_of(days: Days) -> list[tuple[str, Days]]:
    """Which rows make up these days: of each grain, those that lie wholly within the days named with it."""
    if days.first > days.last:
        return []
    first_month = days.first if days.first.day == 1 else month_after(days.first)
    end = days.last if (days.last + _ONE).day == 1 else days.last.replace(day=1) - _ONE
    if first_month > end:
        # Not one whole month, and perhaps the ends of two.
        pieces = [Days(days.first, days.last)]
        if first_month <= days.last:
            pieces = [Days(days.first, first_month - _ONE), Days(first_month, days.last)]
        return [*_beyond(days), *(each for piece in pieces for each in _of_month(piece))]
    return [
        *_beyond(days),
        *_of_month(Days(days.first, first_month - _ONE)),
        (MONTH, Days(first_month, end)),
        *_of_month(Days(end + _ONE, days.last)),
    ]


def months_in(days: Days) -> tuple[Days | None, list[Days]]:
    """The days of whole months, as one, and what is left before and behind them: all of it where there is none."""
    whole = next((ends for grain, ends in grains_of(days) if grain == MONTH), None)
    if whole is None:
        return None, [days]
    rest = [Days(days.first, whole.first - _ONE), Days(whole.last + _ONE, days.last)]
    return whole, [part for part in rest if part.first <= part.last]


def _beyond(days: Days) -> Iterator[tuple[str, Days]]:
    if month_of(days.first) != month_of(days.last):
        yield BEYOND, days


def _of_month(days: Days) -> Iterator[tuple[str, Days]]:
    """Some days of one month that are not all of it."""
    if days.first > days.last:
        return
    first, last = days
    if week_of(first) != week_of(last):
        yield IN_MONTH, days
    whole = first if week_of(first)[0] == first else week_of(first)[1] + _ONE
    end = last if week_of(last)[1] == last else week_of(last)[0] - _ONE
    if whole > end:
        if whole <= last and whole > first:
            yield from _of_week(Days(first, whole - _ONE))
            yield from _of_week(Days(whole, last))
        else:
            yield from _of_week(days)
        return
    yield from _of_week(Days(first, whole - _ONE))
    yield WEEK, Days(whole, end)
    yield from _of_week(Days(end + _ONE, last))


def _of_week(days: Days) -> Iterator[tuple[str, Days]]:
    """Some days of one week that are not all of it."""
    if days.first <= days.last:
        yield DAY, days
    if days.first < days.last:
        yield IN_WEEK, days
