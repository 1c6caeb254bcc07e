"""Counter table: a CSV of counters, read with every fault and its line."""

import csv
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import zip_longest
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, TypeVar

import msgspec
from sqlalchemy import Connection, select

from kiosk.base.settings.layers import Layers, Variable
from kiosk.base.settings.reading import Section, SettingsInvalid
from kiosk.base.settings.rules import Unfit, between
from kiosk.base.settings.values import SettingReader
from kiosk.domain.fault import Fault
from sync.collector.errors import UsageWrong
from sync.collector.fleet.places import codes, units
from sync.collector.fleet.places.codes import EXACT_MARK, Known, Likely, is_code, kept_noughts, take_exact
from sync.collector.fleet.places.csv_table import CsvTable, read_csv
from sync.collector.store.schema import counter, unit

R = TypeVar("R", bound=Section)


def counter_code(text: str) -> str:
    """The rule of a counter's code that names a folder as well."""
    if not is_code(text) or not text.strip("."):
        raise Unfit("{input!r} is no code: take 1 to 40 letters, digits, dots, hyphens or underscores")
    return text


def counter_codes(text: str) -> str:
    """The rule of several codes with blanks between them, each once."""
    codes = text.split()
    for code in codes:
        counter_code(code)
    if len(set(codes)) != len(codes):
        raise Unfit("{input!r} names a counter twice")
    return text


class Row(Section, frozen=True):
    """One line of the table."""

    counter: Annotated[str, counter_code]
    unit: str
    name: str = ""
    unit_name: str = ""
    survey: str = ""
    theme: Literal["light", "dark", "high-contrast", ""] = ""
    rotation_deg: Annotated[int, between(0, 270)] | None = None
    width_px: Annotated[int, between(320, 7680)] | None = None
    height_px: Annotated[int, between(320, 7680)] | None = None
    panel_inch: Annotated[float, between(5, 100)] | None = None
    serves: Annotated[str, counter_codes] = ""
    """The counters of a hall that its kiosk asks about, in their order, separated by blanks."""

    @property
    def hall(self) -> list[str]:
        """The codes in ``serves``."""
        return self.serves.split()

    @property
    def unit_code(self) -> str:
        """The unit's code, without the mark of a text."""
        return take_exact(self.unit)

    @property
    def screen(self) -> dict[str, Any]:
        """What the kiosk's settings say of its screen."""
        said = {name: getattr(self, name) for name in ("theme", "rotation_deg", "width_px", "height_px", "panel_inch")}
        return {name: value for name, value in said.items() if value not in ("", None)}


class Numbered(NamedTuple):
    """A row, and where it stands in its file."""

    line: int
    row: Row


def read_table(file: Path, surveys: Iterable[str]) -> list[Numbered]:
    """The rows of a CSV in UTF-8, separated by commas or semicolons.

    Raises SettingsInvalid with every fault, each with its line.
    """
    table = read_file(file)
    faults = list(faults_of_head(file, table, Row))
    rows = [] if faults else [Numbered(*each) for each in rows_of(file, table, Row, faults)]
    faults += _faults_between(file, rows, set(surveys))
    if faults:
        raise SettingsInvalid(tuple(faults))
    return rows


def read_file(file: Path) -> CsvTable:
    """The table in a file. Raises UsageWrong for one that is none."""
    try:
        return read_csv(file.read_bytes())
    except OSError as error:
        raise UsageWrong("{file} cannot be read ({why})", file=file, why=error.strerror) from error
    except UnicodeDecodeError as error:
        raise UsageWrong("{file} is not UTF-8: save it as “CSV UTF-8”", file=file) from error
    except csv.Error as error:
        raise UsageWrong("{file} cannot be read ({why})", file=file, why=error) from error


def faults_of_places(connection: Connection, file: Path, rows: list[Numbered]) -> Iterator[Fault]:
    """What in the table does not fit the units and counters that are there."""
    now = select(counter.c.code, counter.c.name, unit.c.code.label("unit")).join(unit)
    places = {row.code: row for row in connection.execute(now.where(counter.c.until.is_(None)))}
    counters = Known({code: row.name for code, row in places.items()})
    named = {row.unit for _, row in rows if row.unit_name}
    look = UnitLook(connection, [row.unit for _, row in rows])
    at_hand = {*places, *(row.counter for _, row in rows)}
    for line, row in rows:
        here, at = f"{file}:{line}", places.get(row.counter)
        if (likely := look.fault(row.unit, row.unit_name)) is not None:
            yield Fault(here, "unit", likely.message, likely.values)
        elif not look.is_there(row.unit) and row.unit not in named:
            message = "there is no unit {code}; add a column unit_name to make it, or see: collector unit import"
            yield Fault(here, "unit", message, {"code": row.unit})
        elif at is None:
            likely = counters.near(row.counter)
            if likely is not None:
                yield Fault(here, "counter", likely.message, likely.values)
        else:
            for about, refusal in units.disagreements(at, row.unit_code, row.name or None):
                yield Fault(here, about, refusal.message, refusal.values)
        for code in row.hall:
            if code not in at_hand:
                message = "there is no counter {code}; give it a line in this table, or make it: collector counter new"
                yield Fault(here, "serves", message, {"code": code})


class UnitLook:
    """Looks at the units that a column names."""

    def __init__(self, connection: Connection, cells: Iterable[str], path: str = "") -> None:
        self._connection = connection
        rows = connection.execute(select(unit).where(unit.c.path.startswith(path, autoescape=True)))
        self._there = {row.code: row for row in rows}
        self._known = Known({code: row.name for code, row in self._there.items()})
        self._sure = kept_noughts(cells)

    def is_there(self, cell: str) -> bool:
        """Whether there is a unit of exactly this code."""
        return take_exact(cell) in self._there

    def fault(self, cell: str, name: str = "", on: date = date.max) -> Likely | None:
        """Why a unit cannot be the one that is meant on a day; None where it is, and where nothing is like it."""
        code = take_exact(cell)
        row = self._there.get(code)
        if row is None:
            return self._known.why_not(code)
        if name and units.tidy(name) != units.tidy(row.name):
            return codes.fault(
                "unit {code} is named {name}; to name it anew: collector unit rename", code=code, name=row.name
            )
        if row.ended_on is not None and on >= row.ended_on:
            return units.ended(self._connection, row)
        return None if name else self.twin(cell)

    def twin(self, cell: str) -> Likely | None:
        """Which other unit is meant where a spreadsheet dropped the noughts; None where it plainly did not."""
        return None if self._sure or cell.startswith(EXACT_MARK) else self._known.twin(cell)


def faults_of_head(file: Path, table: CsvTable, of: type[Section]) -> Iterator[Fault]:
    """What is wrong with the names of the columns."""
    known = {field.name: field.required for field in msgspec.structs.fields(of)}
    given = table.head.cells
    for name in sorted({name for name in given if name} - known.keys()):
        yield Fault(f"{file}:1", name, "unknown column; known are {known}", {"known": ", ".join(known)})
    for name, required in known.items():
        if required and name not in given:
            yield Fault(f"{file}:1", name, "the column is missing", {})
    for name in sorted({name for name in given if name and given.count(name) > 1}):
        yield Fault(f"{file}:1", name, "the column stands there twice", {})


def rows_of(file: Path, table: CsvTable, of: type[R], faults: list[Fault]) -> Iterator[tuple[int, R]]:
    """Each line as a row of this kind; what is wrong with the others is added to ``faults``."""
    names = table.head.cells
    for line in table.lines:
        here = f"{file}:{line.number}"
        if any(cell and not name for cell, name in zip_longest(line.cells, names, fillvalue="")):
            faults.append(Fault(here, "cells", "has a value in a column without a name", {}))
            continue
        values = SettingReader(Layers(""))
        said = {name: Variable(name, text) for name, text in table.by_name(line).items()}
        row = values.value("", of, said)
        faults += [Fault(here, fault.key, fault.message, fault.values) for fault in values.faults]
        if row is not None and not values.faults:
            yield line.number, row


def _faults_between(file: Path, rows: list[Numbered], surveys: set[str]) -> Iterator[Fault]:
    seen: dict[str, int] = {}
    for line, row in rows:
        # Folders on a stick know no capitals.
        first = seen.setdefault(row.counter.casefold(), line)
        if first != line:
            yield Fault(f"{file}:{line}", "counter", "stands in line {first} already", {"first": first})
        if row.survey and row.survey not in surveys:
            known = {"survey": row.survey, "known": ", ".join(sorted(surveys))}
            yield Fault(f"{file}:{line}", "survey", "there is no survey {survey}; known are {known}", known)
        if row.rotation_deg is not None and row.rotation_deg % 90:
            yield Fault(f"{file}:{line}", "rotation_deg", "must be 0, 90, 180 or 270", {})
