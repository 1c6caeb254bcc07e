"""Forms: every kind of file that a report can become."""

from collections.abc import Callable, Mapping

from sync.collector.export.files import csv_file, xlsx_file
from sync.collector.export.paper import pdf_file
from sync.collector.figures.book import Book
from sync.collector.words.phrases import Phrases

FORMS: Mapping[str, tuple[Callable[[Book, Phrases], bytes], str]] = {
    "csv": (csv_file, "text/csv; charset=utf-8"),
    "xlsx": (xlsx_file, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "pdf": (pdf_file, "application/pdf"),
}
"""How each is made, and its media type."""
