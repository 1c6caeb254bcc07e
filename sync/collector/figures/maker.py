"""Step 14, report: the maker reads what may be shown of each table once, and puts a book together.

Page, file and API show this book and compute nothing.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import Connection

from kiosk.domain.numbers.disclosure import Policy, Shown, shown_sum
from kiosk.domain.numbers.measures import Method, Share
from kiosk.domain.visit.rating import Standing
from kiosk.domain.visit.survey import Survey
from sync.collector.calendar.periods import Period
from sync.collector.figures.book import Book, Order, Part, Rules
from sync.collector.figures.frame import Frame
from sync.collector.figures.half_days import half_days_of, weekday_halves_of
from sync.collector.figures.lines import Answered, PlaceLine
from sync.collector.figures.places import Place, Places
from sync.collector.figures.queries.answered import read_answered, read_published
from sync.collector.figures.queries.counts import (
    NO_LEVELS,
    Levels,
    add,
    by_level,
    read_levels,
    read_streams,
    undated_counters,
)
from sync.collector.figures.queries.grains import Days, to_the_end
from sync.collector.figures.queries.served import Served, add_served, read_served
from sync.collector.figures.queries.summed import Keys
from sync.collector.figures.queries.waits import (
    ASIDE_STREAMS,
    Waiting,
    Waits,
    aside_at,
    read_told_later,
    read_waiting,
    read_waits,
    waits_at,
)
from sync.collector.figures.reasons import reason_months_of, reasons_of
from sync.collector.figures.series import Series, group, named_series
from sync.collector.figures.weeks import weeks_of
from sync.collector.replica.tally import ASIDE, COUNTED

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
    asked = read_answered(connection, to_the_end(Days(days.first, days.last), rules.today), rules.present)
    return group(asked, rules.surveys)


def _make(frame: Frame, answered: Mapping[Series, int]) -> Book:
    """The whole report: each table is read once for each question that was answered."""
    places, order, rules, place = frame.places, frame.order, frame.rules, frame.order.place
    frame, took_part = replace(frame, brief=order.brief), _took_part(frame)
    shown, before, line = _lines(frame, took_part)
    is_brief = frame.brief or order.only_lines
    parts = (_part(frame, line), *(() if order.only_lines else _others(frame, answered, took_part)))
    kiosks = tuple((at, kiosk) for at in places.counters(place.key) for kiosk in at.kiosks)
    peers = places.beside(place, frame.days.first, frame.days.last, order.seen)
    way = tuple(at for at in places.way_to(place.key) if at.key.startswith(order.seen) and at.key)
    unknown = undated_counters(frame.connection, frame.days.first, _last_over(frame.days, rules))
    undated = tuple(at for at in places.counters(place.key) if at.counter_id in unknown)
    return Book(
        place, way, order.period, frame.days, frame.other, rules.today, rules.now, rules.policy, parts, answered,
        parts[0].me.spark, () if is_brief else reasons_of(frame, shown, before),
        () if is_brief else half_days_of(frame), kiosks, frame.method, line(order.versus) if order.versus else None,
        reason_months_of(frame) if order.in_detail else (), peers, frame.joined,
        read_published(frame.connection, [change.after.ref for change in frame.series.changes]), undated,
        weekday_halves=() if is_brief else weekday_halves_of(frame),
        **read_told_later(frame.connection, frame.keys, frame.span(frame.days))._asdict(),
    )  # fmt: skip


def _others(frame: Frame, answered: Mapping[Series, int], took_part: Mapping[str, Answered]) -> Iterator[Part]:
    """What was answered at the place beside the question of the report, the most answered first."""
    for series in answered:
        if series.asked != frame.series.asked:
            beside = replace(frame, series=series, brief=True)
            part = _part(beside, _lines(beside, took_part)[2])
            if part.me.is_told:
                yield _where_answered(part)


def _where_answered(part: Part) -> Part:
    """The same without the places that have nothing to say: most never ask what one of them asks."""
    children, counters = (tuple(line for line in lines if line.is_told) for lines in (part.children, part.counters))
    return replace(part, children=children, counters=counters, left_out=len(part.children) - len(children))


def _part(frame: Frame, line: Callable[[Place], PlaceLine]) -> Part:
    place = frame.order.place
    counters = frame.places.at_work(place.key, frame.days.first, frame.days.last)
    children = () if frame.order.only_lines else tuple(line(child) for child in frame.below)
    return Part(frame.series, line(place), children, tuple(line(at) for at in counters), frame.method)


def _lines(
    frame: Frame, took_part: Mapping[str, Answered]
) -> tuple[Mapping[str, Shown], Mapping[str, Shown], Callable[[Place], PlaceLine]]:
    """What is shown of every place now and before, and what makes a place's line."""
    now = frame.span(frame.days)
    waiting, before = _waiting(frame, now)
    streams = read_streams(frame.sums, frame.keys, frame.asked, [COUNTED, ASIDE, *ASIDE_STREAMS], now)
    waits, held = waiting.waits(frame.places.up_from), waits_at(waiting, frame.places.up_from)
    is_running = frame.rules.is_running(frame.days)
    shown = _shown(frame, streams[COUNTED], waits, running=is_running)
    aside, standings = _levels(frame, streams[ASIDE]), _standings(frame, streams, waiting)
    weeks = weeks_of(frame) if frame.order.weeks and not frame.brief and not frame.order.only_lines else {}

    def line(at: Place) -> PlaceLine:
        key = at.key
        return PlaceLine(
            at, shown[key], before[key], standings.get(key, NO_STANDINGS),
            _with_aside(shown[key], aside.get(key, NO_LEVELS)), took_part.get(key), frame.satisfied,
            weeks.get(key, ()), frame.method, held.get(key, {}), is_running,
        )  # fmt: skip

    return shown, before, line


def _waiting(frame: Frame, now: Days) -> tuple[Waiting, Mapping[str, Shown]]:
    """What is not shown yet of the period, and what is shown of the one that it is compared with."""
    connection, asked, present, then = frame.connection, frame.asked, frame.rules.present, frame.span(frame.other)
    waiting = read_waiting(connection, frame.keys, asked, now, present)
    if frame.brief:
        return waiting, dict.fromkeys(frame.places.by_key, Shown())
    waited = read_waits(connection, frame.keys_then, asked, then, present, frame.places.up_from)
    counted = read_levels(frame.sums, frame.keys_then, asked, COUNTED, then)
    return waiting, _shown(frame, counted, waited, running=frame.rules.is_running(frame.other))


def _levels(frame: Frame, counters: Mapping[str, Levels]) -> dict[str, Levels]:
    """What every place has, units as the sum of their counters."""
    found: dict[str, Levels] = {}
    for key, levels in counters.items():
        for above in frame.places.up_from(key):
            found[above] = add(found[above], levels) if above in found else levels
    return found


def _shown(frame: Frame, counters: Mapping[str, Levels], waits: Waits, *, running: bool) -> Mapping[str, Shown]:
    return _Shown(_levels(frame, counters), waits, frame.rules.policy, running=running)


class _Shown(dict[str, Shown]):
    """By place, made when it is asked for: a unit's page tells of few of a province's counters."""

    def __init__(self, levels: Mapping[str, Levels], waits: Waits, policy: Policy, *, running: bool) -> None:
        super().__init__()
        self._levels, self._waits, self._policy, self._running = levels, waits, policy, running

    def __missing__(self, key: str) -> Shown:
        few, coming = key in self._waits.few, key in self._waits.coming
        counts = by_level(self._levels.get(key, NO_LEVELS))
        self[key] = shown_sum(counts, few=few, coming=coming, policy=self._policy, running=self._running)
        return self[key]


def _standings(
    frame: Frame, streams: Mapping[str, Mapping[str, Levels]], waiting: Waiting
) -> dict[str, "Counter[Standing]"]:
    """How many were set aside at every place, by why, those with them that wait."""
    shown: dict[str, Counter[str]] = {}
    for stream in ASIDE_STREAMS:
        for key, levels in streams[stream].items():
            if levels[0]:
                shown.setdefault(key, Counter())[stream] = levels[0]
    return aside_at(shown, waiting, frame.places.up_from)


def _with_aside(shown: Shown, aside: Levels) -> Shown | None:
    # With both in hand, their difference is the set-aside ratings: they too go out in blocks only.
    if not any(aside):
        return None
    return replace(shown, counts=Counter(shown.counts) + Counter(by_level(aside)))


def _took_part(frame: Frame) -> dict[str, Answered]:
    """By place, who took part on the days that are over and whose transactions are known, whatever was asked."""
    days = frame.order.answered or frame.days
    last = _last_over(days, frame.rules)
    if last < days.first:
        return {}
    return participation_in(frame.sums, frame.places, frame.keys, Days(days.first, last))


def _last_over(days: Period, rules: Rules) -> date:
    """The last of these days that is over; in a demonstration, today as well."""
    return min(days.last, rules.today - timedelta(days=1)) if rules.policy.delay else days.last


def participation_in(connection: Connection, places: Places, keys: Keys, days: Days) -> dict[str, Answered]:
    """By place, who took part at some counters on days that are over; nothing where no transactions are known."""
    found: dict[str, Served] = {}
    for key, one in read_served(connection, keys, days).items():
        for above in places.up_from(key):
            found[above] = add_served(found[above], one) if above in found else one
    return {
        key: Answered(Share(Method.PARTICIPATION, one.ratings, one.transactions), one.known, one.days)
        for key, one in found.items()
        if one.transactions
    }


def _choose(answered: Mapping[Series, int], wanted: str, surveys: Mapping[str, Survey]) -> Series:
    """What an address asks for; by default what was answered most."""
    found = next((series for series in answered if series.is_named(wanted)), None)
    if found is None and wanted:
        found = named_series(wanted, surveys)
    return found or next(iter(answered))
