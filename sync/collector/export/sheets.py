"""Sheets: a profile's tables as files."""

from collections.abc import Callable, Mapping

from sync.collector.drawing.templates import templates
from sync.collector.export.files import csv_of
from sync.collector.export.paper import pdf_of
from sync.collector.export.workbook import xlsx_of
from sync.collector.profiles.sheets import Sheet
from sync.collector.words.phrases import Phrases


def sheet_heading(sheet: Sheet, p: Phrases) -> list[str]:
    """What a sheet is about, and by which rule."""
    return [
        f"{p.full_place(sheet.place)}: {sheet.title}, {p.period(sheet.period)}",
        sheet.label,
        p.t("Made at {time}", time=p.made_at_fully()),
        *([sheet.waits] if sheet.waits else []),
    ]


def sheet_csv(sheet: Sheet, p: Phrases) -> bytes:
    """Every table, under each other."""
    return csv_of(sheet.tables, sheet_heading(sheet, p), p)


def sheet_xlsx(sheet: Sheet, p: Phrases) -> bytes:
    """Every table on a sheet of its own."""
    return xlsx_of(sheet.tables, sheet_heading(sheet, p), sheet.made_at, p)


def sheet_pdf(sheet: Sheet, p: Phrases) -> bytes:
    """On A4, with how it was computed."""
    return pdf_of(templates.get_template("sheet_paper.html").render(t=p.t, p=p, sheet=sheet), sheet.made_at)


SHEET_FORMS: Mapping[str, tuple[Callable[[Sheet, Phrases], bytes], str]] = {
    "csv": (sheet_csv, "text/csv; charset=utf-8"),
    "xlsx": (sheet_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "pdf": (sheet_pdf, "application/pdf"),
}
