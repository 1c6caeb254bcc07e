"""Receipt page: whoever has a code looks up whether the rating is still there. No account, no cookie, nothing noted.

The code comes in a form's body and never in an address, which servers and browsers keep.
"""

import asyncio

from fastapi import APIRouter, Request
from starlette.responses import Response

from kiosk.domain.visit.receipt import read_code
from sync.collector.api.depends import TheServices
from sync.collector.services.receipts import Found, find_receipt
from sync.collector.services.services import Services
from sync.collector.web.shared.forms import read_form
from sync.collector.web.shared.rendering import render

router = APIRouter(include_in_schema=False)

CODE_CHARS_MAX = 60
RETRY_AFTER_S = 10


@router.get("/bien-nhan")
async def show_form(request: Request) -> Response:
    """Where a code is typed in."""
    return _page(request)


@router.post("/bien-nhan")
async def look_up(request: Request, services: TheServices) -> Response:
    """What is known of a code."""
    form = await read_form(request, services.config.url)
    typed = form.get("ma", "")[:CODE_CHARS_MAX]
    code = read_code(typed)
    if code is None:
        return _page(request, wrong=True, typed=typed)
    if not services.receipts.lets_in():
        answer = _page(request, 429, busy=True, typed=typed)
        answer.headers["Retry-After"] = str(RETRY_AFTER_S)
        return answer
    found = await asyncio.to_thread(_find, services, code)
    return _page(request, code=code, found=found, typed="" if found else typed)


def _page(
    request: Request,
    status: int = 200,
    *,
    wrong: bool = False,
    busy: bool = False,
    code: str = "",
    typed: str = "",
    found: Found | None = None,
) -> Response:
    """``code`` is empty where none was looked up; ``typed`` stands in the field, to be mended or sent again."""
    return render(request, "receipt.html", status, wrong=wrong, busy=busy, code=code, typed=typed, found=found)


def _find(services: Services, code: str) -> Found | None:
    published = services.log.newest()
    with services.database.reading() as connection:
        return find_receipt(connection, code, published)
