"""Report: a place's tables for programs, the very ones of the page."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import JSONResponse, Response

from kiosk.base.texts import texts
from sync.collector.api.depends import MayTake, TheServices
from sync.collector.api.described import READER_PROBLEMS
from sync.collector.api.noted import note_reading
from sync.collector.figures.book import Book, Closing, Sums
from sync.collector.figures.tables import tables_of
from sync.collector.fleet.places.units import PLACE_CODE
from sync.collector.services import reports
from sync.collector.words.notice import NOTICE
from sync.collector.words.phrases import Phrases

router = APIRouter(tags=["reports"])
Code = Annotated[str | None, Query(pattern=f"^{PLACE_CODE}$", description="Its code")]


@router.get(
    "/v1/report", responses={200: {"content": {"application/json": {"schema": {"type": "object"}}}}, **READER_PROBLEMS}
)
async def get_report(
    services: TheServices,
    reader: MayTake,
    unit: Code = None,
    counter: Code = None,
    period: Annotated[str, Query(max_length=24, description="2026-11-20, 2026-W47, 2026-11, 2026-Q4, 2026, A..B")] = "",
    compare: Annotated[str, Query(max_length=24, description="Another period; by default the one before")] = "",
    question: Annotated[str, Query(max_length=120, description="sipas-5@1:overall")] = "",
    measure: Annotated[str, Query(max_length=12, description="top2box (default) or mean5")] = "",
    versus: Annotated[str, Query(max_length=82, description="Another UNIT or UNIT:COUNTER in the same period")] = "",
) -> Response:
    """Every table of a place's report; a cell without a number says why."""
    query = reports.Query(unit, counter, period, compare, question, measure, versus)
    book = await asyncio.to_thread(reports.read_book, services, reader, query)
    asked = {"period": book.period.code, "compare": compare, "question": question, "measure": measure, "versus": versus}
    await note_reading(services, reader, "/v1/report", book.place.key or "*", asked)
    phrases = Phrases(texts("collector", "en"), services.config.zone, services.now())
    return JSONResponse(book_json(book, phrases), headers={"Cache-Control": "no-store"})


def book_json(book: Book, p: Phrases) -> dict[str, Any]:
    """The report in JSON; percentages are decimals as text, so that none is rounded twice."""
    return {
        "place": book.place.code,
        "period": book.period.code,
        "from": book.days.first.isoformat(),
        "to": book.days.last.isoformat(),
        "compared_with": [book.before.first.isoformat(), book.before.last.isoformat()],
        "question": book.asked.code,
        "measure": book.method,
        "made_at": book.made_at.isoformat(),
        "notice": NOTICE,
        "recorded": book.recorded,
        "waits": p.waits(book),
        "closed": closing_json(book.closing),
        "questions": [
            {
                "question": part.series.asked.code,
                "versions": [survey.ref for survey in part.series.versions],
                "changes": p.changed(part.series),
                "n": part.me.n,
                "recorded": part.me.recorded,
                "waiting": dict(sorted(part.me.waits.items())),
                "set_aside": part.me.aside_n,
                "places_without": part.left_out,
                "table": f"other_{number}" if number else "figures",
            }
            for number, part in enumerate(book.parts)
        ],
        "tables": {table.key: table.plain_rows() for table in tables_of(book, p.titles_of(book))},
    }


def closing_json(closing: Closing | None) -> dict[str, Any] | None:
    """That the month was closed, and each correction with the figures before and after it."""
    if closing is None:
        return None
    return {
        "at": closing.made_at.isoformat(),
        "number": closing.number,
        "kept": not closing.is_live,
        "changes_wait": closing.waits,
        "corrections": [
            {
                "number": one.number,
                "at": one.made_at.isoformat(),
                "causes": list(one.causes),
                "changes": [
                    {"question": changed.code, "before": _sums_json(changed.before), "after": _sums_json(changed.after)}
                    for changed in one.changed
                ],
            }
            for one in closing.corrections
        ],
    }


def _sums_json(sums: Sums) -> dict[str, int | None]:
    return {
        "n": sums.n,
        "satisfied": sums.satisfied,
        "set_aside": sums.aside,
        "waiting": sums.waiting,
        "recorded": sums.recorded,
        "transactions": sums.transactions,
        "transactions_rated": sums.rated,
    }
