"""CSV table: the lines of a CSV as spreadsheets save it. Pure.

Spreadsheets write every column that was ever touched: what has neither a head nor any value is passed over,
wherever a CSV is taken. They also leave out what is empty at the end of a line.
"""

import csv
import io
from collections.abc import Sequence
from typing import NamedTuple

from kiosk.base.handed_in import handed_in


class CsvLine(NamedTuple):
    """One line that is not empty, and its number."""

    number: int
    cells: list[str]


class CsvTable(NamedTuple):
    """A table as it came, each cell without the blanks around it."""

    head: CsvLine
    lines: list[CsvLine]
    separator: str

    def by_name(self, line: CsvLine) -> dict[str, str]:
        """The cells of a line that say anything, by the names of their columns."""
        return {name: cell for name, cell in zip(self.head.cells, line.cells, strict=False) if cell}


def read_csv(body: bytes) -> CsvTable:
    """The table in a CSV in UTF-8, or UTF-16 with its mark, separated by commas or semicolons.

    Raises UnicodeDecodeError or csv.Error for what is none.
    """
    text = handed_in(body)
    first = text.partition("\n")[0]
    separator = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    lines = [CsvLine(reader.line_num, cells) for row in reader if any(cells := [cell.strip() for cell in row])]
    head, *others = lines or [CsvLine(1, [])]
    width = max((_used(line.cells) for line in lines), default=0)
    return CsvTable(_cut(head, width), [_cut(line, width) for line in others], separator)


def _used(cells: Sequence[str]) -> int:
    """How many cells there are up to the last one that holds anything."""
    return max((place for place, cell in enumerate(cells, 1) if cell), default=0)


def _cut(line: CsvLine, width: int) -> CsvLine:
    return CsvLine(line.number, line.cells[: max(width, 0)])
