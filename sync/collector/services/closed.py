"""Closed: the report of a closed month as it was kept, for whoever asks for that month.

Page, files and API of a unit's closed month have the kept numbers. What is not kept has those of now and says so: of
a counter, of another question, compared with another period than the one before.
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection

from kiosk.domain.numbers.measures import Method
from sync.collector.calendar.periods import Kind, Period, parse_period
from sync.collector.closed.frozen import thaw
from sync.collector.closed.kept import (
    KeptFile,
    UnitMonth,
    Version,
    body_of,
    closed_months,
    files_of,
    newest_numbers,
    numbers_of,
    unit_month_of,
    versions_of,
    waits,
)
from sync.collector.errors import UsageWrong
from sync.collector.figures.book import Book, Closing, Order
from sync.collector.figures.lines import PlaceLine
from sync.collector.figures.places import EVERYTHING, Place, Places, find_place, read_places
from sync.collector.fleet.places.units import unit_seen
from sync.collector.people.rights import Reader
from sync.collector.replica.shown import NOWHERE
from sync.collector.services.services import Services


@dataclass(frozen=True, slots=True)
class Shelf:
    """Everything that was kept of a unit's month."""

    place: Place
    period: Period
    closing: Closing
    """As the newest report has it."""
    versions: tuple[Version, ...]
    files: tuple[KeptFile, ...]

    def files_of(self, number: int) -> list[KeptFile]:
        """The files of one report."""
        return [file for file in self.files if file.number == number]


def kept_book(connection: Connection, places: Places, order: Order, today: date) -> Book | None:
    """The report that was ordered, as it was kept; None where it was not, or not in this form."""
    key = unit_month_of(order.place, order.period)
    if key is None or order.period.is_open(today) or (numbers := newest_numbers(connection, key)) is None:
        return None
    book = thaw(numbers, order.method)
    if order.other not in (None, book.before) or (order.asked and not book.main.series.is_named(order.asked)):
        return None
    versus = None
    if order.versus is not None and (versus := _kept_line(connection, places, order, book, today)) is None:
        return None
    assert book.closing is not None  # noqa: S101 - whatever is kept was closed
    return replace(
        book,
        way=tuple(place for place in book.way if place.key.startswith(order.seen)),
        peers=places.beside(order.place, book.days.first, book.days.last, order.seen),
        reason_months=book.reason_months if order.in_detail else (),
        versus=versus,
        closing=replace(book.closing, waits=waits(connection, key)),
    )


def _kept_line(connection: Connection, places: Places, order: Order, book: Book, today: date) -> PlaceLine | None:
    """What the other place got, where that was kept too."""
    assert order.versus is not None  # noqa: S101 - asked for by whoever compares
    other = kept_book(connection, places, replace(order, place=order.versus, versus=None), today)
    return other.me if other is not None and other.main.series == book.main.series else None


def live_closing(connection: Connection, places: Places, order: Order, today: date) -> Closing | None:
    """That the month of a report with the numbers of now was closed, at its unit; None where it was not."""
    place = places[order.place.parent or ""] if order.place.is_counter else order.place
    key = unit_month_of(place, order.period)
    if key is None or order.period.is_open(today) or (numbers := newest_numbers(connection, key)) is None:
        return None
    closing = thaw(numbers).closing
    assert closing is not None  # noqa: S101 - whatever is kept was closed
    return replace(closing, waits=waits(connection, key), is_live=True)


@dataclass(frozen=True, slots=True)
class Stand:
    """Which numbers hold of a unit's closed month."""

    place: str
    """The unit's path."""
    period: str
    digest: str
    """SHA-256 of the kept numbers, hex."""
    changes_wait: bool

    def is_of(self, book: Book) -> bool:
        """Whether a report is of these numbers."""
        waits_there = book.closing is not None and book.closing.waits
        return book.is_kept and (book.digest, waits_there) == (self.digest, self.changes_wait)


def stand_of(services: Services, reader: Reader, unit: str, month: str) -> Stand | None:
    """Which numbers the report of a unit's closed month has, without making it.

    None where none was kept; what is wrong with the question is said by whoever makes the report.
    """
    today = date.fromisoformat(services.days.today(services.now())[0])
    with suppress(UsageWrong), services.database.reading() as connection:
        period, found = parse_period(month), unit_seen(connection, unit, reader.path)
        key = UnitMonth(found.unit_id, period.first)
        if period.kind is Kind.MONTH and not period.is_open(today) and (versions := versions_of(connection, key)):
            return Stand(found.path, period.code, versions[-1].hash.hex(), waits(connection, key))
    return None


def is_closed(services: Services, place: Place, period: Period) -> bool:
    """Whether the report of a unit's month was closed; not what it says."""
    key = unit_month_of(place, period)
    if key is None:
        return False
    with services.database.reading() as connection:
        return bool(versions_of(connection, key))


def shelf_of(services: Services, place: Place, period: Period) -> Shelf | None:
    """Everything that was kept of a unit's month; None where it was not closed."""
    key = unit_month_of(place, period)
    if key is None:
        return None
    with services.database.reading() as connection:
        numbers = newest_numbers(connection, key)
        if numbers is None:
            return None
        closing = thaw(numbers).closing
        assert closing is not None  # noqa: S101 - whatever is kept was closed
        closing = replace(closing, waits=waits(connection, key))
        versions, files = tuple(versions_of(connection, key)), tuple(files_of(connection, key))
    return Shelf(place, period, closing, versions, files)


def months_kept(services: Services, reader: Reader, unit: str | None) -> list[str]:
    """The months of a unit that were closed, the newest first.

    Raises UsageWrong for a unit that is not to be seen.
    """
    with services.database.reading() as connection:
        place = find_place(read_places(connection, services.missed(connection)), unit, None, reader.path)
        unit_id = NOWHERE if place.key == EVERYTHING else place.unit_id
        return [f"{month:%Y-%m}" for month in closed_months(connection, unit_id)] if unit_id is not None else []


def find_shelf(services: Services, reader: Reader, unit: str | None, month: str) -> Shelf:
    """Everything that was kept of the month of a unit that ``reader`` may see.

    Raises UsageWrong for a unit that is not to be seen, and a month that was not closed.
    """
    period = parse_period(month)
    with services.database.reading() as connection:
        places = read_places(connection, services.missed(connection))
        place = find_place(places, unit, None, reader.path)
        shelf = shelf_of(services, place, period)
    if shelf is None:
        raise UsageWrong("the month {month} of this unit was not closed here", month=period.code)
    return shelf


def take_kept(services: Services, shelf: Shelf, number: int, form: str) -> bytes:
    """A file of a kept report as it was made, or its numbers (``json``).

    Raises UsageWrong where there is none.
    """
    key = unit_month_of(shelf.place, shelf.period)
    assert key is not None  # noqa: S101 - it is on the shelf
    with services.database.reading() as connection:
        body = numbers_of(connection, key, number) if form == "json" else body_of(connection, key, number, form)
    if body is None:
        raise UsageWrong("there is no such file of this month, or not yet")
    return body


def kept_file(services: Services, book: Book, form: str, language: str) -> bytes | None:
    """The file that was made of a kept report, where this one is that report as it was kept; None otherwise."""
    if not book.is_kept or book.closing is None or book.versus is not None or book.reason_months:
        return None
    key = unit_month_of(book.place, book.period)
    if key is None or book.method is not Method.TOP2BOX:
        return None
    with services.database.reading() as connection:
        made = [file for file in files_of(connection, key) if file.number == book.closing.number]
        if not any(file.form == form and file.language == language for file in made):
            return None
        return body_of(connection, key, book.closing.number, form)
