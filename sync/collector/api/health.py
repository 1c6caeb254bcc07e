"""Health: whether the process lives, whether it can take requests, and what it counts."""

import asyncio

from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import PlainTextResponse, Response

from sync.collector.api.access import require_access
from sync.collector.api.answers import problem_answer
from sync.collector.api.counted import exposition
from sync.collector.api.depends import Gauged, Ready, TheServices
from sync.collector.api.described import PROBLEMS
from sync.collector.errors import CollectorError
from sync.collector.store.migrate import require_current
from sync.protocol import problems

router = APIRouter(tags=["health"])


@router.get("/healthz", response_class=PlainTextResponse)
async def healthz() -> str:
    """The process lives."""
    return "ok\n"


@router.get("/readyz", response_class=PlainTextResponse, responses={503: PROBLEMS[503]})
async def readyz(services: TheServices, readiness: Ready) -> Response:
    """The database answers, has this version's schema, and takes what kiosks bring."""
    try:
        await asyncio.to_thread(require_current, services.database)
    except CollectorError:
        return problem_answer(problems.NOT_READY, "the database does not answer or has another schema")
    try:
        await asyncio.to_thread(readiness.require)
    except CollectorError as error:
        return problem_answer(problems.NOT_READY, str(error))
    return PlainTextResponse("ok\n")


@router.get("/metrics", response_class=PlainTextResponse, responses={403: PROBLEMS[403]})
async def metrics(request: Request, services: TheServices, gauges: Gauged) -> Response:
    """Counters for Prometheus: of all processes of this machine, whichever answers."""
    require_access(request, services.config.metrics.access, services.config)
    await asyncio.to_thread(gauges.read)
    return Response(await asyncio.to_thread(exposition), media_type=CONTENT_TYPE_LATEST)
