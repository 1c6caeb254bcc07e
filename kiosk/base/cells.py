"""Cells: rows as CSV that Excel opens in Vietnamese and that no cell can turn into a formula."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

from kiosk.base.texts import Texts

_BOM = "\ufeff"
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n")
_PLAIN = {"\u00a0": " ", "\u202f": " ", "\u2007": " ", "\u2011": "-", "\u00ad": "", "\u2060": ""}
_LOOKS_LIKE_A_NUMBER = re.compile(r"0[0-9]+|[0-9]{16,}|[0-9]+[eE][0-9]+")


def csv_bytes(rows: Iterable[Sequence[str]], separator: str, *, mark: bool = True) -> bytes:
    """The rows as UTF-8 with a byte-order mark, without which Excel reads Vietnamese as rubbish.

    Programs take the first column's name with it, so what is for them has none.
    """
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=separator, lineterminator="\r\n").writerows(
        [safe_text(cell) for cell in row] for row in rows
    )
    return (_BOM * mark + file.getvalue()).encode()


def code_note(cells: Iterable[object], t: Texts) -> list[str]:
    """What to say in a CSV file with codes that a spreadsheet would read as numbers; nothing where there are none.

    No way of writing them keeps them in every spreadsheet and is read as they are by programs.
    """
    found = next((cell for cell in cells if isinstance(cell, str) and _LOOKS_LIKE_A_NUMBER.fullmatch(cell)), None)
    if found is None:
        return []
    note = t(
        "Codes such as {code} are text: a spreadsheet that opens this file directly makes numbers of them and drops "
        "the zeros. Read it in with Data, From Text/CSV, and take that column as text.",
        code=found,
    )
    return [note]


def safe_text(cell: str) -> str:
    """The cell, never read as a formula by a spreadsheet: a name may begin with anything. Numbers stay numbers."""
    cell = plain_text(cell)
    is_number = cell.lstrip("-").replace(".", "").replace(",", "").isdigit() and cell.count("-") <= 1
    return f"'{cell}" if cell.startswith(_FORMULA_SIGNS) and not is_number else cell


def plain_text(text: str) -> str:
    """The text without what holds words together or parts them at the end of a line on glass and paper.

    Whoever searches a file types plain blanks, and whoever joins two tables by a name compares it letter by letter.
    """
    for sign, plain in _PLAIN.items():
        text = text.replace(sign, plain)
    return text
