"""Paper: a report as PDF, laid out after Decree 30/2020: national name and motto, tables, method, signature."""

import re

from kiosk.base.resources import resource
from sync.collector.drawing.templates import templates
from sync.collector.figures.attention import find_matters
from sync.collector.figures.book import Book
from sync.collector.figures.tables import tables_of
from sync.collector.words.phrases import Phrases

_STYLES = resource("assets", "web")
_DRAWING = re.compile(r"(<svg\b[^>]*>)")
_TABLES = ("versus", "places", "aside", "reasons", "weeks")


def pdf_file(book: Book, p: Phrases) -> bytes:
    """The report on A4; number, day, issuing body and signature are left for the clerk."""
    return pdf_of(paper_html(book, p))


def pdf_of(html: str) -> bytes:
    """A page laid out on A4."""
    # Only here: it loads Pango, which whoever prints nothing need not have.
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    from sync.collector.export.fetching import OwnLetters

    style, marks = (_STYLES.joinpath(name).read_text("utf-8") for name in ("paper.css", "paper-marks.css"))
    drawn = _DRAWING.sub(rf"\1<style>{marks}</style>", html)
    # Our own fonts: one of the same name on the machine may lack most of the Vietnamese letters.
    fonts, letters = FontConfiguration(), OwnLetters(_STYLES / "fonts")
    sheet = CSS(string=style, base_url=f"{_STYLES.as_uri()}/", url_fetcher=letters, font_config=fonts)
    page = HTML(string=drawn, url_fetcher=letters)
    return bytes(page.write_pdf(stylesheets=[sheet], font_config=fonts))


def paper_html(book: Book, p: Phrases) -> str:
    """What is laid out."""
    tables = {table.key: table for table in tables_of(book, p.titles_of(book))}
    others = [table for key, table in tables.items() if key.startswith("other_")]
    return templates.get_template("paper.html").render(
        t=p.t,
        p=p,
        book=book,
        divided=tables.get("recorded"),
        tables=[*(tables[key] for key in _TABLES if key in tables), *others],
        levels=tables["levels"],
        figures=tables["figures"],
        matters=find_matters(book),
        code=_code(book),
    )


def _code(book: Book) -> str:
    """Where the report's hash is looked up, as a code to be scanned; nothing of what was not kept."""
    if not book.digest or not book.address:
        return ""
    # Only here: most papers have none.
    import segno

    end = f"/{book.place.code}" if book.place.code else ""
    address = f"{book.address}/kiem-toan{end}?sha256={book.digest}"
    # Made of the library's own numbers alone: the template takes it as it is.
    return str(segno.make_qr(address, error="m").svg_inline(border=2, omitsize=True, svgclass="code", lineclass=None))
