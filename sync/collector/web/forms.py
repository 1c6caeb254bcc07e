"""Forms: what a person sends, taken only when it comes from a page of ours."""

import hmac
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request

from sync.collector.api.signed import AccessDenied
from sync.collector.services import Services
from sync.protocol.errors import BodyTooLarge

FORM_BYTES_MAX = 64 * 1024
FIELDS_MAX = 50
FORM_KEY = "form_key"
USUAL_WAY = "/t"
"""Where whoever came for nothing in particular begins."""


async def read_form(request: Request, fields_max: int = FIELDS_MAX) -> dict[str, str]:
    """The fields of a form; of one sent twice, the last.

    Raises BodyTooLarge, or AccessDenied for a form that another site sent.
    """
    _require_own_site(request)
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > FORM_BYTES_MAX:
            raise BodyTooLarge("the form is longer than any of ours")
    try:
        return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=fields_max))
    except ValueError as error:
        raise BodyTooLarge("the form has more fields than any of ours") from error


def require_key(form: dict[str, str], key: str) -> None:
    """Raise AccessDenied unless the form carries the key that our page gave it."""
    if not key or not hmac.compare_digest(form.get(FORM_KEY, "").encode(), key.encode()):
        raise AccessDenied("this form was not made by this page; open the page again")


def safe_way(address: str) -> str:
    """Where to go on, only ever on this site."""
    own = address.startswith("/") and not address.startswith(("//", "/\\")) and "\\" not in address
    return address if own and address.isprintable() else USUAL_WAY


def _require_own_site(request: Request) -> None:
    services: Services = request.app.state.services
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise AccessDenied("this form was sent by another site")
    # Our pages send no referrer, and then browsers say "null" here; the key in the form is what counts.
    origin = request.headers.get("origin", "null")
    own = {urlsplit(services.config.url).netloc, request.headers.get("host", "")}
    if origin != "null" and urlsplit(origin).netloc not in own:
        raise AccessDenied("this form was sent by another site")
