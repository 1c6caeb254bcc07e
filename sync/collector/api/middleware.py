"""Middleware: what holds for every request, whatever its route."""

import time
from collections.abc import Awaitable, Callable, MutableMapping
from functools import cache
from typing import Any

import structlog
from fastapi.routing import APIRoute
from prometheus_client import Counter, Histogram
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sync.collector.api.answers import problem_answer
from sync.collector.api.depends import services_of
from sync.collector.api.device import STATUS_ROUTE, post_status
from sync.collector.api.journals import APPEND_ROUTE, usual_append
from sync.collector.services.services import Services
from sync.protocol import problems

DEVICE_PATHS = ("/v1/journals/", "/v1/device", "/v1/enrolments")
"""The only addresses at which a kiosk's signature is taken."""

LEFT = 499
"""What is counted where the client left before it was answered; it is sent to nobody."""
_SIGNATURE_FIELDS = {b"signature", b"signature-input"}
_TO_KIOSKS = [(b"x-content-type-options", b"nosniff")]
"""Kiosks get this one header: those that pages need would be a third of an idle kiosk's traffic on a paid line."""
_EVERYWHERE = [
    *_TO_KIOSKS,
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"content-security-policy", b"default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"),
]

_HAS_NUL = problem_answer(problems.REQUEST_INVALID, "an address holds no NUL")

_log = structlog.get_logger("collector")
_answers = Counter("hailong_requests_total", "Answers", ["route", "status"])
_seconds = Histogram("hailong_request_seconds", "Time to answer", ["route"])


class DevicePaths:
    """Keeps a kiosk's key to its own addresses: at any other, a signed request is refused whoever signed it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] == "http" and not scope["path"].startswith(DEVICE_PATHS) and _is_signed(scope):
            await problem_answer(problems.ACCESS_DENIED, "a kiosk's key does not open this")(scope, receive, send)
            return
        await self._app(scope, receive, send)


class KioskDoor:
    """Takes the calls that nearly all requests are without the framework's way to them, which costs more than the call.

    The routes themselves stay as they are: they describe the calls, and take them where requests are traced, or where
    an append's address is written in another form.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a status call or an append, or pass the request on."""
        found = _found(scope) if scope["type"] == "http" and scope["method"] == "POST" else None
        if found is None:
            await self._app(scope, receive, send)
            return
        scope["route"], take = found
        request = Request(scope, receive)
        try:
            answer = await take(request, services_of(request))
        except Exception as error:
            # The same table as everywhere (``run.app``); what stands in none is a crash.
            handlers = request.app.exception_handlers
            kind = next((kind for kind in type(error).__mro__ if kind in handlers), None)
            if kind is None:
                raise
            answer = await handlers[kind](request, error)
        await answer(scope, receive, send)


def _found(scope: Scope) -> tuple[APIRoute, Callable[[Request, Services], Awaitable[Response]]] | None:
    if scope["path"] == STATUS_ROUTE.path:
        return STATUS_ROUTE, post_status
    take = usual_append(scope["path"], scope["query_string"])
    return None if take is None else (APPEND_ROUTE, take)


class EveryRequest:
    """Counts and times every request, adds the headers that hold everywhere, and turns a crash into a plain 500."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 0

        async def send_noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                added = _TO_KIOSKS if scope["path"].startswith(DEVICE_PATHS) else _EVERYWHERE
                message["headers"] = [*message.get("headers", ()), *added]
            await send(message)

        try:
            await (_HAS_NUL if _holds_nul(scope) else self._app)(scope, receive, send_noted)
        except ClientDisconnect:
            # The client left before its request was complete: there is nobody to answer, and nothing was kept.
            status = status or LEFT
        except Exception:  # noqa: BLE001 - the edge of the server: the cause goes to the log, never to a stranger
            _log.exception("request failed", path=scope["path"])
            if status == 0:
                await problem_answer(problems.INTERNAL)(scope, receive, send_noted)
        _note(scope, status, time.perf_counter() - began)


def _holds_nul(scope: Scope) -> bool:
    """Whether an address holds a NUL, which no route takes and PostgreSQL cannot compare with."""
    return "\0" in scope["path"] or b"%00" in scope["query_string"]


def _is_signed(scope: Scope) -> bool:
    return any(name in _SIGNATURE_FIELDS for name, _ in scope["headers"])


@cache
def _meters(route: str, status: int) -> tuple[Counter, Histogram]:
    """By which answers of a kind are counted and timed; of routes and statuses there are few."""
    return _answers.labels(route, status), _seconds.labels(route)


def _note(scope: MutableMapping[str, Any], status: int, seconds: float) -> None:
    route = getattr(scope.get("route"), "path", "other")
    answers, took = _meters(route, status)
    answers.inc()
    took.observe(seconds)
    if status >= 400 and status != 409:
        _log.info("refused", method=scope["method"], path=scope["path"], status=status)
