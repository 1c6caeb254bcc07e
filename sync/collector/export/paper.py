"""Paper: a report as PDF, laid out after Decree 30/2020: national name and motto, tables, method, signature."""

import json
import re
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from html import escape
from typing import Any, cast

from markupsafe import Markup

from kiosk.base.resources import resource
from kiosk.base.table import Table
from sync.collector.drawing.templates import templates
from sync.collector.figures.attention import Matter, find_matters
from sync.collector.figures.book import Book
from sync.collector.figures.places import Place
from sync.collector.figures.tables import tables_of
from sync.collector.words.phrases import Phrases

_LAYOUT = resource("assets", "paper")
_DRAWING = re.compile(r"<svg\b([^>]*)>(.*?)</svg>", re.DOTALL)
_NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SVG = "http://www.w3.org/2000/svg"
_BAR_PX = 620
"""As wide as the text, for a drawing that has only a height."""
_KEPT_PAPERS = 10
_TABLES = ("versus", "places", "recorded", "reasons", "weeks")
_WEEKS_MAX = 13
"""A quarter; the chart has them all, and so have the spreadsheet and CSV."""


def pdf_file(book: Book, p: Phrases) -> bytes:
    """The report on A4; number, day, issuing body and signature are left for the clerk."""
    return pdf_of(paper_html(book, p), book.made_at)


def pdf_of(page: str, made_at: datetime) -> bytes:
    """A page of well-formed XML laid out on A4, the same bytes for the same page and time everywhere.

    Its words reach the layout as data, so that no name is read as an instruction. The layout sees its own folder and
    our own fonts: one of the same name on the machine may lack most of the Vietnamese letters.

    Raises TypstError where the page is not what the layout knows.
    """
    # Only here: whoever prints nothing need not load it.
    import typst

    drawings: list[str] = []

    def put_aside(drawing: re.Match[str]) -> str:
        drawings.append(_alone(*drawing.groups()))
        return f'<svg drawn="{len(drawings) - 1}"{drawing[1]}/>'

    told = _DRAWING.sub(put_aside, _NO_XML.sub("\N{REPLACEMENT CHARACTER}", page))
    layout = typst.Compiler(root=_LAYOUT, font_paths=_fonts(), ignore_system_fonts=True)
    pdf = layout.compile(
        _LAYOUT.joinpath("paper.typ").read_bytes(),
        format="pdf",
        sys_inputs={"page": told, "drawings": json.dumps(drawings)},
        timestamp=int(made_at.timestamp()),
    )
    # What it worked out for one paper it keeps for ten more: 200 MB that no other paper asks for again.
    for _ in range(_KEPT_PAPERS + 1):
        layout.compile(b"", format="svg")
    return cast("bytes", pdf)


def _alone(attributes: str, marks: str) -> str:
    """A drawing of the page as a picture by itself, with the looks of its marks."""
    style = _LAYOUT.joinpath("marks.css").read_text("utf-8")
    size = "" if " width=" in attributes or "viewBox" in attributes else f' width="{_BAR_PX}"'
    return f'<svg xmlns="{_SVG}"{size}{attributes}><style>{style}</style>{marks}</svg>'


@cache
def _fonts() -> Any:
    import typst

    folder = str(resource("assets", "web", "fonts"))
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])


def paper_html(book: Book, p: Phrases) -> str:
    """What is laid out: XML with the names of HTML."""
    return templates.get_template("paper.html").render(t=p.t, p=p, book=book, sheet=paper_of(book, p))


def paper_body(book: Book, p: Phrases) -> Markup:
    """The same without its head, to stand in a page."""
    body = templates.get_template("paper_body.html").render(t=p.t, p=p, book=book, sheet=paper_of(book, p))
    # A template of ours, which escapes what it is told.
    return Markup(body)  # noqa: S704


@dataclass(frozen=True, slots=True)
class Paper:
    """What stands on paper besides the report's own figures."""

    levels: Table
    aside: Table
    divided: Table | None
    """How what was recorded divides, where there are several questions."""
    tables: tuple[tuple[Table, tuple[str, ...]], ...]
    """With the words that stand above some of the rows, by row."""
    matters: tuple[Matter, ...]
    code: str


def paper_of(book: Book, p: Phrases) -> Paper:
    """A report's tables in the order of the paper, each place by its own name where the paper is about its unit."""

    def named(place: Place) -> str:
        return p.place(place) if place.parent == book.place.key else p.full_place(place)

    tables = {table.key: table for table in tables_of(book, replace(p.titles_of(book), place=named))}
    tables["weeks"] = replace(tables["weeks"], rows=tables["weeks"].rows[-_WEEKS_MAX:])
    others = [table for key, table in tables.items() if key.startswith("other_")]
    told = [*(tables[key] for key in _TABLES if key in tables), *others]
    parted = tuple(_parted(table) for table in told if table.rows)
    matters = tuple(find_matters(book))
    return Paper(tables["levels"], tables["aside"], tables.get("recorded"), parted, matters, _code(book))


def _parted(table: Table) -> tuple[Table, tuple[str, ...]]:
    """A table whose groups stand above their first rows, not in each row."""
    at = next((at for at, column in enumerate(table.columns) if column.key == "group"), None)
    if at is None:
        return table, ()
    groups = [str(row[at]) for row in table.rows]
    above = tuple("" if number and group == groups[number - 1] else group for number, group in enumerate(groups))
    columns = (*table.columns[:at], *table.columns[at + 1 :])
    return replace(table, columns=columns, rows=tuple((*row[:at], *row[at + 1 :]) for row in table.rows)), above


def _code(book: Book) -> str:
    """Where the report's hash is looked up, as a code to be scanned; nothing of what was not kept."""
    if not book.digest or not book.address:
        return ""
    # Only here: most papers have none.
    import segno

    end = f"/{book.place.code}" if book.place.code else ""
    address = f"{book.address}/kiem-toan{end}?sha256={book.digest}"
    # Made of the library's own numbers alone: the template takes it as it is.
    drawn = segno.make_qr(address, error="m").svg_inline(border=2, omitsize=True, svgclass="code", lineclass=None)
    return str(drawn).replace("<svg ", f'<svg aria-label="{escape(address)}" ', 1)
