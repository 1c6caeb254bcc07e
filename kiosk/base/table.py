"""Table: rows of plain values, the one form that every way out shows.

A value is a number, a text, or a mark that says why there is none; how it is written is
decided by its column and the reader's language, in one place.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from kiosk.base.texts import Texts


class Mark(StrEnum):
    """Why a cell has no number."""

    FEW = "few"
    """There are ratings, but so few that one could be read off."""
    OPEN = "open"
    """Its part of the day is not over."""
    NO_PERCENT = "no percent"
    """Fewer ratings than carry a percentage."""
    UNKNOWN = "unknown"
    """Nobody typed in how many were served."""
    NONE = "none"
    """There is nothing to say."""


class Form(StrEnum):
    """How a column's values are written."""

    TEXT = "text"
    COUNT = "count"
    PERCENT = "percent"
    POINTS = "points"
    SCORE = "score"
    """A number with decimals that is no percentage."""
    DATE = "date"
    """A day, or a word where a row is of several."""


Cell = int | Decimal | date | str | Mark


@dataclass(frozen=True, slots=True)
class Column:
    """One column."""

    key: str
    head: str
    form: Form


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of values under heads."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    has_total: bool = False
    """Whether the last row is that of all together."""
    note: str = ""
    """A sentence that stands below it everywhere; empty where nothing is to be said."""

    def plain_rows(self) -> list[dict[str, int | str | dict[str, str]]]:
        """Each row by the keys of its columns, as JSON holds it: days and decimals as text, and why a cell has none."""
        return [{column.key: _plain(cell) for column, cell in zip(self.columns, row, strict=True)} for row in self.rows]

    def cell(self, row: int, key: str) -> Cell:
        """The value of a row in a column."""
        return self.rows[row][next(place for place, column in enumerate(self.columns) if column.key == key)]

    def sum_and_rest(self, key: str) -> tuple[int, int] | None:
        """What the rows of a column show together, and what its total has beyond; None without a total."""
        *rows, total = [self.cell(row, key) for row in range(len(self.rows))]
        if not self.has_total or not isinstance(total, int):
            return None
        told = sum(cell for cell in rows if isinstance(cell, int))
        return told, total - told


def _plain(cell: Cell) -> int | str | dict[str, str]:
    if isinstance(cell, Mark):
        return {"without": str(cell)}
    return str(cell) if isinstance(cell, Decimal | date) else cell


def write_cell(cell: Cell, form: Form, t: Texts, cell_min: int = 5) -> str:
    """A value as people read it; a number's sign stands in its column's head."""
    match cell:
        case Mark.FEW:
            return f"<{cell_min}"
        case Mark.OPEN:
            return t("not yet")
        case Mark.UNKNOWN:
            return t("unknown")
        case Mark():
            return "–"
        case str():
            return cell
        case date():
            return t.day(cell)
        case int() if form not in (Form.PERCENT, Form.SCORE):
            return t.number(cell)
    return _decimal(cell, t, signed=form is Form.POINTS)


def _decimal(value: int | Decimal, t: Texts, *, signed: bool) -> str:
    words = t.percent(abs(Decimal(value))).removesuffix("%")
    if value < 0:
        return f"−{words}"
    return f"+{words}" if signed and value else words
