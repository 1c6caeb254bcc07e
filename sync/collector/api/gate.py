"""Gate: who makes a request, and whether they may. Every route that shows a number asks here first."""

import asyncio
from datetime import date, timedelta
from functools import partial

from starlette.requests import Request

from sync.collector.api.access import require_access
from sync.collector.api.badges import Badges, read_badges
from sync.collector.api.signed import AccessDenied
from sync.collector.errors import TriesExhausted
from sync.collector.people.accounts import has_accounts
from sync.collector.people.rights import ANYBODY, Reader, Right
from sync.collector.people.signin import find_reader, note_seen
from sync.collector.people.tokens import find_holder, take_call
from sync.collector.services.services import Services
from sync.protocol import problems
from sync.protocol.errors import WireError

PASSWORD_PAGE = "/mat-khau"  # noqa: S105 - an address


class SignInNeeded(WireError):
    """Nobody is signed in: sign in and come again."""

    problem = problems.SIGN_IN_NEEDED


class PasswordChangeNeeded(WireError):
    """The one-time password is still in use: choose another first."""

    problem = problems.ACCESS_DENIED


class TokenRefused(WireError):
    """The token is unknown, withdrawn or over; which of these, nobody is told."""

    problem = problems.TOKEN_REFUSED


async def entitled_of(request: Request, services: Services, right: Right) -> Reader:
    """Whoever may read what programs read: by a token in ``Authorization: Bearer``, else as :func:`reader_of`.

    Where a token is shown it alone counts, also where the settings let anybody read: whoever was withdrawn is not let
    in as somebody else. It is taken from no other place, for addresses lie in logs and histories.
    Raises TokenRefused, TriesExhausted, and what :func:`reader_of` raises.
    """
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return await reader_of(request, services, right)
    if services.config.reports.access == "closed":
        require_access(request, "closed", services.config)
    reader = await asyncio.to_thread(_find_holder, services, given.strip())
    if reader is None:
        raise TokenRefused("this token opens nothing here")
    request.state.reader = reader
    now = services.now()
    today = date.fromisoformat(services.days.today(now)[0])
    refused = await services.write(partial(take_call, reader=reader, now=now, today=today))
    if refused is not None:
        raise TriesExhausted("this token calls too often", retry_after_s=refused.retry_after_s)
    if not reader.may(right):
        raise AccessDenied("this token does not read this")
    return reader


async def reader_of(request: Request, services: Services, right: Right) -> Reader:
    """Whoever asks, when they have ``right``; anybody where the settings let anybody read.

    Raises SignInNeeded, PasswordChangeNeeded or AccessDenied.
    """
    reader = await who_asks(request, services)
    if reader.one_time:
        raise PasswordChangeNeeded("the one-time password must be changed first")
    if not reader.may(right):
        raise AccessDenied("your account does not have the right to this")
    return reader


async def who_asks(request: Request, services: Services) -> Reader:
    """Whoever asks, whatever they may do.

    Raises SignInNeeded, or AccessDenied where the settings refuse this request.
    """
    # An error page shows the same navigation as the page that the reader asked for.
    request.state.reader = reader = await _find_out(request, services)
    return reader


async def _find_out(request: Request, services: Services) -> Reader:
    access = services.config.reports.access
    if access != "accounts":
        require_access(request, access, services.config)
        return ANYBODY
    if services.config.demo or not await asyncio.to_thread(_has_accounts, services):
        require_access(request, "loopback", services.config)
        return ANYBODY
    return await _signed_in(request, services)


def is_poll(request: Request) -> bool:
    """Whether an open page asks by itself if anything has changed: nobody need be there, so nobody stays signed in."""
    return request.headers.get("hx-request") == "true" and "seen" in request.query_params


def token_name(services: Services) -> str:
    """The cookie that holds the token; over TLS its prefix forbids any other host or path to set it."""
    return "__Host-signed-in" if is_secure(services) else "signed-in"


def is_secure(services: Services) -> bool:
    """Whether people come by TLS."""
    return services.config.url.startswith("https:")


async def _signed_in(request: Request, services: Services) -> Reader:
    token = request.cookies.get(token_name(services), "")
    found = await asyncio.to_thread(_find, services, token) if token else None
    if found is None:
        raise SignInNeeded("sign in first")
    reader, is_to_note, request.state.badges = found
    if is_to_note and not is_poll(request):
        now = services.now()
        await services.write(lambda connection: note_seen(connection, token, now))
    return reader


def _find_holder(services: Services, given: str) -> Reader | None:
    with services.database.reading() as connection:
        return find_holder(connection, given, services.now())


def _has_accounts(services: Services) -> bool:
    with services.database.reading() as connection:
        return has_accounts(connection)


def _find(services: Services, token: str) -> tuple[Reader, bool, Badges] | None:
    idle, now = timedelta(minutes=services.config.accounts.idle_minutes), services.now()
    with services.database.reading() as connection:
        found = find_reader(connection, token, now, idle)
        if found is None:
            return None
        # With the same connection and thread, so that a page's navigation costs no further query round.
        return *found, read_badges(connection, found[0], date.fromisoformat(services.days.today(now)[0]))
