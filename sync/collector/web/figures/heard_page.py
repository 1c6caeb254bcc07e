"""Silent kiosks page: every one of a reader's units, the longest silent first; Today names no more than ten."""

import asyncio

from fastapi import APIRouter, Request
from starlette.responses import Response

from sync.collector.api.depends import MayRead, TheServices
from sync.collector.figures.places import read_places
from sync.collector.people.rights import Reader
from sync.collector.services.services import Services
from sync.collector.web.figures.report_page import address_of
from sync.collector.web.shared.heard import Heard, read_heard
from sync.collector.web.shared.rendering import render

router = APIRouter(include_in_schema=False)

SHOWN_MAX = 500


@router.get("/im-lang")
async def show_silent(request: Request, services: TheServices, reader: MayRead) -> Response:
    """The silent kiosks that Today had no room for, and all others."""
    heard = await asyncio.to_thread(_read, services, reader)
    return render(request, "silent.html", heard=heard, address=address_of, most=SHOWN_MAX)


def _read(services: Services, reader: Reader) -> Heard:
    with services.database.reading() as connection:
        places = read_places(connection, services.missed(connection))
    seen = [place for place in places.by_key.values() if place.is_counter and reader.sees(place.key)]
    return read_heard(services, [(place, kiosk) for place in seen for kiosk in place.kiosks])
