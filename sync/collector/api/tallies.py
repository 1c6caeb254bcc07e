"""Tallies: the counts of the page Today for any days, for programs."""

import asyncio
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import JSONResponse, Response

from kiosk.base.texts import texts
from kiosk.domain.numbers.measures import Share
from sync.collector.api.depends import MayTake, TheServices
from sync.collector.api.described import READER_PROBLEMS
from sync.collector.api.noted import note_reading
from sync.collector.calendar.periods import LAST_DAY
from sync.collector.figures.book import Book, Part
from sync.collector.figures.lines import Answered, PlaceLine
from sync.collector.figures.places import Place
from sync.collector.fleet.places.units import PLACE_CODE
from sync.collector.services.reports import Span, read_span
from sync.collector.words.notice import NOTICE
from sync.collector.words.phrases import Phrases
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
    reader: MayTake,
    first: Annotated[date | None, Query(alias="from")] = None,
    last: Annotated[date | None, Query(alias="to")] = None,
    unit: Code = None,
    counter: Code = None,
) -> Response:
    """Counts and measures per survey, question and counter, from one local day to another (today by default)."""
    now = services.now()
    today = date.fromisoformat(services.days.today(now)[0])
    span = Span(first or last or today, last or max(first or today, today), unit, counter)
    if span.first > span.last:
        raise WireError("from is after to")
    if span.first < FIRST_DAY or span.last > LAST_DAY:
        raise WireError(f"days are from {FIRST_DAY} to {LAST_DAY}")
    book = await asyncio.to_thread(read_span, services, reader, span)
    asked = {"from": span.first.isoformat(), "to": span.last.isoformat()}
    await note_reading(services, reader, "/v1/tallies", counter or unit or reader.path or "*", asked)
    return JSONResponse(
        counts_json(book, services.config.time_zone, Phrases(texts("collector", "en"), services.config.zone, now))
    )


def counts_json(book: Book, time_zone: str, p: Phrases) -> dict[str, Any]:
    """The counts in JSON; percentages are decimals as text, so that none is rounded twice."""
    policy = book.policy
    return {
        "from": book.period.first.isoformat(),
        "to": book.period.last.isoformat(),
        "time_zone": time_zone,
        "made_at": book.made_at.isoformat(),
        "notice": NOTICE,
        "disclosure": {
            "cell_min": policy.cell_min,
            "percent_min": policy.percent_min,
            "step": policy.step,
            "delay": policy.delay,
        },
        "recorded": book.recorded,
        "waits": p.waits(book),
        "undated": [place.code for place in book.undated],
        "tables": [_table_json(part) for part in book.parts],
    }


def _table_json(part: Part) -> dict[str, Any]:
    return {
        "survey": part.series.ref,
        "question": part.series.asked.question,
        "series": part.series.asked.survey,
        "versions": [survey.ref for survey in part.series.versions],
        "levels": [
            {"level": value, "text": dict(level.text) if (level := part.level(value)) else {}} for value in part.levels
        ],
        "counters": [{**_place_json(line.place), **_line_json(line)} for line in part.counters],
        "total": _line_json(part.me),
    }


def _place_json(place: Place) -> dict[str, Any]:
    return {
        "counter": place.code,
        "name": place.name,
        "unit": place.unit,
        "last_contact": [at.isoformat() if (at := kiosk.last_contact) else None for kiosk in place.kiosks],
        "silent": [kiosk.silent for kiosk in place.kiosks],
    }


def _line_json(line: PlaceLine) -> dict[str, Any]:
    return {
        "counted": line.shown.n,
        "by_level": {str(level): n for level, n in sorted(line.shown.counts.items())},
        "hidden": line.shown.hidden,
        "waiting": line.shown.waiting,
        "recorded": line.recorded,
        "waits": dict(sorted(line.waits.items())),
        "measure": share_json(line.parts, percent=line.shown.percent),
        "set_aside": {str(standing): n for standing, n in sorted(line.aside.items())},
        "measure_with_set_aside": share_json(line.parts_with_aside, percent=line.shown.percent),
        "participation": _answered_json(line.answered),
    }


def _answered_json(answered: Answered | None) -> dict[str, Any] | None:
    """Who took part on the days that are over and whose transactions are known; None where none is."""
    if answered is None:
        return None
    known = {"counter_days_known": answered.known, "counter_days": answered.of}
    return {**(share_json(answered.share, percent=True) or {}), **known}


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
