"""Page: today's numbers per counter, for whoever may read them."""

import asyncio
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Annotated

from fastapi import APIRouter, Query, Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from kiosk.texts import LANGUAGES, texts
from sync.collector.api.access import require_access
from sync.collector.api.signed import AccessDenied
from sync.collector.api.tallies import read_report
from sync.collector.reports import Report, Span
from sync.collector.services import Services
from sync.collector.web.drawing import (
    NARROW_LABELLED_FROM,
    WIDE_LABELLED_FROM,
    level_colour,
    level_segments,
    place_percent,
)
from sync.collector.web.phrases import Phrases

router = APIRouter(include_in_schema=False)

REFRESH_S = 60
DEMO_REFRESH_S = 2

_templates = Environment(
    loader=PackageLoader("sync.collector.web"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
    lstrip_blocks=True,
)  # fmt: skip
_templates.globals.update(
    level_segments=level_segments,
    level_colour=level_colour,
    place_percent=place_percent,
    WIDE_LABELLED_FROM=WIDE_LABELLED_FROM,
    NARROW_LABELLED_FROM=NARROW_LABELLED_FROM,
)


@dataclass(frozen=True, slots=True)
class _View:
    """One rendering of the page's changing part, and what it is recognised by."""

    html: str

    @property
    def mark(self) -> str:
        return sha256(self.html.encode()).hexdigest()[:16]

    @property
    def marked(self) -> str:
        """The rendering together with its mark, which the next request hands back."""
        return f'<input type="hidden" id="seen" name="seen" value="{self.mark}">\n{self.html}'


@router.get("/")
async def show_today(request: Request, lang: Annotated[str | None, Query(max_length=8)] = None) -> Response:
    """Today's tallies per counter."""
    services: Services = request.app.state.services
    language = lang if lang in LANGUAGES else services.config.language
    phrases = Phrases(texts("collector", language), services.config.zone, services.now())
    try:
        require_access(request, services.config.reports.access, services.config)
    except AccessDenied:
        closed = _templates.get_template("closed.html").render(t=phrases.t, p=phrases, language=language)
        return HTMLResponse(closed, 403)
    day = date.fromisoformat(services.days.today(services.now())[0])
    report = await asyncio.to_thread(read_report, services, Span(day, day))
    view = _render(report, phrases, services)
    if request.headers.get("hx-request") == "true":
        return _refresh(request, view)
    page = _templates.get_template("page.html").render(
        t=phrases.t, p=phrases, language=language, demo=services.config.demo, view=view.marked,
        refresh_s=DEMO_REFRESH_S if services.config.demo else REFRESH_S, report=report, zone=services.config.time_zone,
    )  # fmt: skip
    return HTMLResponse(page, headers={"Cache-Control": "no-store"})


def _refresh(request: Request, view: _View) -> Response:
    # Nothing is swapped under a reader's eyes or a screen reader's cursor unless something has changed.
    if request.query_params.get("seen") == view.mark:
        return Response(status_code=204)
    return HTMLResponse(view.marked, headers={"Cache-Control": "no-store"})


def _render(report: Report, phrases: Phrases, services: Services) -> _View:
    html = _templates.get_template("report.html").render(
        t=phrases.t, p=phrases, report=report, demo=services.config.demo
    )
    return _View(html)
