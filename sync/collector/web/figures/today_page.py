"""Today page: today's numbers per counter, for whoever may read them."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from markupsafe import escape
from starlette.responses import HTMLResponse, Response

from sync.collector.api.depends import MayRead, TheServices
from sync.collector.drawing.templates import templates
from sync.collector.figures.book import Book
from sync.collector.figures.tables import other_table, recorded_table
from sync.collector.people.rights import Reader
from sync.collector.services.reports import read_today
from sync.collector.web.figures.looked import Look
from sync.collector.web.figures.report_page import address_of
from sync.collector.web.shared.heard import Heard, read_heard
from sync.collector.web.shared.query import page_of
from sync.collector.web.shared.rendering import phrases_of, render
from sync.collector.words.phrases import Phrases

router = APIRouter(include_in_schema=False)

REFRESH_S = 60
DEMO_REFRESH_S = 2


ROWS_MAX = 100
"""So many counters stand on one page; a page of thousands weighs more than a minute's wait for it is worth."""
_AS_OF = "\ue000"
"""Stands in the rendering for when it was made, which is no change."""


@dataclass(frozen=True, slots=True)
class _View:
    """One rendering of the part of the page that changes, and what is told of it to the next request."""

    html: str
    as_of: str
    look: Look

    @property
    def marked(self) -> str:
        """The rendering together with its look, which the next request hands back."""
        html = self.html.replace(_AS_OF, f'<span id="as-of">{escape(self.as_of)}</span>')
        return f'<input type="hidden" id="seen" name="seen" value="{self.look.code}">\n{html}'


@router.get("/")
async def show_today(
    request: Request,
    services: TheServices,
    reader: MayRead,
    seen: Annotated[str, Query(max_length=64)] = "",
    trang: Annotated[str, Query(max_length=12)] = "",
) -> Response:
    """Today's tallies per counter."""
    book = await asyncio.to_thread(read_today, services, reader)
    heard = await asyncio.to_thread(read_heard, services, book.kiosks)
    rows, local = _rows_of(book, page_of(trang)), services.now().astimezone(services.config.zone)
    html = _render(book, heard, phrases_of(request), reader, rows)
    view = _View(html, phrases_of(request).made_at(), _look(html, book, heard, local))
    if request.headers.get("hx-request") == "true":
        return _refresh(view, Look.read(seen), phrases_of(request))
    refresh_s = DEMO_REFRESH_S if services.config.demo else REFRESH_S
    # Whoever comes from another page has the fonts already; the first view of a day does without them.
    has_fonts = request.headers.get("sec-fetch-site") not in ("none", "cross-site")
    return render(request, "page.html", view=view.marked, refresh_s=refresh_s, page=rows["page"], has_fonts=has_fonts)


def _refresh(view: _View, before: Look | None, phrases: Phrases) -> Response:
    # Nothing is swapped under a reader's eyes or a screen reader's cursor unless something has changed.
    if before is not None and before.mark == view.look.mark:
        return Response(status_code=204, headers={"As-Of": view.as_of})
    changed = view.look.changed_since(before, phrases.t) if before else ""
    said = f'<p id="changed" hx-swap-oob="innerHTML">{escape(changed)}</p>'
    return HTMLResponse(f"{view.marked}\n{said}", headers={"Cache-Control": "no-store"})


def _rows_of(book: Book, page: int) -> Mapping[str, Any]:
    """The counters of one page of the table; of the last where there are fewer."""
    counters = book.main.counters
    pages = max(1, -(-len(counters) // ROWS_MAX))
    first = (min(page, pages) - 1) * ROWS_MAX
    return {
        "rows": counters[first : first + ROWS_MAX], "first": first + 1, "page": min(page, pages), "pages": pages,
        "rows_max": ROWS_MAX,
    }  # fmt: skip


def _render(book: Book, heard: Heard, phrases: Phrases, reader: Reader, rows: Mapping[str, Any]) -> str:
    titles = phrases.titles_of(book)
    divided = recorded_table(book, titles) if book.others else None
    others = [
        (part, other_table(part, part.counters[:ROWS_MAX], number, titles))
        for number, part in enumerate(book.others, 1)
        if part.me.n
    ]
    values = {"book": book, "divided": divided, "others": others, "heard": heard, "reader": reader, **rows}
    template = templates.get_template("report.html")
    return template.render(t=phrases.t, p=phrases, address=address_of, as_of=_AS_OF, **values)


def _look(html: str, book: Book, heard: Heard, local: datetime) -> Look:
    mark, me = sha256(html.encode()).hexdigest()[:16], book.main.me
    return Look.now(mark, local, me.n or 0, me.aside_n, len(heard.silent))
