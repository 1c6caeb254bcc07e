"""Sign-in pages for the office's own accounts: leaving for the provider, coming back, and signing out there."""

import asyncio
import hmac

from fastapi import APIRouter, Request
from sqlalchemy import Connection
from starlette.responses import RedirectResponse, Response

from sync.collector.api.depends import TheServices
from sync.collector.api.gate import is_secure, token_name
from sync.collector.errors import UsageWrong
from sync.collector.people.oidc.arrival import Stranger, arrive
from sync.collector.people.oidc.attempt import Attempt, read_attempt
from sync.collector.people.oidc.errors import ArrivalRefused, NoAccount, OidcTrouble
from sync.collector.people.oidc.provider import Provider
from sync.collector.people.signin import SignedIn
from sync.collector.services.services import Services
from sync.collector.web.people.signin_pages import home_of, set_cookie, sign_in_page
from sync.collector.web.shared.forms import USUAL_WAY, safe_way
from sync.collector.web.shared.rendering import words_of

router = APIRouter(include_in_schema=False)

BACK = "/dang-nhap/oidc/ve"
TEXT_MAX = 4000
_CALLS = asyncio.Semaphore(4)
"""So many calls to the provider run at once, as people who are not signed in can cause them."""


@router.get("/dang-nhap/oidc")
async def leave(request: Request, services: TheServices, toi: str = USUAL_WAY) -> Response:
    """To the provider, which asks who it is."""
    attempt = Attempt.begin(safe_way(toi)[:500])
    provider = _provider(services)
    try:
        async with _CALLS:
            there = await asyncio.to_thread(provider.leave, attempt)
    except OidcTrouble as trouble:
        return _sign_in_again(request, services, trouble, attempt.way)
    answer = RedirectResponse(there, 303)
    set_cookie(answer, services, _cookie(services), attempt.written())
    return answer


@router.get(BACK)
async def come_back(request: Request, services: TheServices, code: str = "", state: str = "") -> Response:
    """Back from the provider: signed in, or told why not. Either way this attempt has ended."""
    provider = _provider(services)
    attempt = read_attempt(request.cookies.get(_cookie(services), ""))
    way = safe_way(attempt.way) if attempt else USUAL_WAY
    try:
        found = await _let_in(services, provider, attempt, code[:TEXT_MAX], state)
    except OidcTrouble as trouble:
        answer = _sign_in_again(request, services, trouble, way)
    else:
        answer = RedirectResponse(home_of(found.role) if way == USUAL_WAY else way, 303)
        set_cookie(answer, services, token_name(services), found.token)
    answer.delete_cookie(_cookie(services), secure=is_secure(services), httponly=True, samesite="lax")
    return answer


@router.get("/dang-xuat/oidc")
async def sign_out_there(request: Request, services: TheServices) -> Response:
    """The end of being signed in at the provider, for whoever has signed out here."""
    provider = _provider(services)
    try:
        async with _CALLS:
            there = await asyncio.to_thread(provider.sign_out, f"{services.config.url}/dang-nhap")
    except OidcTrouble as trouble:
        return _sign_in_again(request, services, trouble, USUAL_WAY)
    return RedirectResponse(there or "/dang-nhap", 303)


async def _let_in(services: Services, provider: Provider, attempt: Attempt | None, code: str, state: str) -> SignedIn:
    if attempt is None or not hmac.compare_digest(attempt.state.encode(), state.encode()) or not code:
        raise ArrivalRefused("this sign-in was not begun here, took too long or was broken off; begin again")
    async with _CALLS:
        name = await asyncio.to_thread(provider.come_back, attempt, code, services.now())

    def arriving(connection: Connection) -> SignedIn | Stranger:
        return arrive(connection, name, services.config.accounts.oidc, services.now())

    found = await services.write(arriving)
    if isinstance(found, Stranger):
        raise NoAccount("{name} has no open account here; ask the administrator of your unit", name=found.name[:60])
    return found


def _provider(services: Services) -> Provider:
    settings = services.config.accounts.oidc
    if not settings.is_on or services.config.reports.access != "accounts":
        raise UsageWrong("there is nothing at this address")
    return Provider(settings, f"{services.config.url}{BACK}")


def _sign_in_again(request: Request, services: Services, trouble: OidcTrouble, way: str) -> Response:
    return sign_in_page(request, services, way, trouble=trouble.sentence(words_of(request)), status=403)


def _cookie(services: Services) -> str:
    return "__Host-oidc" if is_secure(services) else "oidc"
