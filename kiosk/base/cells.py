"""Cells: rows as CSV that Excel opens in Vietnamese and that no cell can turn into a formula."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

from kiosk.base.texts import Texts

_BOM = "\ufeff"
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n")
_PLAIN = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2007": " ", "\u2011": "-", "\u00ad": None, "\u2060": None})
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
    """The cell, never read as a formula by a spreadsheet: a name may begin with anything. Numbers stay numbers.

    What holds words together at the end of a line on glass and paper stands in nobody's way here: whoever searches a
    file types plain blanks.
    """
    cell = cell.translate(_PLAIN)
    is_number = cell.lstrip("-").replace(".", "").replace(",", "").isdigit() and cell.count("-") <= 1
    return f"'{cell}" if cell.startswith(_FORMULA_SIGNS) and not is_number else cell
