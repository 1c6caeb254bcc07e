"""Tidy file: a report as one table for programs: commas, points, days as ISO has them, no heading and no notes."""

from kiosk.base.cells import csv_bytes
from sync.collector.figures.book import Book
from sync.collector.figures.tidy import HEADS, tidy_rows
from sync.collector.words.phrases import Phrases


def tidy_file(book: Book, p: Phrases) -> bytes:
    """One row for each place, period and measure; the notice is the last column of every row."""
    heads = (*HEADS, "notice")
    return csv_bytes([heads, *((*row, p.notice) for row in tidy_rows(book))], ",", mark=False)
