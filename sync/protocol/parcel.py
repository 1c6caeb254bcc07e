"""Parcel: signed requests in a file, for a kiosk that has no network.

The first line says what it is. Each request follows as one JSON line with method, target,
headers and the length of its body, and then the body's bytes and a newline. The requests
are those that would go over the wire, signed in the same way, so a stick needs no trust.
A file that was cut is good up to the cut.
"""

from collections.abc import Iterable, Iterator
from typing import BinaryIO

import msgspec

from sync.protocol.messages import BATCH_BYTES_MAX

PARCEL_SUFFIX = ".hailong"
_FIRST_LINE = b'{"hailong":"parcel","version":1}\n'
_LINE_BYTES_MAX = 16 * 1024


class ParcelUnreadable(ValueError):
    """The bytes are no parcel, or it ends too early; ``str()`` says where."""


class ParcelRequest(msgspec.Struct, frozen=True):
    """One signed request."""

    method: str
    target: str
    """Path and query, as signed."""
    headers: dict[str, str]
    length: int
    body: bytes = b""
    address: str = ""
    """The collector's, for which it is signed; older kiosks do not say it. A hint: nothing rests on it."""


def write_parcel(file: BinaryIO, requests: Iterable[ParcelRequest]) -> None:
    """Write the requests in their order."""
    file.write(_FIRST_LINE)
    for request in requests:
        head = {
            "method": request.method,
            "target": request.target,
            "headers": request.headers,
            "length": request.length,
        }
        if request.address:
            head["address"] = request.address
        file.write(msgspec.json.encode(head) + b"\n" + request.body + b"\n")


def read_parcel(file: BinaryIO) -> Iterator[ParcelRequest]:
    """The requests in their order, each no larger than it may be on the wire.

    Raises ParcelUnreadable where it stops being a parcel; what was yielded before is whole.
    """
    if file.read(len(_FIRST_LINE)) != _FIRST_LINE:
        raise ParcelUnreadable("this is no file of kiosk export")
    while line := file.readline(_LINE_BYTES_MAX):
        try:
            head = msgspec.json.decode(line, type=ParcelRequest)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise ParcelUnreadable(f"the file is cut or damaged: {error}") from error
        if not 0 <= head.length <= BATCH_BYTES_MAX:
            raise ParcelUnreadable(f"a request of {head.length} bytes is longer than any may be")
        body = file.read(head.length)
        if len(body) != head.length or file.read(1) != b"\n":
            raise ParcelUnreadable("the file is cut within a request")
        yield msgspec.structs.replace(head, body=body)
