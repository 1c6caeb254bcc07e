"""Rendering: a page made from a template, with what every page shows: navigation, language, words."""

from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse

from kiosk.base.texts import LANGUAGES, Texts, texts
from sync.collector.api.badges import NOTHING
from sync.collector.api.depends import services_of
from sync.collector.drawing.templates import templates
from sync.collector.words.limits import limits
from sync.collector.words.phrases import Phrases


def language_of(request: Request) -> str:
    """The language that the address asks for, else the office's."""
    wanted = request.query_params.get("lang", "")
    return wanted if wanted in LANGUAGES else services_of(request).config.language


def phrases_of(request: Request) -> Phrases:
    """The request's phrases at this moment."""
    services = services_of(request)
    asked = request.query_params.get("lang", "")
    return Phrases(
        words_of(request), services.config.zone, services.now(), asked_language=asked if asked in LANGUAGES else ""
    )


def words_of(request: Request) -> Texts:
    """The request's words."""
    return texts("collector", language_of(request))


def render(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page from a template; no cache keeps it, for it shows what one person may see."""
    services = services_of(request)
    phrases = phrases_of(request)
    shared = {
        "t": phrases.t,
        "p": phrases,
        "language": language_of(request),
        "demo": services.config.demo,
        "limits": limits(phrases.t, services.config.policy),
        "has_tt01": services.config.reports.tt01,
        "badges": getattr(request.state, "badges", NOTHING),
        "zone": services.config.time_zone,
        "reader": getattr(request.state, "reader", None),
        "here_in": lambda lang: _here_in(request, lang),
    }
    html = templates.get_template(template).render({**shared, **values})
    return HTMLResponse(html, status, headers={"Cache-Control": "no-store"})


def kept_note(request: Request, *, is_filled: bool, left: list[str]) -> str:
    """What is said above a page whose form comes back; ``left`` are words that have no field there any more."""
    return templates.get_template("kept.html").render(t=words_of(request), is_filled=is_filled, left=left)


def _here_in(request: Request, language: str) -> str:
    """The address of the present page in a language."""
    query = [(key, value) for key, value in request.query_params.multi_items() if key not in ("lang", "seen")]
    return f"{request.url.path}?{urlencode([*query, ('lang', language)], safe=':@,')}"
