"""Weeks: the finished weeks of a place and of those right below, one after another."""

from collections import Counter
from datetime import date, timedelta

from kiosk.domain.numbers.disclosure import shown_sum
from sync.collector.figures.frame import Frame
from sync.collector.figures.lines import Week, figure_of
from sync.collector.figures.queries.counts import NO_LEVELS, Levels, add, by_level, read_sums, read_weeks
from sync.collector.figures.queries.grains import Days
from sync.collector.figures.queries.waits import ASIDE_STREAMS
from sync.collector.replica.shown import WEEK

WEEKS = 26


def weeks_of(frame: Frame) -> dict[str, tuple[Week, ...]]:
    """The finished weeks up to the period's end, by place."""
    end = min(frame.days.last, frame.rules.today - timedelta(days=1)) + timedelta(days=1)
    first = end - timedelta(days=end.weekday() + 7 * WEEKS)
    mondays = [first + timedelta(days=7 * number) for number in range(WEEKS)]
    days = Days(first, end - timedelta(days=end.weekday() + 1))
    levels, place = _levels(frame, days), frame.order.place.key
    aside = _aside(frame, days)
    return {
        key: tuple(
            _week(frame, monday, of.get(monday, NO_LEVELS), aside[monday] if key == place else 0) for monday in mondays
        )
        for key, of in levels.items()
    }


def _levels(frame: Frame, days: Days) -> dict[str, dict[date, Levels]]:
    """By place and week."""
    place = frame.order.place.key
    found: dict[str, dict[date, Levels]] = {key: {} for key in (place, *(child.key for child in frame.below))}
    for source in frame.sources:
        homes = {number: [found[key] for key in _home(frame, at) if key in found] for number, at in source.keys.items()}
        for monday, number, *levels in read_weeks(frame.sums, source, frame.asked, days):
            for weeks in homes.get(number, ()):
                before = weeks.get(monday)
                weeks[monday] = tuple(levels) if before is None else add(before, levels)
    return found


def _aside(frame: Frame, days: Days) -> "Counter[date]":
    """How many were set aside in each week."""
    found: Counter[date] = Counter()
    for source in frame.sources:
        for (monday, _), n in read_sums(frame.sums, source, frame.asked, ASIDE_STREAMS, WEEK, days).items():
            found[monday] += n
    return found


def _home(frame: Frame, below: str) -> tuple[str, ...]:
    """The places of this page that the weeks of a counter or unit belong to."""
    at, way = frame.order.place.key, frame.places.up_from(below)
    place = way.index(at)
    return (at,) if place == 0 else (at, way[place - 1])


def _week(frame: Frame, monday: date, levels: Levels, aside: int) -> Week:
    shown = shown_sum(by_level(levels), few=False, coming=False, policy=frame.rules.policy)
    return Week(monday, shown, aside, figure_of(frame.method, shown, frame.satisfied))
