"""Comments: how many there are of each unit and in which state, for programs; no word of any."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import date

from fastapi import Request
from starlette.responses import Response

from sync.collector.api.data import shapes
from sync.collector.api.data.asked import FIRST_DAY, FinalDay, FirstDay, UnitCode, require_days
from sync.collector.api.data.described import SECURED, described
from sync.collector.api.data.paging import Page, ThePage, link_to
from sync.collector.api.data.questions import door_router
from sync.collector.api.data.sending import Format, csv_answer, json_answer
from sync.collector.api.depends import MayCountComments, TheServices
from sync.collector.api.noted import note_reading
from sync.collector.calendar.periods import LAST_DAY
from sync.collector.care.comments.inbox import CommentState, Query, count_by_unit
from sync.collector.fleet.places.units import path_seen
from sync.collector.people.rights import Reader, Right
from sync.collector.services.services import Services

router = door_router("comments", Right.DECIDE)
_COLUMNS = ("unit", "name", "new", "doing", "done", "spam")
Days = tuple[date, date] | None


@router.get("/v1/comments", responses=described("Comments"), openapi_extra=SECURED)
async def get_comments(
    request: Request,
    services: TheServices,
    reader: MayCountComments,
    page: ThePage,
    first: FirstDay = None,
    last: FinalDay = None,
    unit: UnitCode = None,
    form: Format = "json",
) -> Response:
    """How many comments were published of each unit, by state; without days, those of all times.

    A comment is published when its week is over, and its week is told only where at least five ratings share it: days
    find those of which it is told that they were written between them.
    """
    days = None if first is None and last is None else (first or FIRST_DAY, last or LAST_DAY)
    if days is not None:
        require_days(*days)
    answer = await asyncio.to_thread(_comments, services, reader, unit, days, page)
    await note_reading(
        services, reader, "/v1/comments", unit or reader.path or "*", {"from": answer.first, "to": answer.last}
    )
    if form == "csv":
        return csv_answer(request, answer.units, _COLUMNS, link_to(request, answer.next))
    return json_answer(request, answer, link_to(request, answer.next))


def _comments(services: Services, reader: Reader, unit: str | None, days: Days, page: Page) -> shapes.Comments:
    with services.database.reading() as connection:
        found = count_by_unit(connection, Query(path_seen(connection, unit, reader.path), days=days))
    total: Counter[CommentState] = sum(map(Counter, found.values()), Counter())
    wanted, cursor = page.of(list(found), lambda at: (at.path,))
    first, last = (None, None) if days is None else (day.isoformat() for day in days)
    return shapes.Comments(
        first=first,
        last=last,
        time_zone=services.config.time_zone,
        total=shapes.CommentCounts(*_by_state(total)),
        units=[shapes.UnitComments(*_by_state(found[at]), unit=at.code, name=at.name) for at in wanted],
        next=cursor,
    )


def _by_state(counts: Mapping[CommentState, int]) -> tuple[int, int, int, int]:
    new, doing, done, spam = (counts.get(state, 0) for state in CommentState)
    return new, doing, done, spam
