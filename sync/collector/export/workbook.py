"""Workbook: a report's tables as XLSX, one on each sheet, to be sorted, filtered, drawn and printed as they are.

A sheet holds its table and nothing else, its heads in the first row. What the numbers are about stands on a sheet
before them, and above and below each printed page; the charts have a sheet of their own.
"""

import io
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter

from kiosk.base.cells import safe_text
from kiosk.base.table import Cell, Column, Form, Mark, Table, write_cell
from sync.collector.export.files import heading_of
from sync.collector.export.workbook_charts import add_charts, drawn_of
from sync.collector.figures.book import Book
from sync.collector.figures.tables import tables_of
from sync.collector.words.phrases import Phrases

_A4 = 9
_PAPER_LINE_MAX = 255
"""So many signs a spreadsheet takes above or below a page."""
_FORMS = {Form.COUNT: "#,##0", Form.PERCENT: "0.0", Form.POINTS: "+0.0;-0.0;0.0", Form.SCORE: "0.0", Form.TEXT: "@"}
_WIDTH_MAX = 44
_NUMBER_WIDTH_MIN = 9


def xlsx_file(book: Book, p: Phrases) -> bytes:
    """Every table of a report, with charts."""
    return xlsx_of(tables_of(book, p.titles_of(book)), heading_of(book, p), book.made_at, p)


def xlsx_of(tables: Sequence[Table], heading: Sequence[str], made_at: datetime, p: Phrases) -> bytes:
    """A workbook of what it is about, charts that the spreadsheet draws itself, and a sheet for each table."""
    file = io.BytesIO()
    workbook = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    workbook.set_properties(
        {"title": safe_text(heading[0]), "comments": safe_text(p.notice), "created": made_at.replace(tzinfo=None)}
    )
    about = workbook.add_worksheet(_sheet_name(p.t("About this report"), ()))
    charts = workbook.add_worksheet(_sheet_name(p.t("Charts"), ())) if any(map(drawn_of, tables)) else None
    looks = _Looks(workbook, p)
    sheets = {}
    for table in tables:
        taken = {each.name.lower() for each in workbook.worksheets()}
        sheets[table.key] = workbook.add_worksheet(_sheet_name(table.title, taken))
        _write_table(sheets[table.key], table, looks, p)
    _write_about(about, tables, sheets, heading, looks, p)
    if charts is not None:
        add_charts(workbook, charts, [(table, sheets[table.key].name) for table in tables])
    for sheet, title in [(about, ""), *((sheets[table.key], table.title) for table in tables)]:
        _set_up_page(sheet, heading[0], title, p)
    if charts is not None:
        _set_up_page(charts, heading[0], p.t("Charts"), p, fits=False)
    workbook.close()
    return file.getvalue()


class _Looks:
    """How cells look, made once for a workbook: by a column's form, in a row, a total's row or a group's first."""

    def __init__(self, workbook: Any, p: Phrases) -> None:
        days = {Form.DATE: "dd/mm/yyyy" if p.t.language == "vi" else "d mmm yyyy"}
        kinds: Mapping[str, dict[str, Any]] = {"": {}, "begins": {"top": 1}, "total": {"bold": True, "top": 2}}
        self.cells = {
            (form, kind): workbook.add_format({"num_format": pattern, "valign": "top", **look})
            for form, pattern in {**_FORMS, **days}.items()
            for kind, look in kinds.items()
        }
        self.head = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self.title = workbook.add_format({"bold": True, "font_size": 14, "text_wrap": True})
        self.words = workbook.add_format({"text_wrap": True, "valign": "top"})
        self.link = workbook.add_format({"font_color": "#0B5394", "underline": 1, "valign": "top"})


def _sheet_name(title: str, taken: Collection[str]) -> str:
    """A name that Excel takes: at most 31 characters, some of them never, and no two alike."""
    plain = re.sub(r"[\[\]:*?/\\]", " ", safe_text(title)).strip("' ") or "-"
    number, name = 1, plain[:31]
    while name.lower() in taken:
        number += 1
        name = f"{plain[: 28 - len(str(number))]} ({number})"
    return name


def _write_about(
    sheet: Any, tables: Sequence[Table], sheets: Mapping[str, Any], heading: Sequence[str], looks: _Looks, p: Phrases
) -> None:
    """What the numbers are about, and which sheet holds what; what is to be said of a table stands there too."""
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 90)
    for number, words in enumerate([*heading, p.notice]):
        # Joined cells grow with their words in no spreadsheet.
        sheet.set_row(number, 15.0 * (1 + len(words) // 120) if number else 20.0 * (1 + len(words) // 80))
        sheet.merge_range(number, 0, number, 1, "", looks.words)
        sheet.write_string(number, 0, safe_text(words), looks.words if number else looks.title)
    first = len(heading) + 2
    for number, table in enumerate(tables, first):
        name = sheets[table.key].name
        quoted = name.replace("'", "''")
        sheet.write_url(number, 0, f"internal:'{quoted}'!A1", looks.link, string=name)
        words = table.title if not table.note else f"{table.title}. {table.note}"
        sheet.write_string(number, 1, safe_text(words), looks.words)


def _write_table(sheet: Any, table: Table, looks: _Looks, p: Phrases) -> None:
    """The heads in the first row, the rows below them, nothing else."""
    group = next((place for place, column in enumerate(table.columns) if column.key == "group"), None)
    for place, column in enumerate(table.columns):
        sheet.write_string(0, place, safe_text(column.head), looks.head)
        sheet.set_column(place, place, _width(table, place, p))
    for number, row in enumerate(table.rows):
        kind = "total" if table.has_total and number == len(table.rows) - 1 else ""
        if not kind and number and group is not None and row[group] != table.rows[number - 1][group]:
            kind = "begins"
        for place, (cell, column) in enumerate(zip(row, table.columns, strict=True)):
            _write(sheet, (number + 1, place), cell, column, looks.cells[column.form, kind], p)
    sheet.freeze_panes(1, 1)
    if rows := len(table.rows) - table.has_total:
        sheet.autofilter(0, 0, rows, len(table.columns) - 1)


def _write(sheet: Any, at: tuple[int, int], cell: Cell, column: Column, look: Any, p: Phrases) -> None:
    if isinstance(cell, Mark) and is_blank(cell, column.form):
        sheet.write_blank(*at, None, look)
    elif isinstance(cell, int | Decimal):
        sheet.write_number(*at, float(cell), look)
    elif isinstance(cell, date):
        sheet.write_datetime(*at, datetime(cell.year, cell.month, cell.day), look)  # noqa: DTZ001 - a day has no zone
    else:
        sheet.write_string(*at, safe_text(write_cell(cell, column.form, p.t)), look)


def is_blank(cell: Mark, form: Form) -> bool:
    """Whether a mark is an empty cell: spreadsheets add up, sort and draw a dash as a nought, and a blank as a gap.

    A share's few ratings are told in the column that counts them.
    """
    return cell in (Mark.NONE, Mark.NO_PERCENT) or (cell is Mark.FEW and form is not Form.COUNT)


def _width(table: Table, place: int, p: Phrases) -> float:
    """Room for what stands in a column; of its head for the longest word."""
    column = table.columns[place]
    longest = max(map(len, re.split(r"[ \u00a0]", column.head)), default=0) + 3
    written = max((len(write_cell(row[place], column.form, p.t)) for row in table.rows), default=0) + 1
    return min(_WIDTH_MAX, max(_NUMBER_WIDTH_MIN, longest, written))


def _set_up_page(sheet: Any, about: str, title: str, p: Phrases, *, fits: bool = True) -> None:
    """Lying A4 as wide as the table, with its heads, what it is about and the notice on every page."""
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.set_margins(left=0.5, right=0.5, top=0.8, bottom=0.8)
    if fits:
        sheet.fit_to_pages(1, 0)
    if title and fits:
        sheet.repeat_rows(0)
        sheet.hide_gridlines(0)
    sheet.set_header(_on_paper("&L&8", about) + _on_paper("&R&8", title) if title else "")
    sheet.set_footer(_on_paper("&L&7", p.notice) + "&R&8&P / &N")


def _on_paper(place: str, words: str) -> str:
    """Words above or below a page: an ampersand begins an instruction there."""
    plain = safe_text(words).replace("&", "&&")
    return place + " " + plain[: (_PAPER_LINE_MAX - 20) if place.startswith("&L&7") else (_PAPER_LINE_MAX // 2 - 6)]
