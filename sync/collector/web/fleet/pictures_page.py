"""Pictures page: what a kiosk's screen showed, as an image, and the question to many kiosks for a new one."""

import asyncio

from fastapi import APIRouter, Request
from sqlalchemy import Connection
from starlette.responses import RedirectResponse, Response

from sync.collector.api.data.sending import tagged_answer
from sync.collector.api.depends import MayKeepKiosks, TheServices
from sync.collector.errors import NotAllowed, UsageWrong
from sync.collector.fleet.kiosks.commands import Kind, order_command
from sync.collector.fleet.kiosks.pictures import read_picture
from sync.collector.fleet.kiosks.roll import find_kiosk
from sync.collector.services.services import Services
from sync.collector.web.fleet.fleet_query import FleetQuery
from sync.collector.web.fleet.kiosk_page import read_kiosks
from sync.collector.web.shared.depends import KiosksForm
from sync.collector.web.shared.rendering import phrases_of
from sync.protocol.messages import PNG_MEDIA_TYPE

router = APIRouter(include_in_schema=False)


@router.get("/may/{device}/man-hinh.png")
async def show_picture(request: Request, services: TheServices, reader: MayKeepKiosks, device: str) -> Response:
    """The picture as it came."""
    find_kiosk(await asyncio.to_thread(read_kiosks, services, reader), device)
    png = await asyncio.to_thread(_read, services, device)
    if png is None:
        raise UsageWrong("there is no picture of this kiosk's screen")
    return tagged_answer(request, png, PNG_MEDIA_TYPE)


@router.post("/may/man-hinh")
async def take_question(request: Request, services: TheServices, reader: MayKeepKiosks, _form: KiosksForm) -> Response:
    """The kiosks that the page shows are asked for a picture; one that has much to do already is passed over."""
    query = FleetQuery.of(request.query_params)
    shown = query.on_page(query.narrow(await asyncio.to_thread(read_kiosks, services, reader)))

    def ask(connection: Connection) -> None:
        for kiosk in shown:
            if kiosk.revoked_at is None:
                _order(connection, kiosk.device_id, services, reader.name)

    await services.write(ask)
    return RedirectResponse(phrases_of(request).way("/may", **query.changed()), 303)


def _order(connection: Connection, device_id: str, services: Services, actor: str) -> None:
    try:
        order_command(connection, device_id, Kind.PICTURE, services.now(), actor)
    except NotAllowed:
        return


def _read(services: Services, device: str) -> bytes | None:
    with services.database.reading() as connection:
        return read_picture(connection, device)
