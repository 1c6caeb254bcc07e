"""Step 14, report: the maker reads what may be shown of each table once, and puts a book together.

Page, file and API show this book and compute nothing.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Connection

from kiosk.domain.numbers.disclosure import Shown, shown_sum
from kiosk.domain.numbers.measures import Method, Share
from kiosk.domain.visit.rating import Standing
from kiosk.domain.visit.survey import Survey
from sync.collector.calendar.periods import Period
from sync.collector.figures.book import Book, Order, Part, Rules
from sync.collector.figures.frame import Frame
from sync.collector.figures.lines import Answered, HalfDay, Line, dissatisfied_of
from sync.collector.figures.places import Place, Places
from sync.collector.figures.queries.answered import read_answered, read_published
from sync.collector.figures.queries.counts import (
    NO_LEVELS,
    Levels,
    add,
    by_level,
    read_half_days,
    read_levels,
    read_streams,
    undated_counters,
)
from sync.collector.figures.queries.grains import Days, to_the_end
from sync.collector.figures.queries.served import Served, add_served, read_served
from sync.collector.figures.queries.waits import ASIDE_STREAMS, Waiting, Why, read_waiting, roll_up
from sync.collector.figures.reasons import reason_months_of, reasons_of
from sync.collector.figures.series import Series, group, named_series
from sync.collector.figures.weeks import weeks_of
from sync.collector.replica.tally import ASIDE, COUNTED

HEAT_WEEKS = 5
NO_STANDINGS: Mapping[Standing, int] = {}


def make_book(
    connection: Connection,
    places: Places,
    order: Order,
    rules: Rules,
    answered: Mapping[Series, int] | None = None,
    sums: Connection | None = None,
) -> Book:
    """The report that was ordered, as far as it may be shown.

    Whoever makes many reads ``answered_in`` once and copies the sums that they are made of (``Frame.sums``).
    """
    days = order.period.until(rules.today)
    # Nothing is read of a period before by whoever needs none.
    compared = days if order.brief else order.other or order.period.same_days_of(order.period.previous, rules.today)
    if answered is None:
        answered = answered_in(connection, days, rules)
    frame = Frame(
        connection,
        sums or connection,
        places,
        order,
        rules,
        _choose(answered, order.asked, rules.surveys),
        days,
        compared,
    )
    return _make(frame, answered)


def answered_in(connection: Connection, days: Period, rules: Rules) -> dict[Series, int]:
    """Every question that was answered in these days, wherever, the most answered first."""
    asked = read_answered(connection, to_the_end(Days(days.first, days.last), rules.today))
    return group(asked, rules.surveys)


def _make(frame: Frame, answered: Mapping[Series, int]) -> Book:
    """The whole report: each table is read once for each question that was answered."""
    places, order, rules, place = frame.places, frame.order, frame.rules, frame.order.place
    frame = replace(frame, brief=order.brief)
    shown, before, line = _lines(frame)
    parts = (_part(frame, line), *_others(frame, answered))
    kiosks = tuple((at, kiosk) for at in places.counters(place.key) for kiosk in at.kiosks)
    peers = places.beside(place, frame.days.first, frame.days.last, order.seen)
    way = tuple(at for at in places.way_to(place.key) if at.key.startswith(order.seen) and at.key)
    unknown = undated_counters(frame.connection, frame.days.first, frame.days.last)
    undated = tuple(at for at in places.counters(place.key) if at.counter_id in unknown)
    return Book(
        place, way, order.period, frame.days, frame.other, rules.today, rules.now, rules.policy, parts, answered,
        parts[0].me.spark, () if frame.brief else reasons_of(frame, shown, before),
        () if frame.brief else _half_days(frame), kiosks, frame.method, line(order.versus) if order.versus else None,
        reason_months_of(frame) if order.over_time else (), peers, frame.joined,
        read_published(frame.connection, [change.after.ref for change in frame.series.changes]), undated,
    )  # fmt: skip


def _others(frame: Frame, answered: Mapping[Series, int]) -> Iterator[Part]:
    """What was answered at the place beside the question of the report, the most answered first."""
    for series in answered:
        if series.asked != frame.series.asked:
            beside = replace(frame, series=series, brief=True)
            part = _part(beside, _lines(beside)[2])
            if part.is_told:
                yield part


def _part(frame: Frame, line: Callable[[Place], Line]) -> Part:
    place = frame.order.place
    counters = frame.places.at_work(place.key, frame.days.first, frame.days.last)
    children = tuple(line(child) for child in frame.below)
    return Part(frame.series, line(place), children, tuple(line(at) for at in counters), frame.method)


def _lines(frame: Frame) -> tuple[Mapping[str, Shown], Mapping[str, Shown], Callable[[Place], Line]]:
    """What is shown of every place now and before, and what makes a place's line."""
    now = frame.span(frame.days)
    waiting, before = _waiting(frame, now)
    streams = read_streams(frame.sums, frame.keys, frame.asked, [COUNTED, ASIDE, *ASIDE_STREAMS], now)
    few, coming = frame.above(waiting.waits[0].few), frame.above(waiting.waits[0].coming)
    shown = _shown(frame, streams[COUNTED], few, coming)
    aside, standings, held = _levels(frame, streams[ASIDE]), _standings(frame, streams, waiting), _held(frame, waiting)
    answered, weeks = _answered(frame), {} if frame.brief else weeks_of(frame)

    def line(at: Place) -> Line:
        key = at.key
        return Line(
            at, shown[key], before[key], standings.get(key, NO_STANDINGS),
            _with_aside(shown[key], aside.get(key, NO_LEVELS)), answered.get(key), frame.satisfied,
            weeks.get(key, ()), frame.method, held.get(key, {}), key in coming,
        )  # fmt: skip

    return shown, before, line


def _waiting(frame: Frame, now: Days) -> tuple[Waiting, Mapping[str, Shown]]:
    """What is not shown yet of the period, and what is shown of the one that it is compared with."""
    connection, asked, present, then = frame.connection, frame.asked, frame.rules.present, frame.span(frame.other)
    if frame.brief:
        waiting = read_waiting(connection, frame.keys, asked, [now], present)
        return waiting, dict.fromkeys(frame.places.by_key, Shown())
    if frame.keys_then == frame.keys:
        waiting = read_waiting(connection, frame.keys, asked, [now, then], present)
        waited = waiting.waits[1]
    else:
        waiting = read_waiting(connection, frame.keys, asked, [now], present)
        waited = read_waiting(connection, frame.keys_then, asked, [then], present).waits[0]
    counted = read_levels(frame.sums, frame.keys_then, asked, COUNTED, then)
    return waiting, _shown(frame, counted, frame.above(waited.few), frame.above(waited.coming))


def _levels(frame: Frame, counters: Mapping[str, Levels]) -> dict[str, Levels]:
    """What every place has, units as the sum of their counters."""
    found: dict[str, Levels] = {}
    for key, levels in counters.items():
        for above in frame.places.up_from(key):
            found[above] = add(found.get(above), levels)
    return found


def _shown(
    frame: Frame, counters: Mapping[str, Levels], few: Collection[str], coming: Collection[str]
) -> dict[str, Shown]:
    levels, policy = _levels(frame, counters), frame.rules.policy
    return {
        key: shown_sum(by_level(levels.get(key, NO_LEVELS)), few=key in few, coming=key in coming, policy=policy)
        for key in frame.places.by_key
    }


def _standings(
    frame: Frame, streams: Mapping[str, Mapping[str, Levels]], waiting: Waiting
) -> dict[str, "Counter[Standing]"]:
    """How many were set aside at every place, by why, those with them that wait."""
    shown: dict[str, Counter[str]] = {}
    for stream in ASIDE_STREAMS:
        for key, levels in streams[stream].items():
            if levels[0]:
                shown.setdefault(key, Counter())[stream] = levels[0]
    found: dict[str, Counter[Standing]] = {}
    for key, counts in shown.items():
        for above in frame.places.up_from(key):
            found.setdefault(above, Counter()).update({Standing(name): n for name, n in counts.items()})
    for place, held in roll_up(waiting.held[0], frame.places.up_from).items():
        for (_, standing), n in held.items():
            if standing != COUNTED:
                found.setdefault(place, Counter())[Standing(standing)] += n
    return found


def _held(frame: Frame, waiting: Waiting) -> dict[str, "Counter[Why]"]:
    """How many ratings that count wait at every place, by why."""
    found: dict[str, Counter[Why]] = {}
    for place, held in roll_up(waiting.held[0], frame.places.up_from).items():
        for (why, standing), n in held.items():
            if standing == COUNTED:
                found.setdefault(place, Counter())[why] += n
    return found


def _with_aside(shown: Shown, aside: Levels) -> Shown | None:
    # With both in hand, their difference is the set-aside ratings: they too go out in blocks only.
    if not any(aside):
        return None
    return replace(shown, counts=Counter(shown.counts) + Counter(by_level(aside)))


def _answered(frame: Frame) -> dict[str, Answered]:
    """By place, who took part on the days that are over and whose transactions are known."""
    days, yesterday = frame.order.answered or frame.days, frame.rules.today - timedelta(days=1)
    last = min(days.last, yesterday) if frame.rules.policy.delay else days.last
    if last < days.first:
        return {}
    found: dict[str, Served] = {}
    served = read_served(frame.sums, frame.keys, frame.asked, Days(days.first, last))
    for key, one in served.items():
        for above in frame.places.up_from(key):
            found[above] = add_served(found.get(above), one)
    return {
        key: Answered(Share(Method.PARTICIPATION, one.ratings, one.transactions), one.known, one.days)
        for key, one in found.items()
        if one.transactions
    }


def _half_days(frame: Frame) -> tuple[HalfDay, ...]:
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


def _choose(answered: Mapping[Series, int], wanted: str, surveys: Mapping[str, Survey]) -> Series:
    """What an address asks for; by default what was answered most."""
    found = next((series for series in answered if series.is_named(wanted)), None)
    if found is None and wanted:
        found = named_series(wanted, surveys)
    return found or next(iter(answered))
