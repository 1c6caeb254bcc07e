"""Tallies: the same table as the page's, for programs."""

import asyncio
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import JSONResponse, Response

from kiosk.domain.numbers.measures import Share
from sync.collector.api.depends import MayExport, TheServices
from sync.collector.api.described import READER_PROBLEMS
from sync.collector.api.noted import note_reading
from sync.collector.calendar.periods import LAST_DAY
from sync.collector.figures.book import Rules
from sync.collector.figures.today import Report, Row, Span, Table, make_report
from sync.collector.fleet.places.units import PLACE_CODE
from sync.collector.services.services import Services
from sync.collector.words.notice import NOTICE
from sync.protocol.errors import WireError

router = APIRouter(tags=["reports"])
FIRST_DAY = date(1970, 1, 1)
"""Programs that want everything ask from the day on which dead clocks begin, as ``kiosk demo`` does."""
Code = Annotated[str | None, Query(pattern=f"^{PLACE_CODE}$", description="Its code")]


@router.get(
    "/v1/tallies",
    responses={200: {"content": {"application/json": {"schema": {"type": "object"}}}}, **READER_PROBLEMS},
)
async def get_tallies(
    services: TheServices,
    reader: MayExport,
    first: Annotated[date | None, Query(alias="from")] = None,
    last: Annotated[date | None, Query(alias="to")] = None,
    unit: Code = None,
    counter: Code = None,
) -> Response:
    """Counts and measures per survey, question and counter, from one local day to another (today by default)."""
    now = services.now()
    today = date.fromisoformat(services.days.today(now)[0])
    span = Span(first or last or today, last or max(first or today, today), unit, counter, reader.path)
    if span.first > span.last:
        raise WireError("from is after to")
    if span.first < FIRST_DAY or span.last > LAST_DAY:
        raise WireError(f"days are from {FIRST_DAY} to {LAST_DAY}")
    report = await asyncio.to_thread(read_report, services, span)
    asked = {"from": span.first.isoformat(), "to": span.last.isoformat()}
    await note_reading(services, reader, "/v1/tallies", counter or unit or reader.path or "*", asked)
    return JSONResponse(report_json(report, services.config.time_zone))


def read_report(services: Services, span: Span) -> Report:
    """The report of ``span`` as of now."""
    services.release()
    now = services.now()
    present = services.days.today(now)
    rules = Rules(now, date.fromisoformat(present[0]), services.config.policy, services.surveys, present)
    with services.database.reading() as connection:
        return make_report(connection, span, rules, services.missed(connection))


def report_json(report: Report, time_zone: str) -> dict[str, Any]:
    """The report in JSON; percentages are decimals as text, so that none is rounded twice."""
    policy = report.policy
    return {
        "from": report.span.first.isoformat(),
        "to": report.span.last.isoformat(),
        "time_zone": time_zone,
        "made_at": report.made_at.isoformat(),
        "notice": NOTICE,
        "disclosure": {
            "cell_min": policy.cell_min,
            "percent_min": policy.percent_min,
            "step": policy.step,
            "delay": policy.delay,
        },
        "recorded": _recorded(report),
        "undated": [place.code for place in report.undated],
        "tables": [_table_json(table) for table in report.tables],
    }


def _recorded(report: Report) -> int | None:
    """All ratings of the span, counted and set aside; None where a part of them is hidden."""
    if any(table.total.shown.hidden for table in report.tables):
        return None
    return sum(table.total.recorded for table in report.tables)


def _table_json(table: Table) -> dict[str, Any]:
    return {
        "survey": table.survey,
        "question": table.question,
        "levels": [
            {"level": value, "text": dict(level.text) if (level := table.level(value)) else {}}
            for value in table.levels
        ],
        "counters": [_row_json(row) for row in table.rows],
        "total": _row_json(table.total),
    }


def _row_json(row: Row) -> dict[str, Any]:
    place = row.place
    of_place = (
        {}
        if place is None
        else {
            "counter": place.code,
            "name": place.name,
            "unit": place.unit,
            "last_contact": [at.isoformat() if (at := kiosk.last_contact) else None for kiosk in place.kiosks],
            "silent": [kiosk.silent for kiosk in place.kiosks],
        }
    )
    return {
        **of_place,
        "counted": row.shown.n,
        "by_level": {str(level): n for level, n in sorted(row.shown.counts.items())},
        "hidden": row.shown.hidden,
        "waiting": row.shown.waiting,
        "measure": share_json(row.share, percent=row.shown.percent),
        "set_aside": {str(standing): n for standing, n in sorted(row.aside.items())},
        "measure_with_set_aside": share_json(row.share_with_aside, percent=row.shown.percent),
        "participation": None,
    }


def share_json(share: Share | None, *, percent: bool) -> dict[str, Any] | None:
    """A share with all it was made of; without a percentage where the base is too small for one."""
    if share is None:
        return None
    value, interval = (share.percent(), share.interval()) if percent else (None, None)
    return {
        "method": share.method,
        "numerator": share.numerator,
        "denominator": share.denominator,
        "percent": None if value is None else str(value),
        "wilson_95": None if interval is None else [str(end) for end in interval],
    }
