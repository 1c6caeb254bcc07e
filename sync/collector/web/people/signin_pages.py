"""Sign-in pages: signing in and out, and choosing a password."""

import asyncio
import secrets
from datetime import datetime
from functools import partial
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from sqlalchemy import Connection
from starlette.responses import RedirectResponse, Response

from sync.collector.api.depends import Anyone, TheServices
from sync.collector.api.gate import PASSWORD_PAGE, is_secure, token_name
from sync.collector.people.account_care import sign_out_everywhere
from sync.collector.people.accounts import change_password
from sync.collector.people.passwords import CHARS_MAX, CHARS_MIN, is_fit
from sync.collector.people.rights import ANYBODY, RIGHTS, Right, Role
from sync.collector.people.signin import Checked, Refused, SignedIn, check_password, form_key_of, sign_in, sign_out
from sync.collector.services.services import Services
from sync.collector.transparency.trust import witnessed_by
from sync.collector.web.shared.depends import AnyForm
from sync.collector.web.shared.forms import USUAL_WAY, read_form, require_key, safe_way
from sync.collector.web.shared.rendering import render

router = APIRouter(include_in_schema=False)

_CHECKS = asyncio.Semaphore(2)
"""Each check takes 64 MiB and a processor for a moment; strangers must not be able to ask for many at once."""


@router.get("/dang-nhap")
async def show_sign_in(request: Request, services: TheServices, toi: str = USUAL_WAY) -> Response:
    """The sign-in page."""
    return sign_in_page(request, services, safe_way(toi))


@router.post("/dang-nhap")
async def take_sign_in(request: Request, services: TheServices) -> Response:
    """A name and a password."""
    form = await read_form(request, services.config.url)
    require_key(form, form_key_of(request.cookies.get(_form_cookie(services), "")))
    way = safe_way(form.get("toi", ""))
    name, password, now = form.get("name", "").strip().lower(), form.get("password", "")[:CHARS_MAX], services.now()
    async with _CHECKS:
        checked = await asyncio.to_thread(_check, services, name, password, now)
    outcome = checked if isinstance(checked, Refused) else await _keep(services, checked, now)
    if isinstance(outcome, Refused):
        return sign_in_page(request, services, way, refused=outcome, name=name, status=403)
    answer = RedirectResponse(home_of(outcome.role) if way == USUAL_WAY else way, 303)
    set_cookie(answer, services, token_name(services), outcome.token)
    return answer


@router.post("/dang-xuat")
async def take_sign_out(request: Request, services: TheServices, reader: Anyone, _form: AnyForm) -> Response:
    """The end of being signed in."""
    token = request.cookies.get(token_name(services), "")
    ending = partial(sign_out, token=token, reader=reader, now=services.now())
    was_outside = await services.write(ending)
    answer = RedirectResponse("/dang-nhap?ra=oidc" if was_outside else "/dang-nhap", 303)
    answer.delete_cookie(token_name(services), secure=is_secure(services), httponly=True, samesite="lax")
    return answer


@router.post("/dang-xuat-moi-noi")
async def take_sign_out_everywhere(services: TheServices, reader: Anyone, _form: AnyForm) -> Response:
    """The end of being signed in, on whatever machine."""
    ending = partial(sign_out_everywhere, name=reader.name, now=services.now())
    await services.write(ending)
    answer = RedirectResponse("/dang-nhap", 303)
    answer.delete_cookie(token_name(services), secure=is_secure(services), httponly=True, samesite="lax")
    return answer


@router.get(PASSWORD_PAGE)
async def show_password(request: Request, reader: Anyone) -> Response:
    """Where a person chooses a password."""
    return render(request, "password.html", 404 if reader is ANYBODY else 200, wrong="", chars=CHARS_MIN)


@router.post(PASSWORD_PAGE)
async def take_password(request: Request, services: TheServices, reader: Anyone, form: AnyForm) -> Response:
    """The old password and the one chosen."""
    old, new, now = form.get("old", "")[:CHARS_MAX], form.get("new", ""), services.now()
    async with _CHECKS:
        checked = await asyncio.to_thread(_check, services, reader.name, old, now)
    if isinstance(checked, Checked) and checked.account_id is None:
        await _keep(services, checked, now)
    wrong = _why_not(checked, old, new, form.get("again", ""), reader.name)
    if wrong:
        return render(request, "password.html", 403, wrong=wrong, chars=CHARS_MIN)
    changing = partial(change_password, name=reader.name, password=new, now=now)
    await services.write(changing)
    return RedirectResponse("/dang-nhap", 303)


def _why_not(checked: Checked | Refused, old: str, new: str, again: str, name: str) -> str:
    """What is wrong with the passwords typed, as a key of the page's sentences; empty when nothing is."""
    if isinstance(checked, Refused):
        return "locked"
    if checked.account_id is None:
        return "old"
    if new != again:
        return "again"
    return "" if is_fit(new, name) and new != old else "unfit"


def _check(services: Services, name: str, password: str, now: datetime) -> Checked | Refused:
    with services.database.reading() as connection:
        return check_password(connection, name, password, now)


async def _keep(services: Services, checked: Checked, now: datetime) -> SignedIn | Refused:
    def keeping(connection: Connection) -> SignedIn | Refused:
        return sign_in(connection, checked, now)

    return await services.write(keeping)


def sign_in_page(
    request: Request,
    services: Services,
    way: str,
    *,
    refused: Refused | None = None,
    name: str = "",
    trouble: str = "",
    status: int = 200,
) -> Response:
    """The sign-in page, with what was wrong the last time."""
    held = request.cookies.get(_form_cookie(services)) or secrets.token_urlsafe(24)
    wait_s = 0
    if refused is not None and refused.until is not None:
        wait_s = max(1, round((refused.until - services.now()).total_seconds()))
    answer = render(
        request,
        "sign_in.html",
        status,
        way=way,
        name=name,
        refused=refused is not None,
        proven=_proven(services),
        wait_s=wait_s,
        form_key=form_key_of(held),
        idle_minutes=services.config.accounts.idle_minutes,
        trouble=trouble,
        oidc=services.config.accounts.oidc.is_on and services.config.reports.access == "accounts",
        was_outside=request.query_params.get("ra") == "oidc",
    )
    set_cookie(answer, services, _form_cookie(services), held)
    return answer


def home_of(role: Role) -> str:
    """The first page after sign-in for somebody who asked for none."""
    return USUAL_WAY if Right.READ in RIGHTS[role] else "/may"


def _form_cookie(services: Services) -> str:
    return "__Host-form" if is_secure(services) else "form"


def set_cookie(answer: Response, services: Services, name: str, value: str) -> None:
    """Set a cookie that no script reads and no other site's page sends."""
    # Without an age the browser drops the cookie when it is closed; the collector ends it after idle time.
    answer.set_cookie(name, value, secure=is_secure(services), httponly=True, samesite="lax", path="/")


def sign_in_address(request: Request) -> str:
    """The sign-in page, which leads back to what was asked for."""
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return "/dang-nhap?" + urlencode(
        {"toi": asked, **({"lang": lang} if (lang := request.query_params.get("lang")) else {})}
    )


def _proven(services: Services) -> str:
    """What may be said of deleted ratings: whether a public log has them, and whether others witness it."""
    published, settings = services.log.newest(), services.config.log
    if published is None:
        return "chain"
    is_witnessed = 0 < settings.needed <= witnessed_by(published, settings, services.now())
    return "witnessed" if is_witnessed else "log"
