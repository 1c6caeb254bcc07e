"""Participation: who took part, where the transactions served are known, for programs."""

import asyncio
from collections.abc import Mapping, Sequence

from fastapi import Request
from starlette.responses import Response

from sync.collector.api.data import shapes
from sync.collector.api.data.asked import AskedSpan, days_of, subject_of
from sync.collector.api.data.described import SECURED, described
from sync.collector.api.data.paging import Page, ThePage, link_to
from sync.collector.api.data.questions import door_router
from sync.collector.api.data.sending import Column, Format, csv_answer, json_answer
from sync.collector.api.data.tallies import TOOK_PART, participation_of, unit_code_of
from sync.collector.api.depends import MayTake, TheServices
from sync.collector.api.noted import note_reading
from sync.collector.figures.lines import Answered
from sync.collector.figures.places import EVERYTHING, Place
from sync.collector.people.rights import Right
from sync.collector.services.reports import Span, read_participation
from sync.collector.services.services import Services

router = door_router("numbers", Right.EXPORT)
_COLUMNS: tuple[Column, ...] = (
    *((name, f"all.{name}") for name in ("from", "to")),
    *((name, f"line.{name}") for name in ("unit", "counter", "name")),
    *((name.replace(".", "_"), f"line.participation.{name}") for name in TOOK_PART),
)


@router.get("/v1/participation", responses=described("Participations"), openapi_extra=SECURED)
async def get_participation(
    request: Request, services: TheServices, reader: MayTake, span: AskedSpan, page: ThePage, form: Format = "json"
) -> Response:
    """Visits rated of transactions served at each counter, on days that are over and whose transactions are known."""
    counters, took_part = await asyncio.to_thread(read_participation, services, reader, span)
    await note_reading(services, reader, "/v1/participation", subject_of(span, reader), days_of(span))
    answer = _participation(services, span, counters, took_part, page)
    if form == "json":
        return json_answer(request, answer, link_to(request, answer.next))
    lines = [{"all": answer, "line": line} for line in answer.counters]
    return csv_answer(request, lines, _COLUMNS, link_to(request, answer.next))


def _participation(
    services: Services, span: Span, counters: Sequence[Place], took_part: Mapping[str, Answered], page: Page
) -> shapes.Participations:
    wanted, cursor = page.of(counters, lambda place: (place.key,))
    lines = [
        shapes.CounterParticipation(
            unit_code_of(place.key), place.code, place.name, participation_of(took_part.get(place.key))
        )
        for place in wanted
    ]
    total = participation_of(took_part.get(EVERYTHING))
    first, last = span.first.isoformat(), span.last.isoformat()
    return shapes.Participations(first, last, services.config.time_zone, total, lines, cursor)
