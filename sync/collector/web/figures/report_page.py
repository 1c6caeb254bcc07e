"""Report pages: a place in a period, its reasons, and how each figure was made."""

import asyncio
from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import RedirectResponse, Response

from sync.collector.api.depends import MayRead, TheServices
from sync.collector.calendar.periods import Kind, Period, parse_period, period_of
from sync.collector.drawing import charts
from sync.collector.export.forms import paper_in_page
from sync.collector.figures.attention import find_matters
from sync.collector.figures.book import Book
from sync.collector.figures.lines import ReasonLine
from sync.collector.figures.places import NoCounterYet, Place
from sync.collector.figures.ranks import ranked
from sync.collector.figures.tables import tables_of
from sync.collector.people.rights import Reader
from sync.collector.services import reports
from sync.collector.services.closed import shelf_of
from sync.collector.services.reports import LAST_YEAR, read_book
from sync.collector.services.services import Services
from sync.collector.web.care.cases_page import panel_of
from sync.collector.web.care.comments_page import about_counter
from sync.collector.web.care.signals_page import count_signs
from sync.collector.web.shared.heard import read_heard
from sync.collector.web.shared.rendering import phrases_of, render, words_of
from sync.collector.words.changed import why_of
from sync.collector.words.phrases import Phrases

router = APIRouter(include_in_schema=False)

CHOICES = 12
"""How many periods back the list offers."""
NEWEST = {Kind.DAY: "ngay", Kind.WEEK: "tuan", Kind.MONTH: "thang", Kind.QUARTER: "quy", Kind.YEAR: "nam"}
"""In the place of a period: the newest of a kind that has numbers to show; without any, the newest month."""
SUBJECTS = ("share", "n", "answered", "bad", "aside", "reasons", "trend", "versus")

Ky = Annotated[str, Query(max_length=24)]


@dataclass(frozen=True, slots=True)
class ReportAddress:
    """What an address says besides the place: all of a page's state is in it."""

    ky: Ky = ""
    """The period."""
    so: Ky = ""
    """The period to compare with."""
    phieu: Annotated[str, Query(max_length=120)] = ""
    """The question."""
    do: Annotated[str, Query(max_length=12)] = ""
    """The measure."""
    voi: Annotated[str, Query(max_length=82)] = ""
    """The unit or counter to compare with."""

    def query(self, unit: str | None, counter: str | None) -> reports.Query:
        """The report that the address asks for."""
        newest = next((kind for kind, name in NEWEST.items() if name == self.ky), None if self.ky else Kind.MONTH)
        period = "" if newest else self.ky
        return reports.Query(unit, counter, period, self.so, self.phieu, self.do, self.voi, newest=newest)


Asks = Annotated[ReportAddress, Depends()]


@router.get("/t")
@router.get("/t/{unit}")
@router.get("/t/{unit}/{counter}")
async def show_place(
    request: Request,
    services: TheServices,
    reader: MayRead,
    asks: Asks,
    unit: str | None = None,
    counter: str | None = None,
) -> Response:
    """The overview of the reader's units, of a unit, or of a counter."""
    if (tidy := _tidy(request)) is not None:
        return tidy
    return await place_page(request, services, reader, asks.query(unit, counter))


async def place_page(request: Request, services: Services, reader: Reader, query: reports.Query) -> Response:
    """The page of a place for this reader, or that of the first day, before there is any counter."""
    try:
        book = await asyncio.to_thread(read_book, services, reader, query)
    except NoCounterYet:
        return render(request, "first_day.html", place=None)
    if not book.counters and not book.place.is_counter:
        return render(request, "first_day.html", place=book.place)
    beside = await asyncio.to_thread(_read_beside, services, reader, book, phrases_of(request))
    because = why_of(book, phrases_of(request)) if book.place.is_counter and book.me.points is not None else ""
    printed = await asyncio.to_thread(paper_in_page, services, book, words_of(request))
    matters = find_matters(book)
    return _page(request, "place.html", book, **beside, matters=matters, because=because, printed=printed)


def _read_beside(services: Services, reader: Reader, book: Book, p: Phrases) -> dict[str, Any]:
    """What stands on the page of a place beside its report."""
    with services.database.reading():
        return {
            "cases": panel_of(services, reader, book, p),
            "written": about_counter(services, reader, book.place, p),
            "signs": count_signs(services, reader, book.place.key),
            "heard": read_heard(services, book.kiosks),
            "shelf": shelf_of(services, book.place, book.period) if book.closing else None,
        }


@router.get("/ly-do")
@router.get("/ly-do/{unit}")
@router.get("/ly-do/{unit}/{counter}")
async def show_reasons(
    request: Request,
    services: TheServices,
    reader: MayRead,
    asks: Asks,
    unit: str | None = None,
    counter: str | None = None,
) -> Response:
    """What influenced the ratings of a place."""
    if (tidy := _tidy(request)) is not None:
        return tidy
    query = replace(asks.query(unit, counter), in_detail=True, weeks=False)
    book = await asyncio.to_thread(read_book, services, reader, query)
    return _page(request, "reasons.html", book, by_factor=_by_factor(book))


@router.get("/giai-thich/{subject}")
@router.get("/giai-thich/{subject}/{unit}")
@router.get("/giai-thich/{subject}/{unit}/{counter}")
async def show_explanation(
    request: Request,
    services: TheServices,
    reader: MayRead,
    asks: Asks,
    subject: str,
    unit: str | None = None,
    counter: str | None = None,
) -> Response:
    """How one figure was made: the dialog's content, or a page of its own without script."""
    book = await asyncio.to_thread(read_book, services, reader, asks.query(unit, counter))
    subject = subject if subject in SUBJECTS else SUBJECTS[0]
    inside = request.headers.get("hx-request") == "true"
    return _page(request, "explain_inside.html" if inside else "explain.html", book, subject=subject)


def _tidy(request: Request) -> Response | None:
    """A redirect to the address that names a free range by one key; None where the form was not used."""
    query = request.query_params
    if not {"tu", "den"} <= set(query):
        return None
    kept = {key: value for key, value in query.items() if key not in ("tu", "den", "ky") and value}
    first, last = sorted((query["tu"][:10], query["den"][:10]))
    parse_period(f"{first}..{last}")
    return RedirectResponse(phrases_of(request).way(request.url.path, **kept, ky=f"{first}..{last}"), 303)


def _page(request: Request, template: str, book: Book, **more: Any) -> Response:
    p = phrases_of(request)
    query = {key: request.query_params.get(key, "") for key in ("ky", "so", "phieu", "do", "voi")}
    if (asked := query["ky"]) in NEWEST.values():
        # What is opened from here is about the period that stands here, also when the next one has numbers.
        query["ky"] = book.period.code
    titles = p.titles_of(book)
    tables = {table.key: table for table in tables_of(book, titles)}
    values: dict[str, Any] = {
        "book": book,
        "query": query,
        "onward": {**query, "voi": ""},
        "tables": tables,
        "children": tables.get("places"),
        "ranked": ranked(book),
        "axis": charts.axis_for([line.figure for line in [*book.children, book.me]]),
        "kinds": kinds_of(book),
        "last_week": _last_week(book),
        "begun": _begun(book, asked),
        "choices": choices_of(book),
        "address": address_of,
        "LAST_YEAR": LAST_YEAR,
        "questions": questions_of(p, book),
    }
    return render(request, template, **values, **more)


def address_of(place: Place, part: str = "/t") -> str:
    """The page of a place."""
    if place.is_counter:
        return f"{part}/{place.key.rpartition('/:')[0].rpartition('/')[2]}/{place.code}"
    return f"{part}/{place.code}" if place.code else part


def questions_of(p: Phrases, book: Book) -> list[tuple[str, str]]:
    """Every question that was answered in the period, by its code and in its own words."""
    found = [(series.asked.code, series.question) for series in book.answered]
    return [(code, p.words(question.text) if question else code) for code, question in found]


def kinds_of(book: Book) -> list[tuple[Kind, str]]:
    """Each kind of period: the newest with numbers, or beside a period that is over the one in which it ends.

    A shorter one that is not over yet gives way to the one before: beside November that is the last whole week of it.
    """
    return [(kind, _last_of(kind, book)) for kind in NEWEST]


def _last_of(kind: Kind, book: Book) -> str:
    if book.is_open:
        return NEWEST[kind]
    period = period_of(kind, book.period.last)
    return (period.previous if period.is_open(book.today) and period.first > book.period.first else period).code


def _last_week(book: Book) -> str:
    """Beside a period that is not over the last week that is, whatever the new one has; else nothing."""
    return period_of(Kind.WEEK, book.today).previous.code if book.is_open else ""


def _begun(book: Book, asked: str) -> Period | None:
    """The period that has just begun, where the one before stands in its place."""
    return period_of(book.period.kind, book.today) if asked in ("", *NEWEST.values()) and not book.is_open else None


def choices_of(book: Book) -> list[Period]:
    """Periods of the same kind to choose from, the newest first."""
    newest = book.period if book.period.kind is Kind.RANGE else period_of(book.period.kind, book.today)
    found: list[Period] = []
    back = max(newest, book.period, key=lambda period: period.first)
    while len(found) < CHOICES or back.first >= book.period.first:
        found.append(back)
        back = back.previous
        if len(found) > CHOICES * 4 or back.first.year < 2000:
            break
    return found if book.period in found else [book.period, *found]


def _by_factor(book: Book) -> list[tuple[str, list[ReasonLine]]]:
    """The reasons under their SIPAS factor, the factor of the most chosen one first."""
    groups: dict[str, list[ReasonLine]] = {}
    for line in book.reasons:
        groups.setdefault(((line.reason.factor if line.reason else None) or "")[:1], []).append(line)
    return list(groups.items())
