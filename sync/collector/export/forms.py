"""Forms: every kind of file that a report can become."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from kiosk.base.texts import Texts
from sync.collector.closed.named import TIDY
from sync.collector.export.files import csv_file
from sync.collector.export.paper import paper_body, pdf_file
from sync.collector.export.tidy import tidy_file
from sync.collector.export.workbook import xlsx_file
from sync.collector.figures.book import Book
from sync.collector.services.closed import kept_file
from sync.collector.services.services import Services
from sync.collector.words.phrases import Phrases

FORMS: Mapping[str, tuple[Callable[[Book, Phrases], bytes], str]] = {
    "csv": (csv_file, "text/csv; charset=utf-8"),
    "xlsx": (xlsx_file, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "pdf": (pdf_file, "application/pdf"),
    TIDY: (tidy_file, "text/csv; charset=utf-8"),
}
"""How each is made, and its media type."""


def file_of(services: Services, book: Book, form: str, t: Texts) -> bytes:
    """A report as a file; of a closed month the very one that was kept, once it was made."""
    kept = kept_file(services, book, form, t.language)
    make, _ = FORMS[form]
    return kept or make(*_as_filed(services, book, t))


def paper_in_page(services: Services, book: Book, t: Texts) -> Markup:
    """What the paper says of a report, for the page that is printed."""
    return paper_body(*_as_filed(services, book, t))


def _as_filed(services: Services, book: Book, t: Texts) -> tuple[Book, Phrases]:
    """A report as it stands in files, with their words: of kept numbers nothing of a later day."""
    if book.is_kept and book.closing is not None:
        book = replace(book, closing=replace(book.closing, waits=False), address=services.config.url)
    return book, phrases_for(book, t, services.config.zone, services.now())


def phrases_for(book: Book, t: Texts, zone: ZoneInfo, now: datetime) -> Phrases:
    """The words of a file: of now, or of the moment at which the numbers of a closed month were kept."""
    return Phrases(t, zone, book.made_at if book.is_kept else now)
