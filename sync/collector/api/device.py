"""Device: what the office set for a kiosk, and how the kiosk says it is."""

import asyncio
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.routing import APIRoute
from msgspec import structs
from sqlalchemy import Connection
from starlette.responses import Response

from kiosk.office.picture import PICTURE_BYTES_MAX
from sync.collector.api.answers import message_answer
from sync.collector.api.depends import TheServices
from sync.collector.api.described import (
    KEY_BODY,
    NEW_KEY,
    OWN_KEY,
    PICTURE_BODY,
    SETTINGS,
    STATUS_ANSWER,
    STATUS_BODY,
    WIRE_PROBLEMS,
)
from sync.collector.api.signed import DeviceRevoked, Signed, keyid_of, signed_anew, signed_by_device
from sync.collector.fleet.devices.credentials import change_key, require_unrevoked
from sync.collector.fleet.devices.keys import HandedIn
from sync.collector.fleet.devices.own import read_own_key
from sync.collector.fleet.kiosks.pictures import keep_picture
from sync.collector.fleet.kiosks.status import NotKept, Word
from sync.collector.fleet.rollouts.effective import etag_of, settings_for
from sync.collector.services.services import Services
from sync.collector.transparency.answer import Asked, is_up_to_date, log_answer, roots_answer
from sync.collector.transparency.shown import keep_shown
from sync.protocol.messages import (
    JSON_MEDIA_TYPE,
    PNG_MEDIA_TYPE,
    AnyMessage,
    DeviceSettings,
    DeviceStatus,
    KeyAnswer,
    KeyRequest,
    decode_message,
)
from sync.protocol.own_key import NONCE_PATTERN, OwnKeyAnswer, answer_as_collector
from sync.protocol.signature import check_key_proof
from sync.protocol.tlog.messages import LogAnswer, LogKept

router = APIRouter(tags=["kiosk"])


@router.get("/v1/device", responses={200: SETTINGS, 304: {"description": "Unchanged since that ETag"}, **WIRE_PROBLEMS})
async def get_settings(request: Request, services: TheServices) -> Response:
    """The settings for the kiosk that asks."""
    told = services.heartbeats.told(keyid_of(request))
    signed = await signed_by_device(request, services, seen_again=told is not None)
    settings = await asyncio.to_thread(_read, services, signed.device.device_id) if told is None else told
    etag = etag_of(settings)
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers={"ETag": etag})
    return message_answer(settings, {"ETag": etag})


@router.post(
    "/v1/device/status",
    responses={200: STATUS_ANSWER, **WIRE_PROBLEMS},
    openapi_extra=STATUS_BODY,
)
async def post_status(request: Request, services: TheServices) -> Response:
    """How the kiosk is, kept until its next word; the answer is how far the copy of its journal reaches."""
    received_at = services.now()
    signed = await signed_by_device(request, services, media_type=JSON_MEDIA_TYPE, seen_again=True)
    status = decode_message(DeviceStatus, signed.body)
    answer = await services.heartbeats.keep(_word(signed, status, received_at))
    if isinstance(answer, NotKept):
        signed = await signed_anew(request, services, signed)
        answer = await services.heartbeats.keep(_word(signed, status, received_at))
    if isinstance(answer, NotKept):
        raise DeviceRevoked(answer.value)
    if status.log is not None and not is_up_to_date(services.log, status.log):
        said = await asyncio.to_thread(_log_member, services, status.log, status.journal_id)
        answer = answer if said is None else structs.replace(answer, log=said)
    return message_answer(answer)


STATUS_ROUTE = next(route for route in router.routes if isinstance(route, APIRoute) and route.endpoint is post_status)


@router.post("/v1/device/key", responses={200: NEW_KEY, **WIRE_PROBLEMS}, openapi_extra=KEY_BODY)
async def post_key(request: Request, services: TheServices) -> Response:
    """The kiosk's next key, signed with the present one; a repeat with either key gets the same answer."""
    signed = await signed_by_device(request, services, media_type=JSON_MEDIA_TYPE)
    wanted, device_id = decode_message(KeyRequest, signed.body), signed.device.device_id
    check_key_proof(wanted.public_key, device_id, wanted.proof)

    def in_transaction(connection: Connection) -> None:
        handed_in = HandedIn(signed.verified.base, signed.verified.signature, signed.body)
        require_unrevoked(connection, device_id)
        change_key(connection, device_id, wanted.public_key, services.now(), handed_in)

    await services.write(in_transaction)
    services.directory.forget(device_id)
    return message_answer(KeyAnswer(wanted.public_key))


@router.put(
    "/v1/device/picture",
    responses={200: {"description": "It was kept, in the place of the last one"}, **WIRE_PROBLEMS},
    openapi_extra=PICTURE_BODY,
)
async def put_picture(request: Request, services: TheServices) -> Response:
    """What the kiosk's screen shows, as IT staff asked for it: a PNG of at most 256 KiB."""
    signed = await signed_by_device(request, services, bytes_max=PICTURE_BYTES_MAX, media_type=PNG_MEDIA_TYPE)
    device_id = signed.device.device_id

    def in_transaction(connection: Connection) -> None:
        require_unrevoked(connection, device_id)
        keep_picture(connection, device_id, signed.body, services.now())

    await services.write(in_transaction)
    return message_answer(AnyMessage())


@router.get("/v1/device/collector", responses={200: OWN_KEY, **WIRE_PROBLEMS})
async def get_own_key(
    request: Request, services: TheServices, nonce: Annotated[str, Query(pattern=NONCE_PATTERN)]
) -> Response:
    """That the collector with this key answers here: said for this kiosk, this address and this question alone."""
    signed = await signed_by_device(request, services)

    def answer() -> OwnKeyAnswer:
        with services.database.reading() as connection:
            key = read_own_key(connection)
        return answer_as_collector(key, signed.address, signed.device.device_id, nonce, services.now())

    return message_answer(await asyncio.to_thread(answer))


def _word(signed: Signed, status: DeviceStatus, received_at: datetime) -> Word:
    return Word(signed.device.device_id, signed.key, status, signed.verified.clock, received_at)


def _log_member(services: Services, kept: LogKept, journal_id: str) -> LogAnswer | None:
    """What is new in the transparency log for a kiosk; nearly always nothing."""
    config = services.config
    if kept.checkpoint:
        keep_shown(config, kept.checkpoint)
    if kept.origin:
        return log_answer(services.log, services.database, Asked(kept, journal_id))
    with services.database.reading() as connection:
        return roots_answer(connection, config.log, services.log, read_own_key(connection), config.url)


def _read(services: Services, device_id: str) -> DeviceSettings:
    with services.database.reading() as connection:
        return settings_for(connection, device_id, services.rollouts.at_this_moment(connection))
