"""Closed: the reports of closed months as they were kept, for programs: the numbers, the files, and their hashes."""

import asyncio
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from sqlalchemy import Connection
from starlette.responses import JSONResponse, Response

from sync.collector.api.depends import MayTake, TheServices
from sync.collector.api.described import READER_PROBLEMS
from sync.collector.api.noted import note_reading
from sync.collector.api.report import closing_json
from sync.collector.fleet.places.units import PLACE_CODE
from sync.collector.people.audit import note
from sync.collector.services.closed import Shelf, find_shelf, take_kept

router = APIRouter(tags=["reports"])
Unit = Annotated[str | None, Query(pattern=f"^{PLACE_CODE}$", description="A unit's code; by default all units")]
Month = Annotated[str, Query(pattern=r"^\d{4}-\d{2}$", description="2026-11")]
Form = Literal["csv", "xlsx", "pdf", "json"]
MEDIA_TYPES: dict[Form, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "json": "application/json",
}
NUMBER_MAX = 100_000
_BYTES = {"content": {media: {"schema": {"type": "string", "format": "binary"}} for media in MEDIA_TYPES.values()}}


@router.get(
    "/v1/closed", responses={200: {"content": {"application/json": {"schema": {"type": "object"}}}}, **READER_PROBLEMS}
)
async def get_closed(services: TheServices, reader: MayTake, period: Month, unit: Unit = None) -> Response:
    """What was kept of a unit's closed month: its first report, each correction with the figures before and after it,
    and the size and SHA-256 of every file."""
    shelf = await asyncio.to_thread(find_shelf, services, reader, unit, period)
    await note_reading(services, reader, "/v1/closed", shelf.place.key or "*", {"period": period})
    return JSONResponse(shelf_json(shelf), headers={"Cache-Control": "no-store"})


@router.get("/v1/closed/file", responses={200: _BYTES, **READER_PROBLEMS})
async def get_closed_file(
    services: TheServices,
    reader: MayTake,
    period: Month,
    form: Annotated[Form, Query(description="json are the numbers of which the files were made")],
    number: Annotated[int, Query(ge=0, le=NUMBER_MAX, description="0 is the first report, then the corrections")] = 0,
    unit: Unit = None,
) -> Response:
    """One file of a closed month, byte for byte as it was made."""
    shelf = await asyncio.to_thread(find_shelf, services, reader, unit, period)
    return await answer_file(services, reader, shelf, number, form)


async def answer_file(services: TheServices, reader: MayTake, shelf: Shelf, number: int, form: Form) -> Response:
    """A kept file as an attachment; the audit log tells who took it."""
    body = await asyncio.to_thread(take_kept, services, shelf, number, form)

    def noting(connection: Connection, subject: str) -> None:
        details = {"form": form, "period": shelf.period.code, "closed": number}
        note(connection, services.now(), reader.name, "export", subject, details)

    await services.write(partial(noting, subject=shelf.place.key or "*"))
    name = f"hailong-{shelf.place.code or 'tat-ca'}-{shelf.period.code}-{number}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(body, media_type=MEDIA_TYPES[form], headers=headers)


def shelf_json(shelf: Shelf) -> dict[str, Any]:
    """Everything that was kept, in JSON."""
    return {
        "place": shelf.place.code,
        "period": shelf.period.code,
        "closed": closing_json(shelf.closing),
        "reports": [
            {
                "number": version.number,
                "made_at": version.made_at.isoformat(),
                "sha256": version.hash.hex(),
                "files": [
                    {"form": file.form, "language": file.language, "bytes": file.size, "sha256": file.hash.hex()}
                    for file in shelf.files_of(version.number)
                ],
            }
            for version in shelf.versions
        ],
    }
