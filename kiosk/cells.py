"""Cells: rows as CSV that Excel opens in Vietnamese and that no cell can turn into a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

_BOM = "\ufeff"
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_bytes(rows: Iterable[Sequence[str]], separator: str) -> bytes:
    """The rows as UTF-8 with a byte-order mark, without which Excel reads Vietnamese as rubbish."""
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=separator, lineterminator="\r\n").writerows(
        [safe_text(cell) for cell in row] for row in rows
    )
    return (_BOM + file.getvalue()).encode()


def safe_text(cell: str) -> str:
    """The cell, never read as a formula by a spreadsheet: a name may begin with anything. Numbers stay numbers."""
    is_number = cell.lstrip("-").replace(".", "").replace(",", "").isdigit() and cell.count("-") <= 1
    return f"'{cell}" if cell.startswith(_FORMULA_SIGNS) and not is_number else cell
