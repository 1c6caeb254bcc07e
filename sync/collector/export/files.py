"""Files: a report's tables as CSV, cell for cell what the page shows."""

from collections.abc import Sequence
from datetime import date

from kiosk.base.cells import code_note, csv_bytes
from kiosk.base.table import Cell, Column, Mark, Table, write_cell
from sync.collector.figures.book import Book
from sync.collector.figures.tables import tables_of
from sync.collector.words.phrases import Phrases


def csv_file(book: Book, p: Phrases) -> bytes:
    """Every table of a report."""
    return csv_of(tables_of(book, p.titles_of(book)), heading_of(book, p), p)


def csv_of(tables: Sequence[Table], heading: Sequence[str], p: Phrases) -> bytes:
    """Every table under its title, with what the numbers are about above and the notice below.

    The separator is the one that Excel expects of the language's decimal sign.
    """
    note = code_note((cell for table in tables for row in table.rows for cell in row), p.t)
    rows: list[list[str]] = [*([line] for line in [*heading, *note]), []]
    for table in tables:
        rows += [[table.title], [column.head for column in table.columns]]
        rows += [
            [_plain(cell, column, p) for cell, column in zip(row, table.columns, strict=True)] for row in table.rows
        ]
        rows += [*([[table.note]] if table.note else []), []]
    rows.append([p.notice])
    return csv_bytes(rows, ";" if p.t.language == "vi" else ",")


def heading_of(book: Book, p: Phrases) -> list[str]:
    """What a report is about."""
    t = p.t
    return [
        f"{p.full_place(book.place)}: {p.period(book.period)}",
        t(
            "Days {days}, compared with {others}",
            days=p.days(book.days.first, book.days.last),
            others=p.days(book.before.first, book.before.last),
        ),
        t("Made at {time}", time=p.made_at_fully()),
        f"{book.asked.code} · {p.method(book.method)}",
        *p.closing(book),
        *filter(None, [p.recorded(book), p.waits(book), *p.changed(book.main.series), p.undated(book)]),
        *([p.gap(book)] if book.versus else []),
        *([p.rank_method()] if any(line.rank for line in book.reasons) else []),
    ]


def _plain(cell: Cell, column: Column, p: Phrases) -> str:
    """A number or day as spreadsheets read it, wherever they are used: no thousands sign, a plain minus."""
    match cell:
        case Mark() | str():
            return write_cell(cell, column.form, p.t)
        case int() | date():
            return str(cell)
    return str(cell).replace(".", ",") if p.t.language == "vi" else str(cell)
