"""Tally files: a kiosk's numbers as CSV and XLSX, cell for cell what its screen shows, to be carried away."""

import io
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from kiosk.base.cells import code_note, csv_bytes, safe_text
from kiosk.base.table import Cell, Column, Form, Mark, Table, write_cell
from kiosk.base.texts import Texts
from kiosk.numbers.days import Tally
from kiosk.numbers.tables import tables_of, words_of
from kiosk.numbers.waiting import demo_words
from kiosk.office.usb import write_whole

_XLSX_FORMS = {Form.COUNT: "#,##0", Form.PERCENT: "0.0"}


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands in a file."""

    tally: Tally
    place: str
    """Office and counter."""
    made_at: datetime
    t: Texts

    @property
    def heading(self) -> list[str]:
        """What the numbers are about."""
        t, days, survey = self.t, self.tally.days, self.tally.terms.survey
        return [
            self.place,
            t("Days {first} to {last}", first=t.day(days[0].day), last=t.day(days[-1].day)),
            f"{words_of(survey.name, t)} ({survey.ref})",
            t("Made at {time}", time=f"{self.made_at:%H:%M} {t.day(self.made_at.date())}"),
        ]

    @property
    def notes(self) -> list[str]:
        """How to read them."""
        return method_notes(self.tally, self.t)

    @property
    def tables(self) -> tuple[Table, ...]:
        """The numbers."""
        return tables_of(self.tally, self.t)


def method_notes(tally: Tally, t: Texts) -> list[str]:
    """How the numbers were made, and what they are not."""
    notes = [
        t("Share of the satisfied (top2box) = ratings at a satisfied level / all ratings; 95% Wilson interval."),
        t("Participation = ratings recorded / transactions typed in; all days: only those of which both are known."),
        t(
            "Recorded = shown + waiting. Shown are whole half days of a counter, at least {least} ratings together; "
            "these count in each period that holds all their half days. Shares need {percent}.",
            least=t.number(tally.terms.least),
            percent=t.number(tally.terms.percent_min),
        ),
        t("Recorded at the counter from people who chose to answer. Neither the SIPAS nor the 766 index."),
    ]
    return [demo_words(t), *notes] if tally.terms.demo else notes


def csv_file(sheet: Sheet) -> bytes:
    """Every table under its title; the separator is the one that Excel expects of the language's decimal sign."""
    note = code_note((cell for table in sheet.tables for row in table.rows for cell in row), sheet.t)
    rows: list[list[str]] = [*([line] for line in [*sheet.heading, *note]), []]
    for table in sheet.tables:
        rows += [[table.title], [column.head for column in table.columns]]
        rows += [
            [_plain(cell, column, sheet) for cell, column in zip(row, table.columns, strict=True)] for row in table.rows
        ]
        rows.append([])
    rows += [[line] for line in sheet.notes]
    return csv_bytes(rows, ";" if sheet.t.language == "vi" else ",")


def xlsx_file(sheet: Sheet) -> bytes:
    """A workbook with a page for each table, numbers as numbers, and a chart that the spreadsheet draws itself."""
    import xlsxwriter  # only here: whoever takes nothing along does not wait for it, nor hold it in memory

    file = io.BytesIO()
    workbook = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    workbook.set_properties({"title": sheet.place, "comments": sheet.notes[-1], "created": _naive(sheet.made_at)})
    for table in sheet.tables:
        page = workbook.add_worksheet(safe_text(table.title)[:31].replace("/", " "))
        _write_page(workbook, page, table, sheet)
    workbook.close()
    return file.getvalue()


def save_files(sheet: Sheet, folder: Path) -> Path:
    """Write both into ``folder``; the spreadsheet's file.

    Raises StickRefused.
    """
    days = sheet.tally.days
    xlsx = folder / f"hailong-{days[0].day.isoformat()}-{days[-1].day.isoformat()}.xlsx"
    write_whole(xlsx.with_suffix(".csv"), csv_file(sheet))
    write_whole(xlsx, xlsx_file(sheet))
    return xlsx


def _write_page(workbook: Any, page: Any, table: Table, sheet: Sheet) -> None:
    bold = workbook.add_format({"bold": True})
    wrapped = workbook.add_format({"bold": True, "text_wrap": True, "bottom": 1})
    days = {Form.DATE: "dd/mm/yyyy" if sheet.t.language == "vi" else "d mmm yyyy"}
    forms = {form: workbook.add_format({"num_format": pattern}) for form, pattern in {**_XLSX_FORMS, **days}.items()}
    for number, words in enumerate([*sheet.heading, *sheet.notes]):
        page.write_string(number, 0, safe_text(words), None if number else bold)
    first = len(sheet.heading) + len(sheet.notes) + 1
    for place, column in enumerate(table.columns):
        page.write_string(first, place, safe_text(column.head), wrapped)
        page.set_column(place, place, 26 if column.key == "name" else 13)
        for number, row in enumerate(table.rows, first + 1):
            _write(page, (number, place), row[place], column, forms.get(column.form), sheet)
    page.freeze_panes(first + 1, 1)
    _set_up_paper(page, first)
    if table.has_total:
        _add_chart(workbook, page, table, first)


def _write(page: Any, at: tuple[int, int], cell: Cell, column: Column, form: Any, sheet: Sheet) -> None:
    if isinstance(cell, int | Decimal):
        page.write_number(*at, float(cell), form)
    elif isinstance(cell, date):
        page.write_datetime(*at, datetime(cell.year, cell.month, cell.day), form)  # noqa: DTZ001 - a day has no zone
    else:
        page.write_string(*at, safe_text(_written(cell, column, sheet)))


def _set_up_paper(page: Any, heads: int) -> None:
    """Lying A4 as wide as the table, with its heads on every page."""
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(heads)
    page.set_footer("&R&P / &N")


def _add_chart(workbook: Any, page: Any, table: Table, first: int) -> None:
    """The ratings of each day, drawn from the very cells."""
    last = first + len(table.rows) - 1
    chart = workbook.add_chart({"type": "column"})
    chart.add_series(
        {
            "name": table.columns[1].head,
            "categories": [page.name, first + 1, 0, last, 0],
            "values": [page.name, first + 1, 1, last, 1],
            "fill": {"color": "#14453D"},
        }
    )
    chart.set_title({"name": table.columns[1].head, "name_font": {"size": 11}})
    chart.set_legend({"none": True})
    chart.set_size({"width": 760, "height": 300})
    page.insert_chart(first + len(table.rows) + 2, 0, chart)


def _plain(cell: Cell, column: Column, sheet: Sheet) -> str:
    """A number or day as spreadsheets read it, wherever they are used: no thousands sign."""
    if isinstance(cell, Mark | str):
        return _written(cell, column, sheet)
    return str(cell).replace(".", ",") if sheet.t.language == "vi" else str(cell)


def _written(cell: Cell, column: Column, sheet: Sheet) -> str:
    return write_cell(cell, column.form, sheet.t)


def _naive(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None)
