"""Forms: what a person sends, taken only when it comes from a page of ours."""

import hmac
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from sync.collector.api.signed import AccessDenied
from sync.protocol.errors import BodyTooLarge

FORM_BYTES_MAX = 64 * 1024
FIELDS_MAX = 50
FORM_KEY = "form_key"
USUAL_WAY = "/t"
"""The page that follows sign-in where no other page was asked for."""
FILE_NAME_CHARS_MAX = 120
NOT_OURS = "this form was not made by this page; open the page again"
OF_ANOTHER_SITE = "this form was sent by another site"
FOREIGN_FORMS = (NOT_OURS, OF_ANOTHER_SITE)
DISCARDED_BYTES_MAX = 32 * 1024 * 1024
"""A browser shows our answer only when its whole body was sent; of one too long, so much is read and dropped."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A form with which a file was handed in."""

    fields: dict[str, str] = field(default_factory=dict)
    file_name: str = ""
    """Without its folder and without what cannot be printed."""
    file: bytes = b""


async def read_form(request: Request, own_url: str, fields_max: int = FIELDS_MAX) -> dict[str, str]:
    """The fields of a form, without NULs, which no keyboard has; of one sent twice, the last.

    Raises BodyTooLarge, or AccessDenied for a form that another site sent.
    """
    _require_own_site(request, own_url)
    body = await _read_body(request, FORM_BYTES_MAX)
    try:
        pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=fields_max)
    except ValueError as error:
        raise BodyTooLarge("the form has more fields than any of ours") from error
    return {name: value.replace("\0", "") for name, value in pairs}


async def read_upload(request: Request, own_url: str, bytes_max: int) -> Upload:
    """The fields of a form and its file, of at most ``bytes_max`` together; without a file where none was sent.

    Raises BodyTooLarge, or AccessDenied for a form that another site sent or that is none.
    """
    _require_own_site(request, own_url)
    body = await _read_body(request, bytes_max)

    async def whole() -> AsyncGenerator[bytes, None]:
        yield body

    try:
        form = await MultiPartParser(request.headers, whole(), max_files=1, max_fields=FIELDS_MAX).parse()
    except (MultiPartException, KeyError) as error:
        raise AccessDenied(NOT_OURS) from error
    fields = {name: value.replace("\0", "") for name, value in form.multi_items() if isinstance(value, str)}
    handed = next((value for value in form.values() if isinstance(value, UploadFile)), None)
    file = b"" if handed is None else await handed.read()
    await form.close()
    return Upload(fields, _tidy_name(handed.filename or "" if handed else ""), file)


def require_key(form: dict[str, str], key: str) -> None:
    """Raise AccessDenied unless the form carries the key that our page gave it."""
    if not key or not hmac.compare_digest(form.get(FORM_KEY, "").encode(), key.encode()):
        raise AccessDenied(NOT_OURS)


def safe_way(address: str) -> str:
    """The address to go on to; the usual one where this address leads to another site."""
    own = address.startswith("/") and not address.startswith(("//", "/\\")) and "\\" not in address
    return address if own and address.isprintable() else USUAL_WAY


async def _read_body(request: Request, bytes_max: int) -> bytes:
    body, read = bytearray(), 0
    async for piece in request.stream():
        read += len(piece)
        if read <= bytes_max:
            body += piece
        if read > DISCARDED_BYTES_MAX:
            break
    if read > bytes_max:
        raise BodyTooLarge("the form is longer than any of ours")
    return bytes(body)


def _tidy_name(name: str) -> str:
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(sign for sign in last if sign.isprintable())[:FILE_NAME_CHARS_MAX]


def _require_own_site(request: Request, own_url: str) -> None:
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise AccessDenied(OF_ANOTHER_SITE)
    # Our pages send no referrer, and then browsers say "null" here; the key in the form is what counts.
    origin = request.headers.get("origin", "null")
    own = {urlsplit(own_url).netloc, request.headers.get("host", "")}
    if origin != "null" and urlsplit(origin).netloc not in own:
        raise AccessDenied(OF_ANOTHER_SITE)
