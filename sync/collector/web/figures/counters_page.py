"""Counters' page: every counter of a subtree in one table, sorted and searched here, page after page."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from sync.collector.api.depends import MayRead, TheServices
from sync.collector.figures.attention import has_fallen, has_risen
from sync.collector.figures.book import Book
from sync.collector.figures.places import NoCounterYet
from sync.collector.people.rights import Reader
from sync.collector.services import reports
from sync.collector.services.closed import is_closed
from sync.collector.services.services import Services
from sync.collector.web.figures.counters_query import DOWN, FELL, PER_PAGE, ROSE, CountersQuery
from sync.collector.web.figures.report_page import (
    NEWEST,
    ReportAddress,
    address_of,
    choices_of,
    kinds_of,
    questions_of,
)
from sync.collector.web.shared.rendering import phrases_of, render
from sync.collector.words.phrases import Phrases

router = APIRouter(include_in_schema=False)

BY_CHANCE = 40
"""At 95 %, one of so many counters that did not change is called plainly lower all the same, and one higher."""


@router.get("/quay")
@router.get("/quay/{unit}")
async def show_counters(request: Request, services: TheServices, reader: MayRead, unit: str | None = None) -> Response:
    """The counters of the reader's units, or of one unit and all below it."""
    query = CountersQuery.of(request.query_params)
    wanted = ReportAddress(query.period, query.other, query.asked, query.measure).query(unit, None)
    try:
        book, is_kept = await asyncio.to_thread(_read, services, reader, wanted)
    except NoCounterYet:
        return render(request, "first_day.html", place=None)
    if not book.counters:
        return render(request, "first_day.html", place=book.place)
    return render(request, "counters.html", **_values(book, query, phrases_of(request)), is_closed=is_kept)


def _read(services: Services, reader: Reader, query: reports.Query) -> tuple[Book, bool]:
    book = reports.read_counters(services, reader, query)
    return book, is_closed(services, book.place, book.period)


def _values(book: Book, query: CountersQuery, p: Phrases) -> Mapping[str, Any]:
    """What the table shows, and how many counters each choice beside it would show."""
    if query.period in NEWEST.values():
        # What is opened from here is about the period that stands here, also when the next one has numbers.
        query = replace(query, period=book.period.code)
    sought = query.narrow(book.counters)
    found = query.arrange(query.narrow_by_change(sought))
    pages = max(1, -(-len(found) // PER_PAGE))
    page = min(query.page, pages)
    compared = sum(line.points is not None for line in book.counters)
    return {
        "book": book,
        "query": query,
        "shown": found[(page - 1) * PER_PAGE : page * PER_PAGE],
        "first": (page - 1) * PER_PAGE + 1,
        "page": page,
        "pages": pages,
        "found": len(found),
        "counts": {"": len(sought), FELL: sum(map(has_fallen, sought)), ROSE: sum(map(has_risen, sought))},
        "has_fallen": has_fallen,
        "compared": compared,
        "by_chance": -(-compared // BY_CHANCE),
        "onward": {"ky": query.period, "so": query.other, "phieu": query.asked, "do": query.measure},
        "kinds": kinds_of(book),
        "choices": choices_of(book),
        "questions": questions_of(p, book),
        "address": address_of,
        "DOWN": DOWN,
    }
