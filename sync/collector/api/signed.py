"""Signed: takes a kiosk's request apart, cheapest check first, and believes nothing before the signature holds.

The order is the protocol's: length, signature header present, digest, key, signature.
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.requests import ClientDisconnect, Request

from sync.collector.replica.sender import Device
from sync.collector.services.services import Services
from sync.protocol import problems
from sync.protocol.addressed import Addressed, Received
from sync.protocol.errors import BodyTooLarge, SignatureInvalid, WireError
from sync.protocol.messages import MESSAGE_BYTES_MAX
from sync.protocol.signature import Verified, require_signature


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

    device: Device
    verified: Verified
    body: bytes
    address: str
    """For which of the collector's addresses it was signed."""


async def signed_by_device(
    request: Request, services: Services, *, bytes_max: int = MESSAGE_BYTES_MAX, media_type: str | None = None
) -> Signed:
    """The request, once an enrolled kiosk's signature over it holds; raises WireError."""
    body = await read_body(request, bytes_max, media_type)
    found: list[Device] = []

    def key_of(keyid: str) -> bytes:
        device = services.directory.find(keyid)
        if device is None:
            raise DeviceUnknown("no device with this key id is enrolled here; enrol it with a new code")
        if device.revoked:
            raise DeviceRevoked("this device's credential was withdrawn")
        found.append(device)
        return device.public_key

    try:
        found_for = _verified(request, services, body, key_of)
    except SignatureInvalid:
        # The kiosk may have changed its key just now without this process knowing: read the key from the database.
        if not found or not services.directory.changed(found[-1]):
            raise
        found_for = _verified(request, services, body, key_of)
    return Signed(found[-1], found_for.verified, body, found_for.address)


async def signed_by_new_key(request: Request, services: Services) -> tuple[str, bytes]:
    """The public key (base64) that vouches for this request, and the body; raises WireError."""
    body = await read_body(request, MESSAGE_BYTES_MAX, "application/json")
    return _verified(request, services, body, _own_key).verified.keyid, body


async def read_body(request: Request, bytes_max: int, media_type: str | None) -> bytes:
    """The whole body, never more than ``bytes_max`` of it in memory; raises WireError."""
    _require_length(request, bytes_max)
    require_signature(request.headers)
    if media_type is not None and _media_type(request) != media_type:
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


def _require_length(request: Request, bytes_max: int) -> None:
    length = request.headers.get("content-length")
    if length is None:
        if request.method == "GET" and "transfer-encoding" not in request.headers:
            return
        raise LengthMissing("send Content-Length")
    if not (length.isascii() and length.isdigit()):
        raise WireError("Content-Length is not a number")
    if int(length[:19]) > bytes_max:
        raise BodyTooLarge(f"the body has at most {bytes_max} bytes")


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _verified(request: Request, services: Services, body: bytes, key_of: Callable[[str], bytes]) -> Addressed:
    own = services.config.url
    received = Received(request.method, _target(request), request.headers, body, _called(request, own))
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
