"""766: the satisfaction ratios of Decision 766/QĐ-TTg, from counts that another system gave. Pure.

There, silence counts as satisfied: a dossier is satisfied unless somebody rated it badly, complained or it was
late. So these ratios lie far above what people press at a counter, and never stand in one column with it.
"""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kiosk.domain.measures import round_half_up
from sync.collector.errors import UsageWrong

COLUMNS = ("unit", "month", "dossiers", "dissatisfied", "complained", "overdue", "not_satisfied", "petitions",
           "petitions_on_time", "petitions_bad")  # fmt: skip
COUNT_MAX = 100_000_000
LINES_MAX = 200_000
FAULTS_MAX = 20


@dataclass(frozen=True, slots=True)
class Counts:
    """What a unit's month came to in the system that keeps the dossiers."""

    dossiers: int = 0
    dissatisfied: int = 0
    """Rated badly."""
    complained: int = 0
    """With a petition."""
    overdue: int = 0
    not_satisfied: int = 0
    """Any of the three, each dossier once."""
    petitions: int = 0
    petitions_on_time: int = 0
    petitions_bad: int = 0
    """Handled late, or not to satisfaction."""

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(getattr(self, name) + getattr(other, name) for name in COLUMNS[2:]))

    @property
    def fault(self) -> str:
        """What about the numbers cannot be, as a column's name; empty where they can."""
        parts = (self.dissatisfied, self.complained, self.overdue)
        if any(n > self.dossiers for n in parts):
            return "dossiers"
        if not max(parts) <= self.not_satisfied <= min(sum(parts), self.dossiers):
            return "not_satisfied"
        if max(self.petitions_on_time, self.petitions_bad) > self.petitions:
            return "petitions"
        return ""


@dataclass(frozen=True, slots=True)
class Ratio:
    """A part of a whole, with both."""

    numerator: int
    denominator: int

    def percent(self) -> Decimal | None:
        """To two decimals, half up; None where there is nothing to divide by."""
        if not self.denominator:
            return None
        return round_half_up(Decimal(100) * self.numerator / self.denominator, 2)


def ratios(counts: Counts) -> Mapping[str, Ratio]:
    """The three ratios of the group "mức độ hài lòng"."""
    return {
        "pakn_on_time": Ratio(counts.petitions_on_time, counts.petitions),
        "pakn_satisfied": Ratio(counts.petitions - counts.petitions_bad, counts.petitions),
        "tthc_satisfied": Ratio(counts.dossiers - counts.not_satisfied, counts.dossiers),
    }


def read_csv(text: str) -> dict[tuple[str, date], Counts]:
    """By unit's code and month, the counts of a file with COLUMNS as its head.

    Raises UsageWrong with every line that cannot be.
    """
    lines = text.removeprefix("\ufeff").splitlines()
    separator = ";" if lines and ";" in lines[0] else ","
    rows = list(csv.reader(io.StringIO("\n".join(lines)), delimiter=separator))
    if not rows or tuple(cell.strip() for cell in rows[0]) != COLUMNS:
        raise UsageWrong("the first line must be: {head}", head=separator.join(COLUMNS))
    found: dict[tuple[str, date], Counts] = {}
    faults: list[str] = []
    for number, row in enumerate(rows[1 : LINES_MAX + 1], 2):
        if not any(row):
            continue
        try:
            key, counts = _read_row([cell.strip() for cell in row])
        except ValueError as error:
            faults.append(f"{number} ({error})")
        else:
            found[key] = counts
    if faults:
        told = "; ".join(faults[:FAULTS_MAX])
        raise UsageWrong("these lines cannot be right, and nothing was taken: {lines}", lines=told)
    return found


def _read_row(row: list[str]) -> tuple[tuple[str, date], Counts]:
    if len(row) != len(COLUMNS):
        raise ValueError(f"{len(row)}/{len(COLUMNS)}")
    if not re.fullmatch(r"\d{4}-\d{2}", row[1], re.ASCII):
        raise ValueError(f"month {row[1][:12]}")
    for name, cell in zip(COLUMNS[2:], row[2:], strict=True):
        if not re.fullmatch(r"\d{1,9}", cell, re.ASCII) or int(cell) > COUNT_MAX:
            raise ValueError(f"{name} {cell[:12]}")
    counts = Counts(*map(int, row[2:]))
    if counts.fault:
        raise ValueError(counts.fault)
    return (row[0], date.fromisoformat(f"{row[1]}-01")), counts
