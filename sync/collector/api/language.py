"""Language: in which one the doors for programs speak: the one that is asked for, else the office's.

It is chosen by ``Accept-Language`` (RFC 9110, 12.5.4) among those that are shipped.
"""

from starlette.requests import Request

from kiosk.base.texts import LANGUAGES, Texts, texts
from sync.collector.api.depends import services_of
from sync.protocol import problems

OF_KIOSKS = ("/v1/journals/", "/v1/device", "/v1/enrolments")
"""Doors of the same kind of address at which only kiosks call: those are answered in English, for logs."""
TITLES = tuple(
    kind.title
    for kind in (
        problems.REQUEST_INVALID, problems.SIGN_IN_NEEDED, problems.TOKEN_REFUSED, problems.ACCESS_DENIED,
        problems.NOT_FOUND, problems.METHOD_NOT_ALLOWED, problems.TOO_MANY_REQUESTS, problems.INTERNAL,
        problems.NOT_READY, problems.STORAGE_FULL,
    )
)  # fmt: skip
"""What the problems of these doors are called."""
REFUSED = (
    "sign in first",
    "this token opens nothing here",
    "this token does not read this",
    "the one-time password must be changed first",
    "your account does not have the right to this",
    "this is closed by the collector's settings",
    "this is shown on the collector's own machine only; see [reports] access in collector.toml",
)
"""Why somebody is not let in, as ``api.gate`` says it."""


def is_for_programs(request: Request) -> bool:
    """Whether programs of those entitled read here, and no kiosk."""
    path = request.url.path
    return path.startswith("/v1/") and not path.startswith(OF_KIOSKS)


def language_asked(request: Request) -> str:
    """The language that is asked for with the most weight, the first of several; by default the office's."""
    wanted = request.headers.get("accept-language", "")
    found = [(_weight(said), said.partition(";")[0].strip().partition("-")[0].lower()) for said in wanted.split(",")]
    known = [(weight, -place, name) for place, (weight, name) in enumerate(found) if name in LANGUAGES and weight > 0]
    return max(known)[2] if known else services_of(request).config.language


def words_asked(request: Request) -> Texts:
    """The words of that language."""
    return texts("collector", language_asked(request))


def language_headers(request: Request) -> dict[str, str]:
    """In which language an answer is, and by what it was chosen."""
    return {"Content-Language": language_asked(request), "Vary": "Accept-Language"}


def _weight(said: str) -> float:
    name, _, value = said.partition(";")[2].strip().partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0
