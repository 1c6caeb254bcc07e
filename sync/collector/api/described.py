"""Described: the parts of the API description for bodies that are read and written by hand."""

from typing import Any

import msgspec

from sync.protocol import messages
from sync.protocol.messages import (
    BATCH_MEDIA_TYPE,
    JSON_MEDIA_TYPE,
    PNG_MEDIA_TYPE,
    CursorMessage,
    DeviceSettings,
    DeviceStatus,
    EnrolmentAnswer,
    EnrolmentRequest,
    HashMessage,
    KeyAnswer,
    KeyRequest,
    Problem,
)
from sync.protocol.own_key import OwnKeyAnswer
from sync.protocol.problems import PROBLEM_MEDIA_TYPE
from sync.protocol.tlog.messages import LogAnswer

Described = dict[str, Any]


class StatusAnswer(messages.StatusAnswer, frozen=True, omit_defaults=True):
    """How far the collector's copy of the journal in the status reaches, and which settings the office has set."""

    # On the wire it is taken as it comes, and read by itself.
    log: LogAnswer | None = None


_MESSAGES = (
    CursorMessage,
    HashMessage,
    EnrolmentRequest,
    EnrolmentAnswer,
    DeviceSettings,
    DeviceStatus,
    KeyRequest,
    KeyAnswer,
    OwnKeyAnswer,
    StatusAnswer,
    Problem,
)
REF = "#/components/schemas/{name}"
_, COMPONENTS = msgspec.json.schema_components(_MESSAGES, ref_template=REF)
"""The JSON schemas of the protocol's messages, by name."""


def _json(*names: str) -> Described:
    schemas = [{"$ref": REF.format(name=name)} for name in names]
    return {JSON_MEDIA_TYPE: {"schema": schemas[0] if len(schemas) == 1 else {"anyOf": schemas}}}


def problem_described(description: str) -> Described:
    """An answer that is a problem (RFC 9457)."""
    return {
        "description": description,
        "content": {PROBLEM_MEDIA_TYPE: {"schema": {"$ref": REF.format(name="Problem")}}},
    }


CURSOR: Described = {"description": "The cursor after the last entry stored", "content": _json("CursorMessage")}
CURSOR_OR_HASH: Described = {
    "description": "The cursor, or the hash after the entry asked for",
    "content": _json("CursorMessage", "HashMessage"),
}
CURSOR_CONFLICT: Described = problem_described(
    "The batch does not continue the stored copy; the problem carries its cursor"
)
ENROLLED: Described = {"description": "Who the kiosk is from now on", "content": _json("EnrolmentAnswer")}
STATUS_ANSWER: Described = {
    "description": "The cursor, and the settings' version",
    "content": _json("StatusAnswer"),
}
NEW_KEY: Described = {"description": "The key from now on", "content": _json("KeyAnswer")}
OWN_KEY: Described = {"description": "By which the collector is known again", "content": _json("OwnKeyAnswer")}
SETTINGS: Described = {"description": "What the office set for this kiosk", "content": _json("DeviceSettings")}

BATCH_BODY: Described = {
    "requestBody": {
        "required": True,
        "description": "Entries, one a line, then their enclosures; gzip or plain",
        "content": {BATCH_MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}},
    }
}
ENROLMENT_BODY: Described = {"requestBody": {"required": True, "content": _json("EnrolmentRequest")}}
KEY_BODY: Described = {"requestBody": {"required": True, "content": _json("KeyRequest")}}
PICTURE_BODY: Described = {
    "requestBody": {
        "required": True,
        "content": {PNG_MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}},
    }
}
STATUS_BODY: Described = {"requestBody": {"required": True, "content": _json("DeviceStatus")}}

# The answers are listed one by one, so that a client generated from this reads all of them as problems.
PROBLEMS: dict[int | str, Described] = {
    400: problem_described("The request, its digest, its clock or its body is not what this call takes"),
    403: problem_described("This credential or this place does not open this door"),
    404: problem_described("There is nothing at this address"),
    500: problem_described("The collector failed; nothing was kept"),
    503: problem_described("The collector cannot take requests now; see Retry-After"),
}
WIRE_PROBLEMS: dict[int | str, Described] = PROBLEMS | {
    401: problem_described("No signature, or one that does not vouch for this request"),
    411: problem_described("Content-Length is missing"),
    413: problem_described("The body, what it inflates to, its lines or one of them is over the limit"),
    415: problem_described("The media type or the content encoding is not taken"),
    429: problem_described("Too many requests; see Retry-After"),
    507: problem_described("The collector has no room left; see Retry-After"),
}
