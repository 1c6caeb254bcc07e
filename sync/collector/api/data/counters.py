"""Counters: where counters stand and stood, for programs: whoever has tallies needs the names."""

import asyncio
from collections.abc import Sequence
from typing import Any

from fastapi import Request
from sqlalchemy import Connection, Row, Select, select
from starlette.responses import Response

from sync.collector.api.data import shapes
from sync.collector.api.data.asked import UnitCode
from sync.collector.api.data.described import SECURED, described
from sync.collector.api.data.paging import Page, ThePage, link_to
from sync.collector.api.data.questions import door_router
from sync.collector.api.data.sending import Format, csv_answer, json_answer
from sync.collector.api.depends import MayTake, TheServices
from sync.collector.api.noted import note_reading
from sync.collector.fleet.places.units import path_seen
from sync.collector.people.rights import Reader, Right
from sync.collector.services.services import Services
from sync.collector.store.schema import counter
from sync.collector.store.schema import unit as units

router = door_router("numbers", Right.EXPORT)
_COLUMNS = ("unit", "unit_name", "units", "counter", "name", "since", "until")


@router.get("/v1/counters", responses=described("Places"), openapi_extra=SECURED)
async def get_counters(
    request: Request,
    services: TheServices,
    reader: MayTake,
    page: ThePage,
    unit: UnitCode = None,
    form: Format = "json",
) -> Response:
    """The counters that you may read of, each in its unit; one that was moved stands once for each place it had."""
    answer = await asyncio.to_thread(_places, services, reader, unit, page)
    await note_reading(services, reader, "/v1/counters", unit or reader.path or "*", {})
    if form == "csv":
        return csv_answer(request, answer.counters, _COLUMNS, link_to(request, answer.next))
    return json_answer(request, answer, link_to(request, answer.next))


def _places(services: Services, reader: Reader, unit: str | None, page: Page) -> shapes.Places:
    with services.database.reading() as connection:
        rows = _rows(connection, path_seen(connection, unit, reader.path))
    wanted, cursor = page.of(rows, lambda row: (row.path, row.code, f"{row.counter_id:020}"))
    return shapes.Places(services.config.time_zone, [_place(row, reader.path) for row in wanted], cursor)


def _rows(connection: Connection, path: str) -> Sequence[Row[Any]]:
    c = counter.c
    named = (units.c.code.label("unit"), units.c.name.label("unit_name"), units.c.path)
    wanted: Select[Any] = select(c.counter_id, c.code, c.name, c.since, c.until, *named).join_from(counter, units)
    return connection.execute(wanted.where(units.c.path.startswith(path, autoescape=True))).all()


def _place(row: Row[Any], seen: str) -> shapes.Place:
    # The codes of a path are those of its units; of those above what may be seen nothing is told.
    above = seen.rstrip("/").rpartition("/")[0]
    codes = row.path.removeprefix(f"{above}/" if above else "").rstrip("/").split("/")[:-1]
    since, until = (None if day is None else day.isoformat() for day in (row.since, row.until))
    return shapes.Place(row.unit, row.unit_name, codes, row.code, row.name, since, until)
