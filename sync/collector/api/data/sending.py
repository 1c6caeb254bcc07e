"""Sending: one answer as JSON or as CSV, with a tag by which whoever asks again is told that nothing changed.

The tag is the hash of the answer's bytes. What is in an answer follows from the numbers alone, and no moment is in it
that moves while they stand, so every process gives the same tag.
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Annotated, Any, Literal

import msgspec
from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from kiosk.base.cells import csv_bytes, plain_text
from sync.collector.api.language import language_headers

Format = Annotated[Literal["json", "csv"], Query(description="csv: the list alone, a line for each thing of it")]
Column = str | tuple[str, str]
"""A member of a thing by the names that lead to it, with dots between; or such a one behind its column's name."""
GZIP_BYTES_MIN = 1500
"""From this length on an answer is packed for whoever takes that; what is packed is tagged apart (RFC 9110, 8.8.3)."""
_CACHED = {"Cache-Control": "private, no-cache"}


def json_answer(
    request: Request, value: msgspec.Struct, headers: Mapping[str, str] | None = None, tag: str | None = None
) -> Response:
    """The answer in JSON, its words with the same plain blanks as in CSV; 304 for whoever has it."""
    body = plain_text(msgspec.json.encode(value).decode()).encode()
    return tagged_answer(request, body, "application/json", headers, tag)


def csv_answer(
    request: Request,
    things: Iterable[Any],
    columns: Sequence[Column],
    headers: Mapping[str, str] | None = None,
    tag: str | None = None,
) -> Response:
    """A list as CSV (RFC 4180, UTF-8, commas): a line with the columns' names, then one for each thing; or 304."""
    named = [(column.replace(".", "_"), column) if isinstance(column, str) else column for column in columns]
    plain = (msgspec.to_builtins(thing) for thing in things)
    lines = [[_said(_found(thing, way.split("."))) for _, way in named] for thing in plain]
    body = csv_bytes([[name for name, _ in named], *lines], ",", mark=False)
    return tagged_answer(request, body, "text/csv; charset=utf-8", headers, tag)


def tagged_answer(
    request: Request, body: bytes, media_type: str, headers: Mapping[str, str] | None = None, tag: str | None = None
) -> Response:
    """An answer with its tag, by default the hash of its bytes; 304 for whoever has it."""
    tag = tag or sha256(body).hexdigest()
    sent = {**_tagged(request, tag, len(body)), **language_headers(request), **(headers or {})}
    return not_modified(request, tag, headers) or Response(body, media_type=media_type, headers=sent)


def not_modified(request: Request, tag: str, headers: Mapping[str, str] | None = None) -> Response | None:
    """304 where whoever asks has what the tag is of, packed or not; None where it is to be sent."""
    # A proxy that packs by itself makes weak tags of ours; here they are compared as weak ones (RFC 9110, 13.1.2).
    known = {one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")}
    found = next((one for one in (f'"{tag}"', f'"{tag}-gzip"') if one in known), None)
    if found is None:
        return None
    sent = {"ETag": found, **_CACHED, **language_headers(request), **(headers or {})}
    return Response(status_code=304, headers=sent)


def _tagged(request: Request, tag: str, size: int) -> dict[str, str]:
    is_packed = size >= GZIP_BYTES_MIN and "gzip" in request.headers.get("accept-encoding", "")
    return {"ETag": f'"{tag}-gzip"' if is_packed else f'"{tag}"', **_CACHED}


def _found(thing: Any, way: Sequence[str]) -> Any:
    for name in way:
        if isinstance(thing, list):
            thing = thing[int(name)] if int(name) < len(thing) else None
        else:
            thing = thing.get(name) if thing else None
    return thing


def _said(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case list():
            return " ".join(map(_said, value))
    return str(value)
