"""Files: a report's tables as CSV and XLSX, cell for cell what the page shows."""

import io
import re
from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import xlsxwriter

from kiosk.base.cells import code_note, csv_bytes, safe_text
from kiosk.base.table import Cell, Column, Form, Mark, Table, write_cell
from sync.collector.figures.book import Book
from sync.collector.figures.tables import tables_of
from sync.collector.words.phrases import Phrases

_XLSX_FORMS = {Form.COUNT: "#,##0", Form.PERCENT: "0.0", Form.POINTS: "+0.0;-0.0;0.0", Form.SCORE: "0.0"}
_LEVEL_COLOURS = ("#9C3A0B", "#E2935A", "#CFD3D5", "#5FB0B3", "#0D6570")


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


def xlsx_file(book: Book, p: Phrases) -> bytes:
    """Every table of a report, with charts."""
    return xlsx_of(tables_of(book, p.titles_of(book)), heading_of(book, p), book.made_at, p)


def xlsx_of(tables: Sequence[Table], heading: Sequence[str], made_at: datetime, p: Phrases) -> bytes:
    """A workbook with a sheet for each table, numbers as numbers, and charts that Excel draws itself."""
    file = io.BytesIO()
    workbook = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    workbook.set_properties(
        {"title": safe_text(heading[0]), "comments": safe_text(p.notice), "created": made_at.replace(tzinfo=None)}
    )
    for table in tables:
        sheet = workbook.add_worksheet(_sheet_name(table.title, {each.name.lower() for each in workbook.worksheets()}))
        first = _write_sheet(workbook, sheet, table, list(heading), p)
        _add_chart(workbook, sheet, table, first)
    workbook.close()
    return file.getvalue()


def _sheet_name(title: str, taken: Collection[str]) -> str:
    """A name that Excel takes: at most 31 characters, some of them never, and no two alike."""
    plain = re.sub(r"[\[\]:*?/\\]", " ", safe_text(title)).strip("' ") or "-"
    number, name = 1, plain[:31]
    while name.lower() in taken:
        number += 1
        name = f"{plain[: 28 - len(str(number))]} ({number})"
    return name


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
    """A number as spreadsheets read it: no thousands sign, a plain minus."""
    match cell:
        case Mark() | str():
            return write_cell(cell, column.form, p.t)
        case int():
            return str(cell)
    return str(cell).replace(".", ",") if p.t.language == "vi" else str(cell)


def _write_sheet(workbook: Any, sheet: Any, table: Table, heading: list[str], p: Phrases) -> int:
    """Write a table below its heading; the row of its heads."""
    bold, wrapped = (
        workbook.add_format({"bold": True}),
        workbook.add_format({"bold": True, "text_wrap": True, "bottom": 1}),
    )
    forms = {form: workbook.add_format({"num_format": pattern}) for form, pattern in _XLSX_FORMS.items()}
    for number, words in enumerate([*heading, p.notice, "", table.title]):
        sheet.write_string(number, 0, safe_text(words), bold if number in (0, len(heading) + 2) else None)
    first = len(heading) + 3
    for place, column in enumerate(table.columns):
        sheet.write_string(first, place, safe_text(column.head), wrapped)
        sheet.set_column(place, place, 34 if column.form is Form.TEXT and place < 2 else 13)
        for number, row in enumerate(table.rows, first + 1):
            _write(sheet, number, place, row[place], column, forms.get(column.form), p)
    if table.note:
        sheet.write_string(first + len(table.rows) + 1, 0, safe_text(table.note))
    sheet.freeze_panes(first + 1, 1)
    return first


def _write(sheet: Any, row: int, place: int, cell: Cell, column: Column, form: Any, p: Phrases) -> None:
    if isinstance(cell, int | Decimal):
        sheet.write_number(row, place, float(cell), form)
    else:
        sheet.write_string(row, place, safe_text(write_cell(cell, column.form, p.t)))


def _add_chart(workbook: Any, sheet: Any, table: Table, first: int) -> None:
    """The chart that belongs to a table, drawn by the spreadsheet from the very cells."""
    last = first + len(table.rows)
    place_of = {column.key: place for place, column in enumerate(table.columns)}
    if not table.rows or table.key not in ("weeks", "levels", "places", "reasons"):
        return
    kind = {"weeks": "line", "levels": "column", "places": "bar", "reasons": "bar"}[table.key]
    value = place_of["share" if table.key in ("weeks", "places") else "n"]
    names = place_of["reason"] if table.key == "reasons" else 0
    rows = last - (1 if table.has_total else 0)
    chart = workbook.add_chart({"type": kind})
    series: dict[str, Any] = {
        "name": safe_text(table.columns[value].head),
        "categories": [sheet.name, first + 1, names, rows, names],
        "values": [sheet.name, first + 1, value, rows, value],
        "fill": {"color": _LEVEL_COLOURS[4]},
        "line": {"color": _LEVEL_COLOURS[4]},
    }
    if table.key == "levels":
        series["points"] = [{"fill": {"color": colour}} for colour in _LEVEL_COLOURS[: rows - first]]
    chart.add_series(series)
    chart.set_title({"name": safe_text(table.title), "name_font": {"size": 11}})
    chart.set_legend({"none": True})
    if kind == "bar":
        chart.set_y_axis({"reverse": True})
    chart.set_size({"width": 720, "height": 120 + 22 * max(8, rows - first) if kind == "bar" else 320})
    sheet.insert_chart(first, len(table.columns) + 1, chart)
