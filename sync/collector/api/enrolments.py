"""Enrolments: a one-time code and the kiosk's own key become a device."""

import asyncio

import structlog
from fastapi import APIRouter, Request
from msgspec import structs
from sqlalchemy import Connection
from starlette.responses import Response

from sync.collector.api.answers import message_answer
from sync.collector.api.depends import TheServices
from sync.collector.api.described import ENROLLED, ENROLMENT_BODY, WIRE_PROBLEMS
from sync.collector.api.signed import signed_by_new_key
from sync.collector.fleet.devices.devices import WrongCode, enrol, hash_code, require_enrolled, require_tries_left
from sync.collector.services.services import Services
from sync.collector.transparency.trust import roots_of
from sync.protocol.errors import SignatureInvalid
from sync.protocol.messages import EnrolmentAnswer, EnrolmentRequest, decode_message

router = APIRouter(tags=["kiosk"])
_log = structlog.get_logger("collector.enrolment")


@router.post("/v1/enrolments", responses={200: ENROLLED, **WIRE_PROBLEMS}, openapi_extra=ENROLMENT_BODY)
async def enrol_device(request: Request, services: TheServices) -> Response:
    """Hand in a one-time code, signed with the key that is to become the kiosk's; a repeat gets the same answer."""
    keyid, body = await signed_by_new_key(request, services)
    wanted = decode_message(EnrolmentRequest, body)
    if wanted.public_key != keyid:
        raise SignatureInvalid("the request is signed with another key than the one handed in")
    await asyncio.to_thread(_require_tries_left, services)
    code_hash = await asyncio.to_thread(hash_code, wanted.code)

    def in_transaction(connection: Connection) -> EnrolmentAnswer | WrongCode:
        answer = enrol(connection, wanted, code_hash, services.now())
        if isinstance(answer, WrongCode):
            return answer
        return structs.replace(answer, log=roots_of(connection, services.config.log, services.log))

    answer = require_enrolled(await services.write(in_transaction))
    _log.info("enrolled", device=answer.device_id, counter=answer.counter)
    return message_answer(answer)


def _require_tries_left(services: Services) -> None:
    with services.database.reading() as connection:
        require_tries_left(connection, services.config.enrolment.failures_per_hour_max, services.now())
