"""Step 14, report: the maker reads what may be shown of each table once, and puts a book together.

Page, file and API show this book and compute nothing.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Connection

from kiosk.domain.numbers.disclosure import Shown, shown_sum
from kiosk.domain.numbers.measures import Figure, Method, Share
from kiosk.domain.visit.rating import Standing
from kiosk.domain.visit.survey import Survey
from sync.collector.figures.book import Book, Order, Rules
from sync.collector.figures.frame import Frame
from sync.collector.figures.lines import Answered, HalfDay, Line, dissatisfied_of, figure_of
from sync.collector.figures.places import Place, Places
from sync.collector.figures.queries.asked import Asked, asked_first
from sync.collector.figures.queries.counts import (
    NO_LEVELS,
    Levels,
    add,
    by_level,
    read_asked,
    read_half_days,
    read_levels,
    read_streams,
    undated_counters,
)
from sync.collector.figures.queries.grains import Days, to_the_end
from sync.collector.figures.queries.served import Served, add_served, read_served
from sync.collector.figures.queries.waits import ASIDE_STREAMS, Waiting, Waits, read_waiting, roll_up
from sync.collector.figures.reasons import reason_months_of, reasons_of
from sync.collector.figures.weeks import weeks_of
from sync.collector.replica.tally import ASIDE, COUNTED

HEAT_WEEKS = 5
NO_STANDINGS: Mapping[Standing, int] = {}


def make_book(connection: Connection, places: Places, order: Order, rules: Rules) -> Book:
    """The report that was ordered, as far as it may be shown."""
    days = order.period.until(rules.today)
    compared = order.other or order.period.same_days_of(order.period.previous, rules.today)
    questions = read_asked(connection, to_the_end(Days(days.first, days.last), rules.today))
    asked = _choose(questions, order.asked, rules.surveys)
    return _make(Frame(connection, places, order, rules, asked, days, compared), questions)


def _make(frame: Frame, questions: Mapping[Asked, int]) -> Book:
    """The whole report: each table is read once."""
    places, order, rules, place = frame.places, frame.order, frame.rules, frame.order.place
    shown, before, line = _lines(frame)
    me = line(place)
    kiosks = tuple((at, kiosk) for at in places.counters(place.key) for kiosk in at.kiosks)
    way = tuple(at for at in places.way_to(place.key) if at.key.startswith(order.seen) and at.key)
    unknown = undated_counters(frame.connection, frame.days.first, frame.days.last)
    undated = tuple(at for at in places.counters(place.key) if at.counter_id in unknown)
    children = tuple(line(child) for child in frame.below)
    counters = tuple(line(at) for at in places.at_work(place.key, frame.days.first, frame.days.last))
    return Book(
        place, way, order.period, frame.days, frame.other, rules.today, rules.now, rules.policy,
        frame.asked, frame.question, questions, me, children, counters, me.spark, reasons_of(frame, shown, before),
        _half_days(frame), kiosks, frame.method, line(order.versus) if order.versus else None,
        reason_months_of(frame) if order.over_time else (), _peers(frame), frame.joined, undated,
    )  # fmt: skip


def _lines(frame: Frame) -> tuple[Mapping[str, Shown], Mapping[str, Shown], Callable[[Place], Line]]:
    """What is shown of every place now and before, and what makes a place's line."""
    now, then = frame.span(frame.days), frame.span(frame.other)
    waiting, waited = _waiting(frame, now, then)
    streams = read_streams(frame.connection, frame.keys, frame.asked, [COUNTED, ASIDE, *ASIDE_STREAMS], now)
    counted = read_levels(frame.connection, frame.keys_then, frame.asked, COUNTED, then)
    shown = _shown(frame, streams[COUNTED], waiting.waits[0])
    before = _shown(frame, counted, waited)
    aside, standings = _levels(frame, streams[ASIDE]), _standings(frame, streams, waiting)
    answered, weeks = _answered(frame), weeks_of(frame)

    def line(at: Place) -> Line:
        key = at.key
        both = _with_aside(frame, shown[key], aside.get(key, NO_LEVELS))
        why = standings.get(key, NO_STANDINGS)
        spark = weeks.get(key, ())
        return Line(at, shown[key], before[key], why, both, answered.get(key), frame.satisfied, spark, frame.method)

    return shown, before, line


def _waiting(frame: Frame, now: Days, then: Days) -> tuple[Waiting, Waits]:
    """What is not shown yet of the period, and of the one that it is compared with."""
    present = frame.rules.present
    if frame.keys_then == frame.keys:
        both = read_waiting(frame.connection, frame.keys, frame.asked, [now, then], present)
        return both, both.waits[1]
    before = read_waiting(frame.connection, frame.keys_then, frame.asked, [then], present)
    return read_waiting(frame.connection, frame.keys, frame.asked, [now], present), before.waits[0]


def _peers(frame: Frame) -> tuple[Place, ...]:
    place = frame.order.place
    if place.parent is None or not place.parent.startswith(frame.order.seen):
        return ()
    beside = frame.places.children_at_work(place.parent, frame.days.first, frame.days.last)
    return tuple(peer for peer in beside if peer.key != place.key)


def _levels(frame: Frame, counters: Mapping[str, Levels]) -> dict[str, Levels]:
    """What every place has, units as the sum of their counters."""
    found: dict[str, Levels] = {}
    for key, levels in counters.items():
        for above in frame.places.up_from(key):
            found[above] = add(found.get(above), levels)
    return found


def _shown(frame: Frame, counters: Mapping[str, Levels], waits: Waits) -> dict[str, Shown]:
    levels, policy = _levels(frame, counters), frame.rules.policy
    few, coming = frame.above(waits.few), frame.above(waits.coming)
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


def _with_aside(frame: Frame, shown: Shown, aside: Levels) -> Figure | None:
    # With both shares in hand, their difference is the set-aside ratings: they too go out in blocks only.
    if not any(aside):
        return None
    together = Counter(shown.counts) + Counter(by_level(aside))
    return figure_of(frame.method, replace(shown, counts=together), frame.satisfied)


def _answered(frame: Frame) -> dict[str, Answered]:
    """By place, who took part on the days that are over and whose transactions are known."""
    delay, yesterday = frame.rules.policy.delay, frame.rules.today - timedelta(days=1)
    last = min(frame.days.last, yesterday) if delay else frame.days.last
    if last < frame.days.first:
        return {}
    found: dict[str, Served] = {}
    served = read_served(frame.connection, frame.keys, frame.asked, Days(frame.days.first, last))
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


def _choose(questions: Mapping[Asked, int], wanted: str, surveys: Mapping[str, Survey]) -> Asked:
    for asked in questions:
        if asked.code == wanted:
            return asked
    if questions:
        return max(questions, key=lambda asked: questions[asked])
    return asked_first(surveys)
