"""Workbook charts: drawn by the spreadsheet from the very cells, on a sheet of their own. Blanks stay gaps."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from kiosk.base.cells import safe_text
from kiosk.base.table import Table

_LEVEL_COLOURS = ("#9C3A0B", "#E2935A", "#CFD3D5", "#5FB0B3", "#0D6570")
_KINDS = {"weeks": ("line", "share", 0), "levels": ("column", "n", 0), "places": ("bar", "share", 0),
          "reasons": ("bar", "n", 1)}  # fmt: skip
"""By table: which chart, of which column, with the names in which."""
_ROWS_MAX = 40
"""So many bars have names that can be read on a page."""
_FEW_ROWS_MAX = 12
"""With so many bars a chart fills half a page."""
_WIDTH, _HALF_PAGE_ROWS, _ROW = 940, 15, 20
"""A lying page, in rows of a sheet and in pixels."""


def drawn_of(table: Table) -> int:
    """How many of the first rows a chart has; nothing where none would have anything to show."""
    if table.key not in _KINDS:
        return 0
    _, key, _ = _KINDS[table.key]
    rows = len(table.rows) - table.has_total
    is_known = any(isinstance(table.cell(row, key), int | Decimal) for row in range(rows))
    return min(rows, rows if table.key == "weeks" else _ROWS_MAX) if is_known else 0


def add_charts(workbook: Any, sheet: Any, tables: Sequence[tuple[Table, str]]) -> None:
    """The charts of tables, given with the names of their sheets; none is cut by the end of a page."""
    halves = 0
    for table, name in ((table, name) for table, name in tables if drawn_of(table)):
        needed = 1 if table.key in ("weeks", "levels") or drawn_of(table) <= _FEW_ROWS_MAX else 2
        halves += halves % 2 if needed == 2 else 0
        chart = _chart(workbook, table, name)
        chart.set_size({"width": _WIDTH, "height": (_HALF_PAGE_ROWS * needed - 1) * _ROW})
        sheet.insert_chart(halves * _HALF_PAGE_ROWS, 0, chart)
        halves += needed
    sheet.set_h_pagebreaks([half * _HALF_PAGE_ROWS for half in range(2, halves, 2)])
    sheet.hide_gridlines(2)


def _chart(workbook: Any, table: Table, name: str) -> Any:
    kind, key, names = _KINDS[table.key]
    rows, value = drawn_of(table), next(at for at, column in enumerate(table.columns) if column.key == key)
    chart = workbook.add_chart({"type": kind})
    series: dict[str, Any] = {
        "name": safe_text(table.columns[value].head),
        "categories": [name, 1, names, rows, names],
        "values": [name, 1, value, rows, value],
        "fill": {"color": _LEVEL_COLOURS[4]},
        "line": {"color": _LEVEL_COLOURS[4]},
    }
    if kind == "line":
        # A week between two gaps has no line.
        series["marker"] = {"type": "circle", "size": 5, "fill": {"color": _LEVEL_COLOURS[4]}}
        chart.set_x_axis({"date_axis": True, "num_format": "dd/mm/yyyy", "num_font": {"rotation": -45}})
    if table.key == "levels":
        series["points"] = [{"fill": {"color": colour}} for colour in _LEVEL_COLOURS[:rows]]
    chart.add_series(series)
    chart.show_blanks_as("gap")
    shown = "" if rows >= len(table.rows) - table.has_total else f" (1–{rows})"
    chart.set_title({"name": f"{safe_text(table.title)}{shown}", "name_font": {"size": 12}})
    chart.set_legend({"none": True})
    if kind == "bar":
        chart.set_y_axis({"reverse": True, "interval_unit": 1, "num_font": {"size": 8}})
        chart.set_x_axis({"min": 0, "label_position": "high"})
    return chart
