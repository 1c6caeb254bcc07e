"""Kept pages: a form that comes when the session is over is kept, and shown filled in again after sign-in.

Nothing is sent by itself: the person sees the page as it is now with their own words in it, and presses the button.
"""

import asyncio
import re
from functools import partial
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import Message, Scope

from sync.collector.api.depends import Anyone, TheServices, services_of
from sync.collector.api.gate import PASSWORD_PAGE, is_secure, token_name
from sync.collector.api.signed import AccessDenied
from sync.collector.people.kept_forms import KEPT, KeptForm, keep_form, read_form
from sync.collector.people.signin import form_key_of
from sync.collector.services.services import Services
from sync.collector.web.people.signin_pages import home_of, sign_in_address
from sync.collector.web.shared import forms
from sync.collector.web.shared.filling import fill_form
from sync.collector.web.shared.forms import require_key
from sync.collector.web.shared.rendering import kept_note
from sync.protocol.errors import WireError

router = APIRouter(include_in_schema=False)

KEPT_PAGE = "/dang-do"
FIELDS_MAX = 300
NOTHING_TYPED = (PASSWORD_PAGE, "/dang-xuat", "/dang-nhap", "/bien-nhan")
"""Forms sent here are kept nowhere."""
HANDED_ON = ("type", "asgi", "http_version", "scheme", "server", "client", "app")
"""What the request for another page has of the one that asks for it."""
LEFT_CHARS_MIN = 3
"""Shorter than this is no word of a person's, but a mark or a choice."""


@router.get(KEPT_PAGE)
async def show_kept(request: Request, services: TheServices, reader: Anyone) -> Response:
    """The page whose form was kept, as it is now, filled in; the usual first page where nothing is kept."""
    key = request.cookies.get(_cookie(services), "")
    kept = await _read(services, key, reader.name) if key and reader.role else None
    if kept is None:
        return RedirectResponse(home_of(reader.role) if reader.role else "/", 303)
    page = await _page(request, page_of_form(kept))
    if page.status_code != 200:
        return page
    html = bytes(page.body).decode()
    filled = fill_form(html, kept.way, kept.fields)
    left = dict(kept.fields) if filled is None else filled.left
    words = [value for value in left.values() if len(value) >= LEFT_CHARS_MIN]
    said = kept_note(request, is_filled=filled is not None, left=words)
    return HTMLResponse(
        (filled.html if filled else html).replace("<!-- kept -->", said, 1), 200, headers={"Cache-Control": "no-store"}
    )


async def ask_to_sign_in(request: Request) -> Response:
    """The way to the sign-in page, and back to what was asked for; what a form held is kept until then."""
    services = services_of(request)
    way = sign_in_address(request)
    key = await _keep(request, services) if request.method == "POST" else None
    if key is None:
        return RedirectResponse(way, 303)
    lang = request.query_params.get("lang")
    answer = RedirectResponse("/dang-nhap?" + urlencode({"toi": KEPT_PAGE} | ({"lang": lang} if lang else {})), 303)
    answer.set_cookie(
        _cookie(services), key, max_age=round(KEPT.total_seconds()), secure=is_secure(services), httponly=True,
        samesite="lax", path="/",
    )  # fmt: skip
    return answer


def page_of_form(kept: KeptForm) -> str:
    """The page on which a form stands that is sent to its address."""
    asked = urlsplit(kept.way)
    path, query = asked.path, asked.query
    if path == "/vu-viec":
        # A case is opened from the overview of its place.
        said = {key: kept.fields[key] for key in ("ky", "phieu") if kept.fields.get(key)}
        counter = kept.fields.get("counter", "")
        path = f"/t/{kept.fields.get('unit', '')}" + (f"/{counter}" if counter else "")
        query = "&".join(part for part in (urlencode(said), query) if part)
    elif path == "/may":
        path = "/may/chon"
    elif found := re.fullmatch(r"(/may/[^/]+|/tai-khoan/[^/]+)/[^/]+", path):
        path = found[1]
    return f"{path}?{query}" if query else path


async def _keep(request: Request, services: Services) -> str | None:
    token = request.cookies.get(token_name(services), "")
    kind = request.headers.get("content-type", "")
    if not token or request.url.path.startswith(NOTHING_TYPED) or "urlencoded" not in kind:
        return None
    try:
        fields = await forms.read_form(request, services.config.url, FIELDS_MAX)
        # Only a form that our page gave to this very session: nobody else can have anything kept here.
        require_key(fields, form_key_of(token))
    except (AccessDenied, WireError):
        return None
    form = KeptForm(request.url.path + (f"?{request.url.query}" if request.url.query else ""), fields)
    keeping = partial(keep_form, form=form, signed_in_by=token, now=services.now())
    return await services.write(keeping)


async def _read(services: Services, key: str, name: str) -> KeptForm | None:
    def reading() -> KeptForm | None:
        with services.database.reading() as connection:
            return read_form(connection, key, name, services.now())

    return await asyncio.to_thread(reading)


async def _page(request: Request, way: str) -> Response:
    """The answer of another page of ours to the same person."""
    asked = urlsplit(way)
    unwanted = (b"accept-encoding", b"hx-request", b"content-length", b"content-type")
    scope: Scope = {
        **{key: request.scope[key] for key in HANDED_ON if key in request.scope},
        "method": "GET",
        "path": asked.path,
        "raw_path": asked.path.encode(),
        "root_path": "",
        "query_string": asked.query.encode(),
        "headers": [(name, value) for name, value in request.scope["headers"] if name not in unwanted],
    }
    status, headers, body = 500, [], bytearray()

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status, headers
        if message["type"] == "http.response.start":
            status, headers = message["status"], message["headers"]
        else:
            body.extend(message.get("body", b""))

    await request.app(scope, receive, send)
    answer = Response(bytes(body), status)
    answer.raw_headers = list(headers)
    return answer


def _cookie(services: Services) -> str:
    return "__Host-kept" if is_secure(services) else "kept"
