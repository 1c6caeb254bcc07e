"""Counts file: what another system gave as CSV, read whole or not at all, each fault with its line and remedy. Pure."""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from kiosk.base.texts import Texts
from sync.collector.errors import UsageWrong
from sync.collector.fleet.places.codes import take_exact
from sync.collector.fleet.places.csv_table import CsvLine, read_csv
from sync.collector.profiles.index766 import COLUMNS, Counts

COUNT_MAX = 100_000_000
LINES_MAX = 20_000
"""Every commune of the country for half a year."""
FAULTS_MAX = 200
"""So many are told; a file with more has one cause."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a line and how it is mended; line 0 is the file as a whole."""

    line: int
    message: str
    values: Mapping[str, object] = field(default_factory=dict)

    def said(self, t: Texts) -> str:
        """The sentence in the language of ``t``."""
        shown = {name: t.number(value) if isinstance(value, int) else value for name, value in self.values.items()}
        return t(self.message, **shown)


class CountsWrong(UsageWrong):
    """The file cannot be right, and nothing of it was taken: mend what ``faults`` name."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = sorted(faults, key=lambda fault: fault.line)
        told = "; ".join(f"{fault.line}: {fault.message.format(**fault.values)}" for fault in self.faults[:FAULTS_MAX])
        super().__init__("these lines cannot be right, and nothing was taken: {lines}", lines=told)

    def said(self, t: Texts) -> str:
        """Every fault in one sentence, for the command line."""
        told = "; ".join(f"{fault.line}: {fault.said(t)}" for fault in self.faults[:FAULTS_MAX])
        return t(self.message, lines=told)


@dataclass(slots=True)
class CountsFile:
    """The counts that a file holds, by unit's code and month, with the line of each; and all that is wrong."""

    counts: dict[tuple[str, date], Counts] = field(default_factory=dict)
    lines: dict[tuple[str, date], int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    exact: set[str] = field(default_factory=set)
    """The codes that are written with the mark of a text."""


class LineWrong(ValueError):
    """What is wrong in one line."""

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message)
        self.message, self.values = message, values


def read_counts(body: bytes, today: date) -> CountsFile:
    """What a file with COLUMNS as its head holds; later months than that of ``today`` are faults."""
    found = CountsFile()
    lines = lines_of(body, COLUMNS, found.faults)
    for line, cells in lines or ():
        _take(found, line, cells, today)
    if lines == []:
        found.faults.append(Fault(2, "there is no count in the file: write a line for each unit and month"))
    return found


def lines_of(body: bytes, columns: Sequence[str], faults: list[Fault]) -> list[CsvLine] | None:
    """The lines of a CSV file under this head; None, and a fault more, where it is no such file."""
    try:
        table = read_csv(body)
    except (UnicodeDecodeError, csv.Error):
        faults.append(Fault(0, "this is no CSV in UTF-8: in Excel choose Save as, CSV UTF-8"))
        return None
    if table.head.cells != list(columns):
        head = table.separator.join(columns)
        faults.append(Fault(1, "the first line must be: {head}", {"head": head}))
        return None
    return list(table.lines)


def _take(found: CountsFile, line: int, cells: list[str], today: date) -> None:
    try:
        if len(found.counts) >= LINES_MAX:
            raise LineWrong("the file is too long from here on: hand in at most {n} lines at once", n=LINES_MAX)
        key, counts = _read_row(cells, today)
        if key in found.lines:
            raise LineWrong("unit and month stand in line {line} already: keep one of the two", line=found.lines[key])
    except LineWrong as wrong:
        found.faults.append(Fault(line, wrong.message, wrong.values))
    else:
        if cells[0] != key[0]:
            found.exact.add(key[0])
        found.counts[key], found.lines[key] = counts, line


def _read_row(cells: list[str], today: date) -> tuple[tuple[str, date], Counts]:
    if len(cells) != len(COLUMNS):
        of = len(COLUMNS)
        raise LineWrong("{n} columns instead of {of}: write all that the first line names", n=len(cells), of=of)
    month = _month(cells[1], today)
    for name, cell in zip(COLUMNS[2:], cells[2:], strict=True):
        if not re.fullmatch(r"\d{1,9}", cell, re.ASCII) or int(cell) > COUNT_MAX:
            raise LineWrong(
                "{column} is “{cell}”: write a whole number without dots, at most {most}",
                column=name,
                cell=cell[:12],
                most=COUNT_MAX,
            )
    counts = Counts(*map(int, cells[2:]))
    _require_possible(counts)
    return (take_exact(cells[0]), month), counts


def _month(text: str, today: date) -> date:
    try:
        if not re.fullmatch(r"\d{4}-\d{2}", text, re.ASCII):
            raise ValueError(text)
        month = date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise LineWrong("month is “{cell}”: write year and month as 2026-10", cell=text[:12]) from error
    if month > today:
        raise LineWrong("month {cell} has not come yet: take the month that was counted", cell=text)
    return month


def _require_possible(counts: Counts) -> None:
    match counts.fault:
        case "dossiers":
            raise LineWrong(
                "dossiers is {of}, yet more were {parts}: dossiers counts all that were finished in the month",
                of=counts.dossiers,
                parts=_parts(counts),
            )
        case "not_satisfied":
            low, high = counts.not_satisfied_between
            raise LineWrong(
                "not_satisfied is {n}, but must lie from {low} to {high}: count each dossier once",
                n=counts.not_satisfied,
                low=low,
                high=high,
            )
        case "petitions":
            raise LineWrong(
                "petitions is {of}, less than petitions_on_time or petitions_bad: it counts all petitions of the month",
                of=counts.petitions,
            )


def _parts(counts: Counts) -> str:
    of: dict[str, Any] = {name: getattr(counts, name) for name in COLUMNS[3:6]}
    return ", ".join(name for name, n in of.items() if n > counts.dossiers)
