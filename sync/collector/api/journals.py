"""Step 9, receive: a kiosk's journal arrives here, and the kiosk is told how far the copy reaches.

Nothing is believed before the signature holds (``sync.collector.api.signed``).
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, TypeVar

import structlog
from fastapi import APIRouter, Path, Query, Request
from fastapi.routing import APIRoute
from prometheus_client import Counter as Metric
from starlette.responses import Response

from kiosk.journal.chain import Cursor
from sync.collector.api.answers import message_answer, problem_answer
from sync.collector.api.depends import TheServices
from sync.collector.api.described import BATCH_BODY, CURSOR, CURSOR_CONFLICT, CURSOR_OR_HASH, WIRE_PROBLEMS
from sync.collector.api.signed import Signed, sender_of, signed_anew, signed_by_device
from sync.collector.errors import SenderGone
from sync.collector.replica.sent import Appended, Arrival, Batch, Conflict, Sent
from sync.collector.replica.stored import read_cursor, read_hash
from sync.collector.services.services import Services
from sync.collector.store.partitions import ensure_partitions
from sync.protocol import problems
from sync.protocol.batch import is_gzip, unpack_batch
from sync.protocol.messages import BATCH_BYTES_MAX, BATCH_MEDIA_TYPE, CursorMessage, HashMessage

T = TypeVar("T")

router = APIRouter(tags=["kiosk"])

JOURNAL_ID = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
SEQ_MAX = 2**53
JournalId = Annotated[str, Path(pattern=JOURNAL_ID)]

# Nothing is refused for it: it is signed and kept with the request, and held to the lines when these are judged.
_CUTS = {
    "name": "cuts",
    "in": "query",
    "required": False,
    "description": "How many cuts the journal has up to the last entry, the root over them and the kiosk's signature.",
    "schema": {"type": "string"},
}

_log = structlog.get_logger("collector.ingest")
_batches = Metric("hailong_batches_total", "Batches appended")
_entries = Metric("hailong_entries_total", "Entries appended")
_unread = Metric("hailong_entries_unread_total", "Entries kept but not read")
_conflicts = Metric("hailong_conflicts_total", "Batches that did not continue the stored copy")


@router.get("/v1/journals/{journal_id}", responses={200: CURSOR_OR_HASH, **WIRE_PROBLEMS})
async def get_cursor(
    request: Request,
    services: TheServices,
    journal_id: JournalId,
    seq: Annotated[int | None, Query(ge=0, le=SEQ_MAX)] = None,
    asked: Annotated[str | None, Query(alias="hash", pattern="^[0-9a-f]{64}$")] = None,
) -> Response:
    """How far the collector's copy of the journal reaches; with ``seq``, the hash after that entry.

    Of an entry whose time was over only whether it had the ``hash`` that the kiosk has there: then that, else zeros.
    """
    signed = await signed_by_device(request, services)
    if seq is None:
        cursor = await asyncio.to_thread(_read, services, read_cursor, signed.device.device_id, journal_id)
        return message_answer(CursorMessage.of(cursor))
    ours = None if asked is None else bytes.fromhex(asked)
    found = await asyncio.to_thread(_read, services, read_hash, signed.device.device_id, journal_id, seq, ours)
    if found is None:
        return problem_answer(
            problems.NOT_FOUND, f"the copy does not reach entry {seq}, or it was dropped in time: ask with its hash"
        )
    return message_answer(HashMessage(seq, found.hex()))


@router.post(
    "/v1/journals/{journal_id}/entries",
    responses={200: CURSOR, 409: CURSOR_CONFLICT, **WIRE_PROBLEMS},
    openapi_extra={**BATCH_BODY, "parameters": [_CUTS]},
)
async def append_entries(
    request: Request,
    services: TheServices,
    journal_id: JournalId,
    start: Annotated[int, Query(alias="from", ge=1, le=SEQ_MAX)],
    prev: Annotated[str, Query(pattern="^[0-9a-f]{64}$")],
    head: Annotated[str | None, Query(pattern="^[0-9a-f]{64}$")] = None,
) -> Response:
    """Append consecutive entries that follow ``prev``; ``head`` is the hash after the last of them.

    200 with the new cursor once they are durable; 409 with the stored cursor where they do not continue the copy.
    """
    signed = await signed_by_device(request, services, bytes_max=BATCH_BYTES_MAX, media_type=BATCH_MEDIA_TYPE)
    cursor = Cursor(start, bytes.fromhex(prev))
    async with services.admission.admit(len(signed.body)):
        outcome, signed = await _take(request, services, signed, journal_id, cursor, head)
    return _answer(outcome, journal_id, signed)


async def _take(
    request: Request, services: Services, signed: Signed, journal_id: str, start: Cursor, head: str | None
) -> tuple[Appended | Conflict, Signed]:
    """What came of the batch, and as who its kiosk is known by then."""
    encoding = request.headers.get("content-encoding")
    lines, enclosures = unpack_batch(signed.body, encoding)
    body = signed.body if is_gzip(encoding) and not enclosures else None
    end = None if head is None else bytes.fromhex(head)
    batch = Batch(journal_id, start, lines, enclosures, body, end)
    try:
        return await _append(services, signed, batch, request.headers["kiosk-clock"]), signed
    except SenderGone:
        signed = await signed_anew(request, services, signed)
        return await _append(services, signed, batch, request.headers["kiosk-clock"]), signed


APPEND_ROUTE = next(
    route for route in router.routes if isinstance(route, APIRoute) and route.endpoint is append_entries
)
_USUAL = re.compile(rb"from=([1-9][0-9]{0,14})&prev=([0-9a-f]{64})(?:&head=([0-9a-f]{64}))?(?:&cuts=[^&]*)?")
_USUAL_PATH = re.compile(r"/v1/journals/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/entries")


def usual_append(path: str, query: bytes) -> Callable[[Request, Services], Awaitable[Response]] | None:
    """How an append is answered whose address has the form in which kiosks write it; None for any other."""
    journal, place = _USUAL_PATH.fullmatch(path), _USUAL.fullmatch(query)
    if journal is None or place is None:
        return None
    start, prev, head = int(place[1]), place[2].decode(), None if place[3] is None else place[3].decode()
    return partial(append_entries, journal_id=journal[1], start=start, prev=prev, head=head)


async def _append(services: Services, signed: Signed, batch: Batch, kiosk_clock: str) -> Appended | Conflict:
    sender, verified, key = await sender_of(signed, services), signed.verified, signed.key
    arrival = Arrival(services.now(), verified.clock, verified.signature, kiosk_clock, verified.base, public_key=key)
    if services.partitions.missing(arrival.received_at):
        await services.write(lambda connection: ensure_partitions(connection, arrival.received_at))
        services.partitions.note(arrival.received_at)

    return await services.appends.keep(Sent(sender, batch, arrival))


def _answer(outcome: Appended | Conflict, journal_id: str, signed: Signed) -> Response:
    match outcome:
        case Conflict(cursor):
            _conflicts.inc()
            detail = "the batch does not continue the stored copy; go on from this cursor"
            return problem_answer(problems.CURSOR_MISMATCH, detail, cursor=cursor)
        case Appended(cursor, added, unread):
            _batches.inc()
            _entries.inc(added)
            if unread:
                _unread.inc(unread)
                device_id = signed.device.device_id
                _log.warning("entries not read", journal=journal_id, device=device_id, unread=unread)
            return message_answer(CursorMessage.of(cursor))


def _read(services: Services, read: Callable[..., T], *wanted: object) -> T:
    with services.database.reading() as connection:
        return read(connection, *wanted)
