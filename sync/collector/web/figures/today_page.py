"""Today page: today's numbers per counter, for whoever may read them."""

import asyncio
from dataclasses import dataclass
from hashlib import sha256

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from sync.collector.api.depends import MayRead, TheServices
from sync.collector.drawing.templates import templates
from sync.collector.figures.book import Book
from sync.collector.figures.tables import other_table, recorded_table
from sync.collector.people.rights import Reader
from sync.collector.services.reports import read_today
from sync.collector.web.figures.report_page import address_of
from sync.collector.web.shared.heard import Heard, read_heard
from sync.collector.web.shared.rendering import phrases_of, render
from sync.collector.words.phrases import Phrases

router = APIRouter(include_in_schema=False)

REFRESH_S = 60
DEMO_REFRESH_S = 2


@dataclass(frozen=True, slots=True)
class _View:
    """One rendering of the part of the page that changes, with a mark by which the next request recognises it."""

    html: str

    @property
    def mark(self) -> str:
        return sha256(self.html.encode()).hexdigest()[:16]

    @property
    def marked(self) -> str:
        """The rendering together with its mark, which the next request hands back."""
        return f'<input type="hidden" id="seen" name="seen" value="{self.mark}">\n{self.html}'


@router.get("/")
async def show_today(request: Request, services: TheServices, reader: MayRead) -> Response:
    """Today's tallies per counter."""
    book = await asyncio.to_thread(read_today, services, reader)
    heard = await asyncio.to_thread(read_heard, services, book.kiosks)
    view = _render(book, heard, phrases_of(request), reader)
    if request.headers.get("hx-request") == "true":
        return _refresh(request, view)
    refresh_s = DEMO_REFRESH_S if services.config.demo else REFRESH_S
    return render(request, "page.html", view=view.marked, refresh_s=refresh_s)


def _refresh(request: Request, view: _View) -> Response:
    # Nothing is swapped under a reader's eyes or a screen reader's cursor unless something has changed.
    if request.query_params.get("seen") == view.mark:
        return Response(status_code=204)
    return HTMLResponse(view.marked, headers={"Cache-Control": "no-store"})


def _render(book: Book, heard: Heard, phrases: Phrases, reader: Reader) -> _View:
    titles = phrases.titles_of(book)
    divided = recorded_table(book, titles) if book.others else None
    others = [
        (part, other_table(part, part.counters, number, titles))
        for number, part in enumerate(book.others, 1)
        if part.me.n
    ]
    values = {"book": book, "divided": divided, "others": others, "heard": heard, "reader": reader}
    html = templates.get_template("report.html").render(t=phrases.t, p=phrases, address=address_of, **values)
    return _View(html)
