"""Reports: the report that an address or a command asks for, read as of now."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import Connection

from kiosk.domain.numbers.measures import Method
from sync.collector.calendar.periods import Kind, Period, parse_period, period_of
from sync.collector.errors import QuestionWrong, UsageWrong
from sync.collector.figures.book import Book, Order, Rules
from sync.collector.figures.lines import Answered
from sync.collector.figures.maker import make_book, participation_in
from sync.collector.figures.places import EVERYTHING, Place, Places, find_place, read_places
from sync.collector.figures.queries.grains import Days
from sync.collector.fleet.places.units import path_seen
from sync.collector.people.rights import Reader
from sync.collector.services.closed import kept_book, live_closing
from sync.collector.services.services import Services

PREVIOUS = ""
ANSWERED_DAYS = 7
"""Of so many days that are over the page Today tells who took part."""
LAST_YEAR = "nam-truoc"
"""In the place of a period to compare with: the same one a year before."""


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked for, as it is written in an address."""

    unit: str | None = None
    counter: str | None = None
    period: str = ""
    """By default the month of today."""
    other: str = PREVIOUS
    asked: str = ""
    measure: str = ""
    """``top2box`` (the default) or ``mean5``."""
    versus: str = ""
    """A unit's code, or a unit's and a counter's with a colon between: a place to compare with."""
    in_detail: bool = False
    """Whether the reasons are wanted of each place right below as well, and of the months before."""
    weeks: bool = True
    """Whether the weeks up to the period's end are wanted."""
    newest: Kind | None = None
    """Instead of a period: the present one of a kind, or the one before where nothing may be shown yet of this one."""


def read_book(services: Services, reader: Reader, query: Query, places: Places | None = None) -> Book:
    """The report that ``reader`` asks for; of a closed month that which was kept.

    ``places`` are those of a moment ago, for whoever asks for many reports: of a country they take longest to read.

    Raises UsageWrong for a period, unit or counter that is not there, or not to be seen by this reader.
    """
    rules = _rules(services)
    services.release()
    with services.database.reading() as connection:
        places = places or read_places(connection, services.missed(connection))

        def of(period: Period) -> Book:
            return _book(connection, places, _order(places, reader, query, period, rules.today), rules)

        return _told(query, rules.today, of)


def read_counters(services: Services, reader: Reader, query: Query) -> Book:
    """The line of each counter at or below a place, as its own page has it: of a closed month too, the numbers of now.

    Raises UsageWrong as :func:`read_book`.
    """
    rules = _rules(services)
    services.release()
    with services.database.reading() as connection:
        places = read_places(connection, services.missed(connection))

        def of(period: Period) -> Book:
            order = _order(places, reader, query, period, rules.today)
            return make_book(connection, places, replace(order, only_lines=True), rules)

        return _told(query, rules.today, of)


def _told(query: Query, today: date, of: Callable[[Period], Book]) -> Book:
    """The report of the period that is asked for, or of the present one of its kind."""
    if query.period:
        return of(parse_period(query.period))
    present = period_of(query.newest or Kind.MONTH, today)
    return _newest(present, of) if query.newest else of(present)


def _newest(period: Period, of: Callable[[Period], Book]) -> Book:
    """The report of a period that has just begun, or of the one before, where that alone has numbers to show.

    What may be shown came out of half days that are over: no press of the running one decides here.
    """
    book = of(period)
    if _has_numbers(book):
        return book
    before = of(period.previous)
    return before if _has_numbers(before) else book


def _has_numbers(book: Book) -> bool:
    return any(part.me.n for part in book.parts)


def _rules(services: Services) -> Rules:
    now = services.now()
    present = services.days.today(now)
    return Rules(now, date.fromisoformat(present[0]), services.config.policy, services.surveys, present)


def _order(places: Places, reader: Reader, query: Query, period: Period, today: date) -> Order:
    place = find_place(places, query.unit, query.counter, reader.path)
    versus = _versus(places, query.versus, reader.path)
    other, measure = _other(period, query.other, today), measure_of(query.measure)
    return Order(place, period, other, query.asked, measure, versus, query.in_detail, reader.path, weeks=query.weeks)


def _book(connection: Connection, places: Places, order: Order, rules: Rules) -> Book:
    """The report that was ordered: as it was kept, or as of now."""
    kept = kept_book(connection, places, order, rules.today)
    return kept or _live_book(connection, places, order, rules)


def _live_book(connection: Connection, places: Places, order: Order, rules: Rules) -> Book:
    book = make_book(connection, places, order, rules)
    return replace(book, closing=live_closing(connection, places, order, rules.today))


@dataclass(frozen=True, slots=True)
class Span:
    """Which days and counters somebody wants the counts of."""

    first: date
    last: date
    unit: str | None = None
    """A unit's code; its whole subtree."""
    counter: str | None = None
    """A counter's code, of whatever unit."""


def read_today(services: Services, reader: Reader) -> Book:
    """The counts of today, and who took part in the days before: how many were served today is not known yet."""
    day = date.fromisoformat(services.days.today(services.now())[0])
    before = Period(Kind.RANGE, day - timedelta(days=ANSWERED_DAYS), day - timedelta(days=1))
    return read_span(services, reader, Span(day, day), before)


def read_span(services: Services, reader: Reader, span: Span, answered: Period | None = None) -> Book:
    """The counts of every counter of ``span``, and of all of them together, as far as they may be shown.

    ``answered`` are the days of which to tell who took part, where these are others.

    Raises UsageWrong for a unit or counter that is not there, or not to be seen by this reader.
    """
    rules = _rules(services)
    services.release()
    with services.database.reading() as connection:
        wanted, _ = _standing(connection, services, reader, span)
        order = Order(wanted[EVERYTHING], Period(Kind.RANGE, span.first, span.last), brief=True, answered=answered)
        return make_book(connection, wanted, order, rules)


def read_participation(services: Services, reader: Reader, span: Span) -> tuple[list[Place], Mapping[str, Answered]]:
    """The counters of ``span``, and who took part there and at all of them together, on days that are over.

    Raises UsageWrong as :func:`read_span`.
    """
    today = date.fromisoformat(services.days.today(services.now())[0])
    last = min(span.last, today - timedelta(days=1)) if services.config.policy.delay else span.last
    services.release()
    with services.database.reading() as connection:
        wanted, counters = _standing(connection, services, reader, span)
        if last < span.first:
            return counters, {}
        keys = {at.counter_id: at.key for at in counters if at.counter_id is not None}
        return counters, participation_in(connection, wanted, keys, Days(span.first, last))


def _standing(connection: Connection, services: Services, reader: Reader, span: Span) -> tuple[Places, list[Place]]:
    """The tree of the counters of ``span``, and these."""
    places = read_places(connection, services.missed(connection))
    path = path_seen(connection, span.unit, reader.path)
    standing = [at for at in places.counters(EVERYTHING) if at.stood(span.first, span.last)]
    counters = _counters_of(standing, span, path)
    return places.only(counters, standing), counters


def _counters_of(standing: Iterable[Place], span: Span, path: str) -> list[Place]:
    found = [at for at in standing if at.key.startswith(path)]
    if span.counter is None:
        return found
    of_code = [at for at in found if at.code == span.counter]
    if not of_code:
        raise UsageWrong("there is no counter {code}", code=span.counter)
    return of_code


def measure_of(name: str) -> Method:
    """The measure that a report is about.

    Raises QuestionWrong with the ways to write one.
    """
    if name not in ("", Method.TOP2BOX, Method.MEAN5):
        raise QuestionWrong("{name!r} is no measure: write top2box or mean5", name=name[:20])
    return Method(name or Method.TOP2BOX)


def _versus(places: Places, code: str, seen: str) -> Place | None:
    unit, _, counter = code.partition(":")
    return find_place(places, unit, counter or None, seen) if code else None


def _other(period: Period, other: str, today: date) -> Period | None:
    if other == PREVIOUS:
        return None
    if other == LAST_YEAR:
        return period.same_days_of(_year_before(period), today)
    return period.same_days_of(parse_period(other), today)


def _year_before(period: Period) -> Period:
    if period.kind is Kind.WEEK:
        year, week, _ = period.first.isocalendar()
        return period_of(Kind.WEEK, date.fromisocalendar(year - 1, min(week, 52), 1))
    first, last = (_in_year_before(day) for day in (period.first, period.last))
    return Period(period.kind, first, last)


def _in_year_before(day: date) -> date:
    # The 29th of February has the 28th before it.
    return day.replace(year=day.year - 1, day=min(day.day, 28) if day.month == 2 else day.day)
