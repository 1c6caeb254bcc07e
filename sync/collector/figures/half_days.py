"""Half days: a counter's last weeks half day by half day, and the half days of the week beside those of before."""

from collections.abc import Sequence
from datetime import timedelta

from kiosk.domain.numbers.measures import Share, top2box
from sync.collector.figures.frame import Frame
from sync.collector.figures.lines import HalfDay, WeekdayHalf, dissatisfied_of
from sync.collector.figures.queries.counts import NO_LEVELS, by_level, read_half_days, read_weekday_halves
from sync.collector.figures.queries.grains import Days

HEAT_WEEKS = 5
COMPARED_DAYS_MAX = 92
"""Of longer periods the half days of the week are not compared: the office was another one then."""
PARTS = ("am", "pm")


def half_days_of(frame: Frame) -> tuple[HalfDay, ...]:
    """The last weeks of a counter by half day."""
    counter_id = frame.order.place.counter_id
    if counter_id is None:
        return ()
    last = min(frame.days.last, frame.rules.today)
    first = last - timedelta(days=last.weekday() + 7 * (HEAT_WEEKS - 1))
    bad = dissatisfied_of(frame.satisfied)
    halves = read_half_days(frame.connection, counter_id, frame.asked, Days(first, last), frame.rules.present)
    return tuple(
        HalfDay(day, part, None, 0)
        if levels is None
        else HalfDay(day, part, sum(levels), sum(levels[level - 1] for level in bad))
        for (day, part), levels in sorted(halves.items())
    )


def weekday_halves_of(frame: Frame) -> tuple[WeekdayHalf, ...]:
    """How many were satisfied at a counter in each half day of the week, and in all mornings and afternoons."""
    key, spans = frame.order.place.key, ((frame.keys, frame.days), (frame.keys_then, frame.other))
    longest = max((period.last - period.first).days for _, period in spans)
    if not frame.order.place.is_counter or longest >= COMPARED_DAYS_MAX:
        return ()
    now, before = (
        read_weekday_halves(
            frame.connection,
            [number for number, at in keys.items() if at == key],
            frame.asked,
            Days(period.first, period.last),
        )
        for keys, period in spans
    )
    satisfied = frame.satisfied
    halves = [
        WeekdayHalf(*at, *(top2box(by_level(levels.get(at, NO_LEVELS)), satisfied) for levels in (now, before)))
        for at in sorted({*now, *before})
    ]
    return (*_whole_weeks(halves), *halves)


def _whole_weeks(halves: Sequence[WeekdayHalf]) -> list[WeekdayHalf]:
    found = []
    for part in PARTS:
        if of_it := [half for half in halves if half.part == part]:
            sums = _sum([half.now for half in of_it]), _sum([half.before for half in of_it])
            found.append(WeekdayHalf(None, part, *sums))
    return found


def _sum(shares: Sequence[Share]) -> Share:
    return Share(shares[0].method, sum(one.numerator for one in shares), sum(one.denominator for one in shares))
