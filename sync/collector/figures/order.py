"""Order: the report that an address or a command asks for, read as of now."""

from dataclasses import dataclass
from datetime import date

from sync.collector.figures.book import Book, Order, Rules
from sync.collector.figures.maker import make_book
from sync.collector.figures.periods import Kind, Period, parse_period, period_of
from sync.collector.figures.places import find_place, read_places
from sync.collector.rights import Reader
from sync.collector.services import Services

PREVIOUS = ""
LAST_YEAR = "nam-truoc"
"""In the place of a period to compare with: the same one a year before."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for, as it is written in an address."""

    unit: str | None = None
    counter: str | None = None
    period: str = ""
    """By default the month of today."""
    other: str = PREVIOUS
    asked: str = ""


def read_book(services: Services, reader: Reader, wish: Wish) -> Book:
    """The report that ``reader`` asks for.

    Raises UsageWrong for a period, unit or counter that is not there, or not to be seen by this reader.
    """
    now = services.now()
    present = services.days.today(now)
    today = date.fromisoformat(present[0])
    period = parse_period(wish.period) if wish.period else period_of(Kind.MONTH, today)
    rules = Rules(now, today, services.config.policy, services.surveys)
    services.release()
    with services.database.reading() as connection:
        places = read_places(connection, now)
        place = find_place(places, wish.unit, wish.counter, reader.path)
        order = Order(place, period, _other(period, wish.other, today), wish.asked, reader.path)
        return make_book(connection, places, order, rules)


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
