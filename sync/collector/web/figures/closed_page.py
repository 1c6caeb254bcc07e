"""Closed months: the files of a kept report for people; what there is stands on the month's page."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from sync.collector.api.data.closed import MEDIA_TYPES, NUMBER_MAX, attached, take_file
from sync.collector.api.depends import MayExport, TheServices
from sync.collector.errors import UsageWrong
from sync.collector.services.closed import find_shelf

router = APIRouter(include_in_schema=False)


@router.get("/da-chot/{form}")
@router.get("/da-chot/{form}/{unit}")
async def take_closed_file(
    services: TheServices,
    reader: MayExport,
    form: str,
    ky: Annotated[str, Query(max_length=24)],
    lan: Annotated[int, Query(ge=0, le=NUMBER_MAX)] = 0,
    unit: str | None = None,
) -> Response:
    """One file of a closed month, byte for byte as it was made; ``lan`` is the number of its correction."""
    known = next((each for each in MEDIA_TYPES if each == form), None)
    if known is None:
        raise UsageWrong("there is no file of the form {form}", form=form[:10])
    shelf = await asyncio.to_thread(find_shelf, services, reader, unit, ky)
    body = await take_file(services, reader, shelf, lan, known)
    headers = {**attached(shelf, lan, known), "Cache-Control": "no-store"}
    return Response(body, media_type=MEDIA_TYPES[known], headers=headers)
