"""Log: the transparency log as anybody may read it: checkpoint, tiles, and what it says of its keys. No account."""

import asyncio

from fastapi import APIRouter, Request
from starlette.responses import Response

from sync.collector.api.answers import problem_answer
from sync.collector.api.data.described import HAD
from sync.collector.api.data.sending import tagged_answer
from sync.collector.api.depends import TheServices
from sync.collector.api.described import PROBLEMS, Described
from sync.protocol import problems
from sync.protocol.tlog.errors import NoteWrong

router = APIRouter(tags=["log"], prefix="/log")
TEXT = "text/plain; charset=utf-8"
_CHANGING = {"Cache-Control": "public, max-age=5", "Access-Control-Allow-Origin": "*"}
_LASTING = {"Cache-Control": "public, max-age=31536000, immutable", "Access-Control-Allow-Origin": "*"}


def _told(media_type: str, schema: Described | None = None) -> dict[int | str, Described]:
    found = {"description": "As it is published", "content": {media_type: {"schema": schema or {"type": "string"}}}}
    return {200: found, 304: HAD, 404: PROBLEMS[404]}


@router.get("/checkpoint", response_class=Response, responses=_told("text/plain"))
async def get_checkpoint(request: Request, services: TheServices) -> Response:
    """The newest published checkpoint (c2sp.org/tlog-checkpoint), cosigned by witnesses where there are any."""
    newest = await asyncio.to_thread(services.log.newest)
    return _answer(request, None if newest is None else newest.text.encode(), TEXT)


@router.get("/keys", responses=_told("application/json", {"type": "object"}))
async def get_keys(request: Request, services: TheServices) -> Response:
    """The log's origin and key, and the signed statements by which each key followed the one before."""
    return _answer(request, await asyncio.to_thread(services.log.keys), "application/json")


@router.get("/restarted", response_class=Response, responses=_told("text/plain"))
async def get_restarted(request: Request, services: TheServices) -> Response:
    """The signed statement of a log that goes on where an older one was lost."""
    said = await asyncio.to_thread(services.log.restarted)
    return _answer(request, None if said is None else said.encode(), TEXT)


@router.get("/tile/{path:path}", response_class=Response, responses=_told("application/octet-stream"))
async def get_tile(request: Request, services: TheServices, path: str) -> Response:
    """A tile of hashes or a bundle of entries (c2sp.org/tlog-tiles) within the published checkpoint's size."""
    try:
        found = await asyncio.to_thread(services.log.tile, f"tile/{path}")
    except NoteWrong:
        found = None
    return _answer(request, found, "application/octet-stream", lasting=True)


def _answer(request: Request, content: bytes | None, media_type: str, *, lasting: bool = False) -> Response:
    if content is None:
        return problem_answer(problems.NOT_FOUND, "the log has nothing at this address")
    return tagged_answer(request, content, media_type, _LASTING if lasting else _CHANGING)
