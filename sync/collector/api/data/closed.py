"""Closed: the reports of closed months as they were kept, for programs: the numbers, the files, and their hashes."""

import asyncio
from functools import partial
from typing import Annotated, Literal

from fastapi import Query, Request
from sqlalchemy import Connection
from starlette.responses import Response

from sync.collector.api.data import report_shapes as shapes
from sync.collector.api.data.asked import UnitCode
from sync.collector.api.data.described import HAD, SECURED, TOKEN_PROBLEMS, described
from sync.collector.api.data.questions import door_router
from sync.collector.api.data.report import closing_of
from sync.collector.api.data.sending import json_answer, not_modified, tagged_answer
from sync.collector.api.depends import MayTake, TheServices
from sync.collector.api.noted import note_reading
from sync.collector.closed.named import file_name
from sync.collector.people.audit import note
from sync.collector.people.rights import Reader, Right
from sync.collector.services.closed import Shelf, find_shelf, take_kept
from sync.collector.services.services import Services

router = door_router("numbers", Right.EXPORT)
Month = Annotated[str, Query(pattern=r"^\d{4}-\d{2}$", description="2026-11")]
Form = Literal["csv", "xlsx", "pdf", "tidy", "json"]
MEDIA_TYPES: dict[Form, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "tidy": "text/csv; charset=utf-8",
    "json": "application/json",
}
NUMBER_MAX = 100_000
_BYTES = {"content": {media: {"schema": {"type": "string", "format": "binary"}} for media in MEDIA_TYPES.values()}}


@router.get("/v1/closed", responses=described("Kept", is_list=False), openapi_extra=SECURED)
async def get_closed(
    request: Request, services: TheServices, reader: MayTake, period: Month, unit: UnitCode = None
) -> Response:
    """What was kept of a unit's closed month: its first report, each correction with the figures before and after it,
    and the size and SHA-256 of every file."""
    shelf = await asyncio.to_thread(find_shelf, services, reader, unit, period)
    await note_reading(services, reader, "/v1/closed", shelf.place.key or "*", {"period": period})
    return json_answer(request, kept_of(shelf))


@router.get(
    "/v1/closed/file",
    response_class=Response,
    responses={200: _BYTES, 304: HAD, **TOKEN_PROBLEMS},
    openapi_extra=SECURED,
)
async def get_closed_file(
    request: Request,
    services: TheServices,
    reader: MayTake,
    period: Month,
    form: Annotated[
        Form, Query(description="tidy is one table for programs; json are the numbers of which the files were made")
    ],
    number: Annotated[int, Query(ge=0, le=NUMBER_MAX, description="0 is the first report, then the corrections")] = 0,
    unit: UnitCode = None,
) -> Response:
    """One file of a closed month, byte for byte as it was made."""
    shelf = await asyncio.to_thread(find_shelf, services, reader, unit, period)
    if (tag := _hash_of(shelf, number, form)) and (known := not_modified(request, tag)):
        return known
    body = await take_file(services, reader, shelf, number, form)
    return tagged_answer(request, body, MEDIA_TYPES[form], attached(shelf, number, form), tag)


async def take_file(services: Services, reader: Reader, shelf: Shelf, number: int, form: Form) -> bytes:
    """A kept file; the audit log tells who took it."""
    body = await asyncio.to_thread(take_kept, services, shelf, number, form)

    def noting(connection: Connection, subject: str) -> None:
        details = {"form": form, "period": shelf.period.code, "closed": number}
        note(connection, services.now(), reader.name, "export", subject, details)

    await services.write(partial(noting, subject=shelf.place.key or "*"))
    return body


def attached(shelf: Shelf, number: int, form: Form) -> dict[str, str]:
    """Under which name a kept file is saved."""
    name = file_name(shelf.place.code, f"{shelf.period.code}-{number}", form)
    return {"Content-Disposition": f'attachment; filename="{name}"'}


def _hash_of(shelf: Shelf, number: int, form: Form) -> str | None:
    """The hash under which a file was kept: it is its tag, so nobody has to read the file to know it."""
    if form == "json":
        return next((one.hash.hex() for one in shelf.versions if one.number == number), None)
    return next((file.hash.hex() for file in shelf.files_of(number) if file.form == form), None)


def kept_of(shelf: Shelf) -> shapes.Kept:
    """Everything that was kept."""
    closed = closing_of(shelf.closing)
    assert closed is not None  # noqa: S101 - whatever is kept was closed
    reports = [
        shapes.KeptReport(
            version.number, version.made_at.isoformat(), version.hash.hex(),
            [shapes.KeptFile(file.form, file.language, file.size, file.hash.hex())
             for file in shelf.files_of(version.number)],
        )
        for version in shelf.versions
    ]  # fmt: skip
    return shapes.Kept(shelf.place.code, shelf.period.code, closed, reports)
