"""Place changes: a table of moves, names or ends, tried as a whole before anything is kept.

The table is carried out line by line within one transaction; what it would do is what it did there. So the preview and
the deed cannot differ, and every line that cannot be carried out is told at once.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from sqlalchemy import Connection

from kiosk.base.settings.reading import Section, SettingsInvalid
from kiosk.base.settings.rules import Unfit
from kiosk.domain.fault import Fault
from sync.collector.errors import CollectorError
from sync.collector.fleet.places import units
from sync.collector.fleet.places.codes import take_exact
from sync.collector.fleet.places.counter_table import UnitLook, faults_of_head, read_file, rows_of
from sync.collector.services import moves
from sync.collector.services.moves import Act, Moved


def iso_day(text: str) -> str:
    """The rule of a day."""
    try:
        if date.fromisoformat(text).isoformat() == text:
            return text
    except ValueError:
        pass
    raise Unfit("{input!r} is no day: write it as 2026-07-01")


class CounterMove(Section, frozen=True):
    """A counter stands in another unit from a day on; it may get another name with it."""

    counter: str
    unit: str
    since: Annotated[str, iso_day]
    name: str = ""


class CounterName(Section, frozen=True):
    """A counter is named anew."""

    counter: str
    name: str


class UnitName(Section, frozen=True):
    """A unit is named anew."""

    unit: str
    name: str


class UnitNew(Section, frozen=True):
    """A unit is made, below another one where that is named."""

    unit: str
    name: str
    above: str = ""


class UnitEnd(Section, frozen=True):
    """A unit ends; ``into`` holds the codes of those that follow it, separated by blanks."""

    unit: str
    since: Annotated[str, iso_day]
    into: str = ""


Row = CounterMove | CounterName | UnitName | UnitNew | UnitEnd


@dataclass(frozen=True, slots=True)
class Done:
    """What one line did."""

    row: Row
    before: str = ""
    """The name, or the code of the unit, before it."""
    moved: Moved | None = None


class _Undo(Exception):
    """Ends a transaction that was only tried."""


def read_changes(file: Path, kind: type[Row]) -> list[tuple[int, Row]]:
    """The lines of a table of one kind. Raises SettingsInvalid with every fault, UsageWrong for no table."""
    table = read_file(file)
    faults = list(faults_of_head(file, table, kind))
    rows: list[tuple[int, Any]] = [] if faults else list(rows_of(file, table, kind, faults))
    if faults:
        raise SettingsInvalid(tuple(faults))
    return rows


def try_out(transaction: Callable[[], Any], work: Callable[[Connection], list[Done]]) -> list[Done]:
    """What ``work`` would do; nothing of it is kept."""
    found: list[Done] = []
    try:
        with transaction() as connection:
            found = work(connection)
            raise _Undo
    except _Undo:
        return found


def carry_out(connection: Connection, file: Path, rows: list[tuple[int, Row]], act: Act) -> list[Done]:
    """Do what every line says. Raises SettingsInvalid with every line that cannot be carried out."""
    done: list[Done] = []
    faults: list[Fault] = []
    look = UnitLook(connection, [cell for _, row in rows for cell in _units(row)])
    for line, row in rows:
        if likely := next(filter(None, map(look.twin, _units(row))), None):
            faults.append(Fault(f"{file}:{line}", "unit", likely.message, likely.values))
            continue
        try:
            with connection.begin_nested():
                done.append(change(connection, row, act))
        except CollectorError as error:
            faults.append(Fault(f"{file}:{line}", next(_key(row)), error.message, error.values))
    if faults:
        raise SettingsInvalid(tuple(faults))
    return done


def change(connection: Connection, row: Row, act: Act) -> Done:
    """Do what one line says. Raises UsageWrong or NotAllowed for what cannot be done."""
    match row:
        case CounterMove():
            at = str(units.find_counter(connection, row.counter).unit)
            since = date.fromisoformat(row.since)
            moved = moves.move_counter(connection, row.counter, take_exact(row.unit), since, act)
            if row.name:
                units.rename_counter(connection, row.counter, row.name, act.now, act.actor)
            return Done(row, at, moved)
        case CounterName():
            return Done(row, units.rename_counter(connection, row.counter, row.name, act.now, act.actor))
        case UnitName():
            return Done(row, units.rename_unit(connection, take_exact(row.unit), row.name, act.now, act.actor))
        case UnitNew():
            units.make_unit(connection, take_exact(row.unit), row.name, take_exact(row.above), act.now, act.actor)
            return Done(row)
        case UnitEnd():
            into = [take_exact(code) for code in row.into.split()]
            since = date.fromisoformat(row.since)
            return Done(row, moved=moves.end_unit(connection, take_exact(row.unit), into, since, act))


def _units(row: Row) -> list[str]:
    """The cells of a line that name units which are there."""
    match row:
        case CounterMove() | UnitName():
            return [row.unit]
        case UnitEnd():
            return [row.unit, *row.into.split()]
        case UnitNew():
            return [row.above]
        case CounterName():
            return []


def _key(row: Row) -> Iterator[str]:
    yield from (name for name in ("counter", "unit") if hasattr(row, name))
