"""Printed: a report's tables as they stand on pages and papers, in JSON: what an auditor's file is held against."""

from decimal import Decimal
from typing import Any

from kiosk.base.table import Cell, Mark
from sync.collector.figures.book import Book
from sync.collector.figures.tables import tables_of
from sync.collector.words.phrases import Phrases


def printed_tables(book: Book, p: Phrases) -> dict[str, list[dict[str, Any]]]:
    """Every table by its key; each row by the keys of its columns, numbers rounded as they are printed."""
    return {
        table.key: [
            {column.key: _plain(cell) for column, cell in zip(table.columns, row, strict=True)} for row in table.rows
        ]
        for table in tables_of(book, p.titles_of(book))
    }


def _plain(cell: Cell) -> Any:
    if isinstance(cell, Mark):
        return {"without": str(cell)}
    return str(cell) if isinstance(cell, Decimal) else cell
