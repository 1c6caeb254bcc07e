"""Series: which questions were answered, in which words and on which scale, for programs."""

import asyncio

from fastapi import Request
from starlette.responses import Response

from sync.collector.api.data import shapes
from sync.collector.api.data.asked import AskedSpan, days_of, subject_of
from sync.collector.api.data.described import SECURED, described
from sync.collector.api.data.paging import Page, ThePage, link_to
from sync.collector.api.data.questions import door_router
from sync.collector.api.data.sending import Format, csv_answer, json_answer
from sync.collector.api.depends import MayTake, TheServices
from sync.collector.api.noted import note_reading
from sync.collector.figures.book import Book, Part
from sync.collector.people.rights import Right
from sync.collector.services.reports import read_span
from sync.collector.services.services import Services

router = door_router("numbers", Right.EXPORT)
_COLUMNS = ("code", "series", "survey", "question", ("text", "text.vi"), "versions", "recorded", "counted")


@router.get("/v1/series", responses=described("EverySeries"), openapi_extra=SECURED)
async def get_series(
    request: Request, services: TheServices, reader: MayTake, span: AskedSpan, page: ThePage, form: Format = "json"
) -> Response:
    """The questions that were answered in these days and places, each with the versions that are added up."""
    book = await asyncio.to_thread(read_span, services, reader, span)
    await note_reading(services, reader, "/v1/series", subject_of(span, reader), days_of(span))
    answer = _series(services, book, page)
    if form == "csv":
        return csv_answer(request, answer.series, _COLUMNS, link_to(request, answer.next))
    return json_answer(request, answer, link_to(request, answer.next))


def _series(services: Services, book: Book, page: Page) -> shapes.EverySeries:
    wanted, cursor = page.of([part for part in book.parts if part.me.is_told], lambda part: (part.series.asked.code,))
    first, last = book.period.first.isoformat(), book.period.last.isoformat()
    return shapes.EverySeries(first, last, services.config.time_zone, [_one(part) for part in wanted], cursor)


def _one(part: Part) -> shapes.OneSeries:
    asked, question = part.series.asked, part.question
    known = {value: part.level(value) for value in part.levels}
    levels = [
        shapes.SeriesLevel(value, level.satisfied if level else None, dict(level.text) if level else {})
        for value, level in known.items()
    ]
    return shapes.OneSeries(
        asked.code, asked.survey, part.series.ref, asked.question, dict(question.text) if question else {},
        [survey.ref for survey in part.series.versions], levels, part.me.recorded, part.me.n,
    )  # fmt: skip
