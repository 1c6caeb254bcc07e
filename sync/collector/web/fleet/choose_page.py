"""Choose page: at which counter a kiosk is to be enrolled, moved to, or may speak for too; chosen by name.

Whoever chooses is told what stands there now; a counter where something stands asks before anything is done.
"""

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from sync.collector.api.depends import MayKeepKiosks, TheServices
from sync.collector.errors import NotAllowed, UsageWrong
from sync.collector.fleet.devices.standing import Occupied, Spot, Spots, find_spot, find_spots
from sync.collector.people.rights import Reader
from sync.collector.services.services import Services
from sync.collector.web.fleet.fleet_query import TEXT_MAX
from sync.collector.web.fleet.kiosk_page import ask_page, code_page, make_code
from sync.collector.web.shared.depends import FormFields, KiosksForm
from sync.collector.web.shared.rendering import phrases_of, render, words_of

router = APIRouter(include_in_schema=False)

CHOOSE_PAGE = "/may/chon"
NEW, MOVE, GRANT = "moi", "chuyen", "cap"


@dataclass(frozen=True, slots=True)
class Errand:
    """For what a counter is chosen."""

    kind: str
    device: str = ""
    """The kiosk that is moved, or may speak for the counter too; empty for a new one."""
    at: str = ""
    """Where that kiosk stands."""

    @property
    def action(self) -> str:
        """The address that the choice is sent to."""
        return "/may" if self.kind == NEW else f"/may/{self.device}/{'chuyen' if self.kind == MOVE else 'quay'}"


@router.get(CHOOSE_PAGE)
async def show_choice(request: Request, services: TheServices, reader: MayKeepKiosks) -> Response:
    """The counters that a search finds, each with what stands there."""
    return await _page(request, services, reader)


@router.post("/may")
async def take_enrolment(request: Request, services: TheServices, reader: MayKeepKiosks, form: KiosksForm) -> Response:
    """A one-time code for a kiosk at a counter, shown this once; where a kiosk stands there already, a question."""
    code, serves = form.get("counter", "").strip()[:TEXT_MAX], form.get("serves", "").replace(",", " ").split()
    try:
        made = await make_code(services, reader, code, serves, form.get("standing", ""))
    except Occupied:
        return await ask_page(request, services, reader, code, "/may", form)
    except (UsageWrong, NotAllowed) as error:
        return await _page(request, services, reader, error.sentence(words_of(request)), form)
    spot = await asyncio.to_thread(_spot, services, code, reader)
    return code_page(request, services, spot, made)


async def _page(
    request: Request, services: Services, reader: Reader, wrong: str = "", form: FormFields | None = None
) -> Response:
    query = request.query_params
    kind, device = query.get("viec", NEW), query.get("may", "")[:TEXT_MAX]
    if kind not in (NEW, MOVE, GRANT) or (kind != NEW and not device):
        raise UsageWrong("there is nothing at this address")
    sought = " ".join(query.get("tim", "")[:100].split())
    errand = Errand(kind, device, query.get("tai", "")[:TEXT_MAX])
    spots = await asyncio.to_thread(partial(_find, services, reader, sought))
    values: dict[str, Any] = {"errand": errand, "sought": sought, "spots": spots, "form": form or {}, "wrong": wrong}
    return render(request, "kiosk_choose.html", 400 if wrong else 200, p=phrases_of(request), **values)


def _find(services: Services, reader: Reader, sought: str) -> Spots:
    with services.database.reading() as connection:
        return find_spots(connection, reader.path, sought)


def _spot(services: Services, code: str, reader: Reader) -> Spot:
    with services.database.reading() as connection:
        return find_spot(connection, code, reader.path)
