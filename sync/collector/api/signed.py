"""Signed: takes a kiosk's request apart, cheapest check first, and believes nothing before the signature holds.

The order is the protocol's: length, signature header present, digest, key, signature.
"""

import asyncio
import base64
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar
from urllib.parse import urlsplit

from starlette.requests import ClientDisconnect, Request

from sync.collector.fleet.devices.directory import Known
from sync.collector.replica.sender import Device
from sync.collector.services.services import Services
from sync.protocol import problems
from sync.protocol.addressed import Addressed, Received
from sync.protocol.errors import BodyTooLarge, SignatureInvalid, WireError
from sync.protocol.messages import MESSAGE_BYTES_MAX
from sync.protocol.signature import Verified, check_digest, require_signature

T = TypeVar("T", Known, Device)
_FIELDS = "hailong.fields"
_KEYID = re.compile('keyid="([^"]*)"')


class LengthMissing(WireError):
    """A request with a body must say how long it is, so that a limit can be kept before reading."""

    problem = problems.LENGTH_REQUIRED


class MediaTypeUnsupported(WireError):
    """The body is of another media type than this call takes."""

    problem = problems.MEDIA_TYPE_UNSUPPORTED


class DeviceUnknown(WireError):
    """No device with this key id is enrolled here."""

    problem = problems.DEVICE_UNKNOWN


class DeviceRevoked(WireError):
    """The device's credential was withdrawn."""

    problem = problems.DEVICE_REVOKED


class AccessDenied(WireError):
    """The request comes from where this is not shown."""

    problem = problems.ACCESS_DENIED


@dataclass(frozen=True, slots=True)
class Signed:
    """A request that a known kiosk vouches for."""

    device: Known
    verified: Verified
    body: bytes
    address: str
    """For which of the collector's addresses it was signed."""

    @property
    def key(self) -> str:
        """By which key it is believed, base64 as it is kept."""
        return base64.b64encode(self.device.public_key).decode()


class Fields:
    """A request's header fields, decoded once: the framework decodes them anew at every look."""

    def __init__(self, raw: Sequence[tuple[bytes, bytes]]) -> None:
        self._items = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in raw]
        self._first = dict(reversed(self._items))

    def items(self) -> Sequence[tuple[str, str]]:
        """All of them, in order; the names in lower case, as the server gives them."""
        return self._items

    def get(self, name: str) -> str | None:
        """The first field of this name."""
        return self._first.get(name)


def fields_of(request: Request) -> Fields:
    """The header fields of a request."""
    kept: Fields | None = request.scope.get(_FIELDS)
    if kept is None:
        kept = request.scope[_FIELDS] = Fields(request.scope["headers"])
    return kept


async def signed_by_device(
    request: Request,
    services: Services,
    *,
    bytes_max: int = MESSAGE_BYTES_MAX,
    media_type: str | None = None,
    seen_again: bool = False,
) -> Signed:
    """The request, once an enrolled kiosk's signature over it holds; raises WireError.

    With ``seen_again`` the caller's own transaction looks whether the key is still the kiosk's, or one did just now: it
    may be remembered from long ago.
    """
    body = await read_body(request, bytes_max, media_type)
    keyid = keyid_of(request)
    known = services.directory.remembered(keyid) if seen_again else None
    if known is None or known.revoked:
        # No transaction looks again at a kiosk that is refused here, and a database may be put back.
        known = services.directory.current(keyid)
    if known is None:
        check_digest(fields_of(request), body)
        known = await asyncio.to_thread(services.directory.known, keyid)
    try:
        return _signed_by(request, services, body, known)
    except SignatureInvalid:
        # The kiosk may have changed its key just now without this process knowing: read the key from the database.
        if known is None or not await asyncio.to_thread(services.directory.changed, known):
            raise
    return _signed_by(request, services, body, services.directory.remembered(keyid))


async def signed_anew(request: Request, services: Services, signed: Signed) -> Signed:
    """The same request, by the key that the kiosk has now; raises WireError."""
    device_id = signed.device.device_id
    services.directory.forget(device_id)
    return _signed_by(request, services, signed.body, await asyncio.to_thread(services.directory.known, device_id))


async def sender_of(signed: Signed, services: Services) -> Device:
    """All that the kiosk of a request may say; raises DeviceUnknown or DeviceRevoked."""
    device_id = signed.device.device_id
    found = services.directory.sender(device_id) or await asyncio.to_thread(services.directory.find, device_id)
    return _require_valid(found)


def _signed_by(request: Request, services: Services, body: bytes, known: Known | None) -> Signed:
    def key_of(keyid: str) -> bytes:
        return _require_valid(known if known is not None and known.device_id == keyid else None).public_key

    found = _verified(request, services, body, key_of)
    return Signed(_require_valid(known), found.verified, body, found.address)


def _require_valid(found: T | None) -> T:
    if found is None:
        raise DeviceUnknown("no device with this key id is enrolled here; enrol it with a new code")
    if found.revoked:
        raise DeviceRevoked("this device's credential was withdrawn")
    return found


def keyid_of(request: Request) -> str:
    """By which key the request says that it is signed; nothing is believed yet."""
    found = _KEYID.search(fields_of(request).get("signature-input") or "")
    return "" if found is None else found[1]


async def signed_by_new_key(request: Request, services: Services) -> tuple[str, bytes]:
    """The public key (base64) that vouches for this request, and the body; raises WireError."""
    body = await read_body(request, MESSAGE_BYTES_MAX, "application/json")
    return _verified(request, services, body, _own_key).verified.keyid, body


async def read_body(request: Request, bytes_max: int, media_type: str | None) -> bytes:
    """The whole body, never more than ``bytes_max`` of it in memory; raises WireError."""
    fields = fields_of(request)
    _require_length(request, fields, bytes_max)
    require_signature(fields)
    if media_type is not None and _media_type(fields) != media_type:
        raise MediaTypeUnsupported(f"the body must be {media_type}")
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > bytes_max:
                raise BodyTooLarge(f"the body has at most {bytes_max} bytes")
    except ClientDisconnect as error:
        raise WireError("the request ended too early") from error
    return bytes(body)


def _require_length(request: Request, fields: Fields, bytes_max: int) -> None:
    length = fields.get("content-length")
    if length is None:
        if request.method == "GET" and fields.get("transfer-encoding") is None:
            return
        raise LengthMissing("send Content-Length")
    if not (length.isascii() and length.isdigit()):
        raise WireError("Content-Length is not a number")
    if int(length[:19]) > bytes_max:
        raise BodyTooLarge(f"the body has at most {bytes_max} bytes")


def _media_type(fields: Fields) -> str:
    return (fields.get("content-type") or "").partition(";")[0].strip().lower()


def _verified(request: Request, services: Services, body: bytes, key_of: Callable[[str], bytes]) -> Addressed:
    own = services.config.url
    received = Received(request.method, _target(request), fields_of(request), body)
    try:
        return received.verify_for(own, key_of)
    except SignatureInvalid:
        received = replace(received, called=_called(request, own))
        return received.verify(key_of, own, services.addresses.all)


def _target(request: Request) -> str:
    """Path and query, byte for byte as they came."""
    path = request.scope.get("raw_path") or request.url.path.encode()
    query = request.scope["query_string"]
    return str((path + (b"?" + query if query else b"")).decode("latin-1"))


def _called(request: Request, own: str) -> str | None:
    """The address that the kiosk seems to have called: a proxy may have written it anew, so nothing rests on it."""
    host = request.headers.get("host", "")
    try:
        parts = urlsplit(own)
        usable = bool(urlsplit(f"//{host}").hostname)
    except ValueError:
        return None
    return parts._replace(netloc=host).geturl() if usable else None


def _own_key(keyid: str) -> bytes:
    try:
        return base64.b64decode(keyid, validate=True)
    except ValueError as error:
        raise SignatureInvalid("the key id of an enrolment is the public key itself, in base64") from error
