"""Weeks: the finished weeks of a place and of those right below, one after another."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from kiosk.domain.disclosure import shown_sum
from sync.collector.figures.counts import (
    NO_LEVELS,
    Days,
    Levels,
    add,
    by_level,
    read_aside_weeks,
    read_counter_weeks,
    read_weeks,
)
from sync.collector.figures.frame import Frame
from sync.collector.figures.lines import Week, figure_of

WEEKS = 26


def weeks_of(frame: Frame) -> dict[str, list[Week]]:
    """The finished weeks up to the period's end, by place."""
    end = min(frame.days.last, frame.rules.today - timedelta(days=1)) + timedelta(days=1)
    first = end - timedelta(days=end.weekday() + 7 * WEEKS)
    days, place = Days(first, end - timedelta(days=end.weekday() + 1)), frame.order.place
    aside = read_aside_weeks(frame.connection, frame.mine, frame.asked, days)
    sums: dict[tuple[date, str], Levels] = {}
    for monday, key, levels in _rows(frame, days):
        for at in _home(frame, key):
            sums[monday, at] = add(sums.get((monday, at)), levels)
    mondays = [first + timedelta(days=7 * number) for number in range(WEEKS)]
    return {
        key: [
            _week(frame, monday, sums.get((monday, key), NO_LEVELS), aside.get(monday, 0) if key == place.key else 0)
            for monday in mondays
        ]
        for key in (place.key, *(child.key for child in frame.places.children(place.key)))
    }


def _rows(frame: Frame, days: Days) -> Iterator[tuple[date, str, Sequence[int]]]:
    place, unit_of = frame.order.place, frame.places.unit_of
    if any(child.is_counter for child in frame.places.children(place.key)) or place.is_counter:
        for monday, counter_id, *levels in read_counter_weeks(frame.connection, frame.keys, frame.asked, days):
            if counter_id in frame.keys:
                yield monday, frame.keys[counter_id], levels
        return
    for monday, unit_id, *levels in read_weeks(frame.connection, frame.keys, frame.asked, days):
        if unit_id in unit_of:
            yield monday, unit_of[unit_id], levels


def _home(frame: Frame, below: str) -> tuple[str, ...]:
    """The places of this page that the weeks of a counter or unit belong to."""
    at, way = frame.order.place.key, frame.places.up_from(below)
    if at not in way:
        return ()
    place = way.index(at)
    return (at,) if place == 0 else (at, way[place - 1])


def _week(frame: Frame, monday: date, levels: Levels, aside: int) -> Week:
    shown = shown_sum(by_level(levels), few=False, coming=False, policy=frame.rules.policy)
    return Week(monday, shown, aside, figure_of(frame.method, shown, frame.satisfied))
