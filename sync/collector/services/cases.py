"""Cases: where too many were dissatisfied, in the very numbers that the pages show."""

from collections.abc import Collection, Iterator
from datetime import date, timedelta

from kiosk.domain.numbers.measures import Share
from sync.collector.calendar.periods import Kind, Period, period_of
from sync.collector.care.cases.opening import About, LowResult, known_cases, unit_code
from sync.collector.errors import UsageWrong
from sync.collector.figures.book import Book
from sync.collector.figures.lines import PlaceLine
from sync.collector.figures.places import Place, Places, read_places
from sync.collector.figures.series import Series
from sync.collector.people.rights import Reader
from sync.collector.services.reports import Query, read_book
from sync.collector.services.services import Services
from sync.collector.settings.care import Cases

THE_COLLECTOR = Reader("collector", "", None, frozenset(), "")
"""Looks at every unit."""
REASONS = 3
"""How many of the reasons chosen most a case names."""
COMPLETED_WITHIN = timedelta(days=7)
"""So long after its end a period is looked at again: kiosks may bring late what was pressed in it."""


def periods_now(kind: Kind, today: date) -> list[Period]:
    """The period of today, and the one before while its numbers may still complete themselves."""
    period = period_of(kind, today)
    before = period.previous
    return [period, before] if today - before.last <= COMPLETED_WITHIN else [period]


def look_for(services: Services, rules: Cases, period: Period) -> Iterator[LowResult]:
    """Whatever was asked: counters above the threshold, and units above it none of whose counters is.

    Places that have their case of the period already are passed over.
    """
    with services.database.reading() as connection:
        # Once for all the reports of a round, which are as many as a country has districts and low results.
        places = read_places(connection, services.missed(connection))
    top = _read(services, None, period, places=places)
    for series in top.answered if top else ():
        yield from _look_for(services, rules, period, series, places)


def _look_for(services: Services, rules: Cases, period: Period, series: Series, places: Places) -> Iterator[LowResult]:
    top = _read(services, None, period, series.asked.code, places)
    if top is None:
        return
    known = _known(services, top)
    counters = [line for line in top.counters if is_too_much(line.bad, rules)]
    named = {line.place.parent for line in counters}
    units = [line for line in _unit_lines(services, top, places) if is_too_much(line.bad, rules)]
    for line in [*counters, *(line for line in units if line.place.key not in named)]:
        book = None if line.place.key in known else _read(services, line.place, period, series.asked.code, places)
        if book is not None and is_too_much(book.me.bad, rules):
            yield finding_of(book)


def _known(services: Services, book: Book) -> Collection[str]:
    with services.database.reading() as connection:
        return known_cases(connection, book.period.code, book.period.first, about_of(book))


def about_of(book: Book) -> About:
    """What a case is about that opens from a report."""
    return About(book.main.series.refs, book.asked.question)


def finding_of(book: Book) -> LowResult:
    """What a case keeps of a report whose share of the dissatisfied is shown."""
    bad = book.me.bad
    assert bad is not None  # noqa: S101 - whoever asks has seen it
    chosen = tuple((line.id, line.n) for line in book.reasons[:REASONS] if line.n)
    return LowResult(
        book.place, unit_code(book.place), book.period.code, book.days.first, book.days.last, book.main.series.ref,
        book.asked.question, bad, tuple(sorted(book.me.unsatisfied)), chosen, book.main.series.refs,
    )  # fmt: skip


def is_too_much(bad: Share | None, rules: Cases) -> bool:
    """Whether the share of the dissatisfied passes the threshold on a base that carries it."""
    if bad is None or bad.denominator < rules.n_min:
        return False
    return bad.numerator * 100 > rules.share_percent * bad.denominator


def read_since(services: Services, place: Place, first: date, last: date, asked: str) -> Share | None:
    """The share of the dissatisfied with a question at a place in these days, where it may be shown."""
    book = _read(services, place, Period(Kind.RANGE, first, last), asked)
    return None if book is None else book.me.bad


def place_of(services: Services, key: str) -> Place | None:
    """The place with this key; None where it has no counter any more."""
    with services.database.reading() as connection:
        return read_places(connection, services.missed(connection)).by_key.get(key)


def _unit_lines(services: Services, top: Book, places: Places) -> Iterator[PlaceLine]:
    """The line of every unit right above counters, each from the page of the unit above it."""
    units = {place.parent for place in places.by_key.values() if place.is_counter}
    above = {places[key].parent for key in units if key}
    for key in sorted(key for key in above if key is not None):
        book = _read(services, places[key], top.period, top.asked.code, places)
        yield from (line for line in book.children if line.place.key in units) if book else ()
    # A lone unit is the top itself.
    if top.place.key in units:
        yield top.me


def _read(
    services: Services, place: Place | None, period: Period, asked: str = "", places: Places | None = None
) -> Book | None:
    query = Query(period=period.code, asked=asked, weeks=False)
    if place is not None and place.key:
        counter = place.code if place.is_counter else None
        query = Query(unit_code(place), counter, period.code, asked=asked, weeks=False)
    try:
        return read_book(services, THE_COLLECTOR, query, places)
    except UsageWrong:
        return None
