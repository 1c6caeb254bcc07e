"""Report: a place's tables for programs, the very ones of the page."""

import asyncio
from collections.abc import Iterator
from hashlib import sha256
from importlib.metadata import version
from typing import Annotated

import msgspec
from fastapi import Query, Request
from starlette.responses import Response

from kiosk.base.table import Mark, Table
from sync.collector.api.data import report_shapes as shapes
from sync.collector.api.data.asked import CounterCode, UnitCode, as_of
from sync.collector.api.data.described import SECURED, described
from sync.collector.api.data.questions import door_router
from sync.collector.api.data.sending import Format, csv_answer, json_answer, not_modified
from sync.collector.api.depends import MayTake, TheServices
from sync.collector.api.language import language_asked, words_asked
from sync.collector.api.noted import note_reading
from sync.collector.errors import QuestionWrong
from sync.collector.figures.book import Book, Closing, Part, Sums
from sync.collector.figures.tables import tables_of
from sync.collector.people.rights import Right
from sync.collector.services import reports
from sync.collector.services.closed import Stand, stand_of
from sync.collector.services.services import Services
from sync.collector.words.notice import NOTICE
from sync.collector.words.phrases import Phrases

router = door_router("numbers", Right.EXPORT)
_COLUMNS = ("table", "row", "column", "unit", "value", "without")


@router.get("/v1/report", responses=described("Report", is_paged=False), openapi_extra=SECURED)
async def get_report(
    request: Request,
    services: TheServices,
    reader: MayTake,
    unit: UnitCode = None,
    counter: CounterCode = None,
    period: Annotated[str, Query(max_length=24, description="2026-11-20, 2026-W47, 2026-11, 2026-Q4, 2026, A..B")] = "",
    compare: Annotated[str, Query(max_length=24, description="Another period; by default the one before")] = "",
    question: Annotated[str, Query(max_length=120, description="A `code` of `/v1/series`")] = "",
    measure: Annotated[str, Query(max_length=12, description="top2box (default) or mean5")] = "",
    versus: Annotated[str, Query(max_length=82, description="Another UNIT or UNIT:COUNTER in the same period")] = "",
    form: Format = "json",
) -> Response:
    """Every table of a place's report; a cell without a number says why.

    A month that was closed is told as it was kept. As CSV it is one line for each cell.
    """
    query = reports.Query(unit, counter, period, compare, question, measure, versus)
    asked = {"compare": compare, "question": question, "measure": measure, "versus": versus}
    is_plain = unit is not None and counter is None and not any((compare, question, versus))
    language = language_asked(request)
    stand = await asyncio.to_thread(stand_of, services, reader, unit or "", period) if is_plain else None
    if stand is not None and (known := not_modified(request, tag_of(services, stand, measure, form, language))):
        await note_reading(services, reader, "/v1/report", stand.place, {"period": stand.period} | asked)
        return known
    book = await asyncio.to_thread(reports.read_book, services, reader, query)
    _require_asked(book, question)
    await note_reading(services, reader, "/v1/report", book.place.key or "*", {"period": book.period.code} | asked)
    phrases = Phrases(words_asked(request), services.config.zone, book.made_at if book.is_kept else services.now())
    tag = tag_of(services, stand, measure, form, language) if stand is not None and stand.is_of(book) else None
    if form == "csv":
        return csv_answer(request, _cells(tables_of(book, phrases.titles_of(book))), _COLUMNS, tag=tag)
    return json_answer(request, report_of(services, book, phrases), tag=tag)


def _require_asked(book: Book, question: str) -> None:
    """Raise QuestionWrong where a report is about another question than was asked for, or about days to come."""
    if question and not book.main.series.is_named(question):
        raise QuestionWrong("question: there is no {code}; /v1/series has those that were answered", code=question[:40])
    if book.period.first > book.today:
        raise QuestionWrong("{month} has not begun yet", month=book.period.code)


def tag_of(services: Services, stand: Stand, measure: str, form: str, language: str) -> str:
    """The tag of a kept report: all that is in the answer follows from these, so nobody has to make it to know."""
    answered = (stand.digest, str(stand.changes_wait), measure, form, language)
    made = (services.config.time_zone, version("hailong"))
    return sha256("\n".join(answered + made).encode()).hexdigest()


def report_of(services: Services, book: Book, p: Phrases) -> shapes.Report:
    """The report; percentages are decimals as text, so that none is rounded twice."""
    tables = tables_of(book, p.titles_of(book))
    return shapes.Report(
        book.place.code, book.period.code, book.days.first.isoformat(), book.days.last.isoformat(),
        services.config.time_zone, [book.before.first.isoformat(), book.before.last.isoformat()], book.asked.code,
        book.method, as_of(book, services.config.zone).isoformat(), NOTICE, book.recorded, p.waits(book),
        closing_of(book.closing), [_question(part, number, p) for number, part in enumerate(book.parts)],
        {table.key: {column.key: str(column.form) for column in table.columns} for table in tables},
        {table.key: msgspec.convert(table.plain_rows(), list[dict[str, shapes.Cell]]) for table in tables},
    )  # fmt: skip


def _question(part: Part, number: int, p: Phrases) -> shapes.Question:
    return shapes.Question(
        part.series.asked.code, [survey.ref for survey in part.series.versions], p.changed(part.series), part.me.n,
        part.me.recorded, dict(sorted(part.me.waits.items())), part.me.aside_n, part.left_out,
        f"other_{number}" if number else "figures",
    )  # fmt: skip


def closing_of(closing: Closing | None) -> shapes.Closed | None:
    """That the month was closed, and each correction with the figures before and after it."""
    if closing is None:
        return None
    corrections = [
        shapes.Correction(
            one.number, one.made_at.isoformat(), [str(cause) for cause in one.causes],
            [shapes.Change(changed.code, _sums(changed.before), _sums(changed.after)) for changed in one.changed],
        )
        for one in closing.corrections
    ]  # fmt: skip
    return shapes.Closed(closing.made_at.isoformat(), closing.number, not closing.is_live, closing.waits, corrections)


def _sums(sums: Sums) -> shapes.Sums:
    return shapes.Sums(sums.n, sums.satisfied, sums.aside, sums.waiting, sums.recorded, sums.transactions, sums.rated)


def _cells(tables: tuple[Table, ...]) -> Iterator[dict[str, object]]:
    """One line for each cell of each table, rows counted from 1."""
    for table in tables:
        for number, row in enumerate(table.rows, 1):
            for column, cell in zip(table.columns, row, strict=True):
                without = str(cell) if isinstance(cell, Mark) else None
                found = {"table": table.key, "row": number, "column": column.key, "unit": str(column.form)}
                yield {**found, "value": None if without else str(cell), "without": without}
