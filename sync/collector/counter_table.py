"""Counter table: a CSV of counters, read with every fault and its line."""

import csv
from collections.abc import Iterable, Iterator
from io import StringIO
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
from sqlalchemy import Connection, select

from kiosk.domain.fault import Fault
from kiosk.setting_layers import Layers, Variable
from kiosk.setting_rules import Unfit, between
from kiosk.setting_values import SettingReader
from kiosk.settings import Section, SettingsInvalid
from sync.collector import units
from sync.collector.errors import UsageWrong
from sync.collector.schema import counter, unit


def counter_code(text: str) -> str:
    """The rule of a counter's code that names a folder as well."""
    if not units.is_code(text) or not text.strip("."):
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
    try:
        text = file.read_text("utf-8-sig")
    except OSError as error:
        raise UsageWrong("{file} cannot be read ({why})", file=file, why=error.strerror) from error
    except UnicodeDecodeError as error:
        raise UsageWrong("{file} is not UTF-8: save it as “CSV UTF-8”", file=file) from error
    separator = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
    reader = csv.DictReader(StringIO(text, newline=""), delimiter=separator, strict=False)
    try:
        faults = list(_faults_of_head(file, reader.fieldnames or ()))
        rows = [] if faults else list(_rows(file, reader, faults))
    except csv.Error as error:
        raise UsageWrong("{file} cannot be read ({why})", file=file, why=error) from error
    faults += _faults_between(file, rows, set(surveys))
    if faults:
        raise SettingsInvalid(tuple(faults))
    return rows


def faults_of_places(connection: Connection, file: Path, rows: list[Numbered]) -> Iterator[Fault]:
    """What in the table does not fit the units and counters that are there."""
    known = set(connection.execute(select(unit.c.code)).scalars())
    stands = {row.code: row.unit for row in connection.execute(
        select(counter.c.code, unit.c.code.label("unit")).join(unit))}  # fmt: skip
    named = {row.unit for _, row in rows if row.unit_name}
    at_hand = {*stands, *(row.counter for _, row in rows)}
    for line, row in rows:
        if row.unit not in known | named:
            message = "there is no unit {code}; add a column unit_name to make it, or see: collector unit import"
            yield Fault(f"{file}:{line}", "unit", message, {"code": row.unit})
        elif stands.get(row.counter, row.unit) != row.unit:
            there = {"counter": row.counter, "unit": stands[row.counter]}
            yield Fault(f"{file}:{line}", "unit", "counter {counter} belongs to unit {unit}", there)
        for code in row.hall:
            if code not in at_hand:
                message = "there is no counter {code}; give it a line in this table, or make it: collector counter new"
                yield Fault(f"{file}:{line}", "serves", message, {"code": code})


def _faults_of_head(file: Path, names: Iterable[str]) -> Iterator[Fault]:
    known = {field.name: field.required for field in msgspec.structs.fields(Row)}
    given = [name or "" for name in names]
    for name in sorted(set(given) - known.keys()):
        yield Fault(f"{file}:1", name, "unknown column; known are {known}", {"known": ", ".join(known)})
    for name, required in known.items():
        if required and name not in given:
            yield Fault(f"{file}:1", name, "the column is missing", {})


def _rows(file: Path, reader: "csv.DictReader[str]", faults: list[Fault]) -> Iterator[Numbered]:
    for cells in reader:
        line = reader.line_num
        if None in cells or None in cells.values():
            faults.append(Fault(f"{file}:{line}", "cells", "has another number of cells than the first line", {}))
            continue
        said = {name: Variable(name, text.strip()) for name, text in cells.items() if text.strip()}
        if not said:
            continue
        values = SettingReader(Layers(""))
        row = values.value("", Row, said)
        faults += [Fault(f"{file}:{line}", fault.key, fault.message, fault.values) for fault in values.faults]
        if row is not None and not values.faults:
            yield Numbered(line, row)


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
