"""Printed: a report's tables as they stand on pages and papers, in JSON: what an auditor's file is held against."""

from typing import Any

from sync.collector.figures.book import Book
from sync.collector.figures.tables import tables_of
from sync.collector.words.phrases import Phrases


def printed_tables(book: Book, p: Phrases) -> dict[str, list[dict[str, Any]]]:
    """Every table by its key; each row by the keys of its columns, numbers rounded as they are printed."""
    return {table.key: table.plain_rows() for table in tables_of(book, p.titles_of(book))}
