"""App: puts the routes of the API and the pages together; the only place that knows all of them."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from functools import partial
from importlib.metadata import version
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from fastapi.telemetry import TelemetryConfig
from opentelemetry.trace import TracerProvider
from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from kiosk.base.resources import resource
from kiosk.base.texts import Texts
from sync.collector.api import device, enrolments, health, journals, log
from sync.collector.api.answers import challenge_of, problem_answer, refusal_answer
from sync.collector.api.data.described import SCHEMES
from sync.collector.api.data.doors import DOORS, data_components
from sync.collector.api.data.examples import add_examples
from sync.collector.api.data.questions import parameter_wrong
from sync.collector.api.data.sending import GZIP_BYTES_MIN
from sync.collector.api.described import COMPONENTS
from sync.collector.api.language import is_for_programs, language_headers, words_asked
from sync.collector.api.middleware import DevicePaths, EveryRequest, KioskDoor
from sync.collector.chores.every import chores_of, slow_chores_of
from sync.collector.chores.upkeep import Chore, Upkeep
from sync.collector.errors import CollectorBusy, CollectorError, StorageFull, UsageWrong
from sync.collector.fleet.devices.own import note_address
from sync.collector.run.gauges import Gauges
from sync.collector.services.readiness import Readiness
from sync.collector.services.services import Services
from sync.collector.store.database import Database
from sync.collector.store.partitions import make_parts
from sync.collector.store.turns import Turns
from sync.collector.web.care import cases_page, comments_page, signals_page
from sync.collector.web.errors import is_page, page_of
from sync.collector.web.figures import (
    closed_page,
    counters_page,
    counts_page,
    files_page,
    heard_page,
    proof_page,
    report_page,
    served_page,
    sheet_page,
    today_page,
)
from sync.collector.web.fleet import (
    choose_page,
    fleet_page,
    hours_page,
    kiosk_page,
    pictures_page,
    settings_page,
    surveys_page,
)
from sync.collector.web.people import accounts_page, audit_page, kept_pages, oidc_pages, receipt_page, signin_pages
from sync.protocol import problems
from sync.protocol.errors import AddressWrong, WireError
from sync.protocol.messages import MessageInvalid
from sync.protocol.problems import ProblemType

UPKEEP_S = 3600.0
PAGES = (
    signin_pages,
    kept_pages,
    receipt_page,
    today_page,
    heard_page,
    report_page,
    sheet_page,
    counts_page,
    files_page,
    closed_page,
    counters_page,
    proof_page,
    served_page,
    choose_page,
    fleet_page,
    kiosk_page,
    pictures_page,
    oidc_pages,
    comments_page,
    cases_page,
    signals_page,
    audit_page,
    accounts_page,
    hours_page,
    settings_page,
    surveys_page,
)

_log = structlog.get_logger("collector")


def create_app(services: Services, tracer: TracerProvider | None = None) -> FastAPI:
    """The collector as an ASGI app over ``services``, which it closes when it stops; ``tracer`` traces its requests."""
    app = FastAPI(
        title="hailong collector",
        version=version("hailong"),
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        redirect_slashes=False,
        telemetry=_telemetry(tracer),
    )
    app.state.services = services
    app.state.gauges = Gauges(services.database, services.now, services.config.zone)
    app.state.readiness = Readiness(services.writer)
    for part in (journals, enrolments, device, *DOORS, log, health, *PAGES):
        # The routes themselves: an included router works each of its own out anew, at the first request of every app.
        app.router.routes.extend(part.router.routes)
    app.mount("/assets", StaticFiles(directory=resource("assets", "web")), name="assets")
    _answer_errors(app)
    _describe(app)
    app.add_middleware(DevicePaths)
    # A page is mostly the same words again and again. What a page holds of a secret, its form's key, is worth nothing
    # to whoever measures lengths: a browser sends our cookies along from our own pages only.
    app.add_middleware(GZipMiddleware, minimum_size=GZIP_BYTES_MIN, compresslevel=5)
    if tracer is None:
        app.add_middleware(KioskDoor)
    app.add_middleware(EveryRequest)
    return app


def _telemetry(tracer: TracerProvider | None) -> TelemetryConfig:
    # Said explicitly: else an environment variable turns tracing on, and search words leave with it.
    return {
        "tracer_provider": tracer,
        "tracing": tracer is not None,
        "metrics": False,
        "logs": False,
        "operation_spans": False,
        "auto_configure": False,
    }


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    services: Services = app.state.services
    await _note_address(services)
    ending = asyncio.Event()
    partitions = asyncio.create_task(_keep_partitions(services, ending))
    chores = chores_of(services), slow_chores_of(services)
    turns = _turns_of(services.database, chores)
    upkeeps = [Upkeep(some, has_turn=turns.has) for some in chores]
    turns.start()
    for upkeep in upkeeps:
        upkeep.start()
    try:
        yield
    finally:
        # Not cancelled: its thread would go on with a connection of a database that is closed meanwhile.
        ending.set()
        await partitions
        for upkeep in upkeeps:
            await asyncio.to_thread(upkeep.stop)
        await asyncio.to_thread(turns.stop)
        await asyncio.to_thread(services.writer.close)
        services.database.close()


def _turns_of(database: Database, chores: Iterable[Iterable[Chore]]) -> Turns:
    names = [chore.turn for some in chores for chore in some]
    # One process serves an embedded database.
    return Turns(database.transact, names, is_alone=database.is_sqlite)


async def _note_address(services: Services) -> None:
    """Keep the collector's own address, so that kiosks that still call it after a move are accepted."""
    noting = partial(note_address, url=services.config.url, now=services.now())
    try:
        await services.write(noting)
    except (CollectorError, DBAPIError) as error:
        # A full disk must not keep the collector from showing what it has.
        _log.warning("own address not noted", why=str(error))


async def _keep_partitions(services: Services, ending: asyncio.Event) -> None:
    while not ending.is_set():
        try:
            await asyncio.to_thread(make_parts, services.database, services.now())
        except (CollectorError, DBAPIError) as error:
            # Nothing is lost: an append makes sure of its own month, and this comes again.
            _log.warning("partitions not made", why=str(error))
        with suppress(TimeoutError):
            await asyncio.wait_for(ending.wait(), UPKEEP_S)


def _answer_errors(app: FastAPI) -> None:
    """Every error a route may raise, and the problem it becomes."""

    @app.exception_handler(WireError)
    async def wire_error(request: Request, error: WireError) -> Response:
        if is_page(request):
            return await page_of(request, error)
        address = error.address if isinstance(error, AddressWrong) else ""
        t, headers = _asked(request)
        said = str(error) if t is None else t(str(error))
        return problem_answer(error.problem, said, headers={**challenge_of(error), **headers}, address=address, t=t)

    @app.exception_handler(MessageInvalid)
    async def message_invalid(_request: Request, error: MessageInvalid) -> Response:
        return problem_answer(problems.REQUEST_INVALID, str(error))

    @app.exception_handler(RequestValidationError)
    async def request_invalid(request: Request, error: RequestValidationError) -> Response:
        if is_page(request):
            return await page_of(request, UsageWrong("there is nothing at this address"))
        t, headers = _asked(request)
        if t is not None:
            return refusal_answer(parameter_wrong(error.errors()), t, headers)
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        return problem_answer(problems.REQUEST_INVALID, faults)

    _answer_faults(app)

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> Response:
        if error.status_code == 404 and is_page(request) and "text/html" in request.headers.get("accept", ""):
            return await page_of(request, UsageWrong("there is nothing at this address"))
        kind: ProblemType = {404: problems.NOT_FOUND, 405: problems.METHOD_NOT_ALLOWED}.get(
            error.status_code, problems.REQUEST_INVALID
        )
        t, headers = _asked(request)
        return problem_answer(kind, headers={**(error.headers or {}), **headers}, t=t)


def _asked(request: Request) -> tuple[Texts | None, dict[str, str]]:
    """The words in which a program is answered, and the headers that say so; kiosks get English, for their logs."""
    return (words_asked(request), language_headers(request)) if is_for_programs(request) else (None, {})


def _answer_faults(app: FastAPI) -> None:
    """What the collector itself refuses, and a database that does not answer."""

    @app.exception_handler(CollectorError)
    async def refusal(request: Request, error: CollectorError) -> Response:
        if isinstance(error, StorageFull):
            request.app.state.readiness.doubt()
        if is_page(request):
            return await page_of(request, error)
        return refusal_answer(error, *_asked(request))

    @app.exception_handler(OperationalError)
    @app.exception_handler(InternalError)
    @app.exception_handler(InterfaceError)
    @app.exception_handler(PoolTimeout)
    async def database_away(request: Request, error: SQLAlchemyError) -> Response:
        _log.error("database does not answer", why=str(getattr(error, "orig", error)))
        request.app.state.readiness.doubt()
        busy = CollectorBusy("the database does not answer; nothing of this request was kept")
        return refusal_answer(busy, *_asked(request))


def _describe(app: FastAPI) -> None:
    """Add the protocol's messages to the API description."""
    made_by_fastapi = app.openapi

    def openapi() -> dict[str, Any]:
        description = made_by_fastapi()
        components = description.setdefault("components", {})
        components.setdefault("schemas", {}).update(COMPONENTS | data_components())
        components["securitySchemes"] = SCHEMES
        for operation in (op for path in description["paths"].values() for op in path.values()):
            # FastAPI would answer 422; here a faulty parameter is a problem with status 400.
            operation.get("responses", {}).pop("422", None)
        for route in (one for one in app.routes if isinstance(one, APIRoute) and one.include_in_schema):
            for method in route.methods or ():
                # What clients are generated with: a name that stays, whatever becomes of the address.
                description["paths"][route.path_format][method.lower()]["operationId"] = route.name
        add_examples(description)
        return description

    app.openapi = openapi  # type: ignore[method-assign]
