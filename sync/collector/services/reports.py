"""Reports: the report that an address or a command asks for, read as of now."""

from dataclasses import dataclass
from datetime import date

from kiosk.domain.numbers.measures import Method
from sync.collector.calendar.periods import Kind, Period, parse_period, period_of
from sync.collector.errors import UsageWrong
from sync.collector.figures.book import Book, Order, Rules
from sync.collector.figures.maker import make_book
from sync.collector.figures.places import Place, Places, find_place, read_places
from sync.collector.people.rights import Reader
from sync.collector.services.services import Services

PREVIOUS = ""
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
    over_time: bool = False
    """Whether the reasons of the months before are wanted too."""


def read_book(services: Services, reader: Reader, query: Query) -> Book:
    """The report that ``reader`` asks for.

    Raises UsageWrong for a period, unit or counter that is not there, or not to be seen by this reader.
    """
    now = services.now()
    present = services.days.today(now)
    today = date.fromisoformat(present[0])
    period = parse_period(query.period) if query.period else period_of(Kind.MONTH, today)
    rules = Rules(now, today, services.config.policy, services.surveys, present)
    services.release()
    with services.database.reading() as connection:
        places = read_places(connection, services.missed(connection))
        place = find_place(places, query.unit, query.counter, reader.path)
        versus = _versus(places, query.versus, reader.path)
        other = _other(period, query.other, today)
        measure = measure_of(query.measure)
        order = Order(place, period, other, query.asked, measure, versus, query.over_time, reader.path)
        return make_book(connection, places, order, rules)


def measure_of(name: str) -> Method:
    """The measure that a report is about.

    Raises UsageWrong with the ways to write one.
    """
    if name not in ("", Method.TOP2BOX, Method.MEAN5):
        raise UsageWrong("{name!r} is no measure: write top2box or mean5", name=name[:20])
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
