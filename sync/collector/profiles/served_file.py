"""Served file: transactions served by counter and day as CSV, read whole or not at all, each fault with its line."""

import re
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Connection, select

from sync.collector.fleet.places.codes import take_exact
from sync.collector.fleet.places.counter_table import UnitLook
from sync.collector.profiles.counts_file import LINES_MAX, CountsWrong, Fault, LineWrong, lines_of
from sync.collector.profiles.typed import SERVED_MAX, Served, Source, keep_served
from sync.collector.store.schema import counter, unit

SERVED_COLUMNS = ("unit", "counter", "day", "n")


@dataclass(frozen=True, slots=True)
class _Row:
    """One line that can be read."""

    unit: str
    """As it is written, with the mark of a text where it has one."""
    counter: str
    day: date
    n: int


@dataclass(slots=True)
class ServedFile:
    """What a file holds by line, and all that is wrong with it."""

    rows: dict[int, _Row] = field(default_factory=dict)
    lines: dict[tuple[str, str, date], int] = field(default_factory=dict)
    """Which line a counter's day stands in."""
    faults: list[Fault] = field(default_factory=list)


def take_served(connection: Connection, body: bytes, today: date, source: Source) -> int:
    """Keep all that a file holds; how many lines. A later file or number corrects it.

    Raises CountsWrong with every fault, counters that are not there among them; then nothing is kept.
    """
    found = read_served_file(body, today)
    served = _served(connection, found)
    if found.faults:
        raise CountsWrong(found.faults)
    keep_served(connection, served, source)
    return len(served)


def read_served_file(body: bytes, today: date) -> ServedFile:
    """What a file with SERVED_COLUMNS as its head holds; days after ``today`` are faults."""
    found = ServedFile()
    lines = lines_of(body, SERVED_COLUMNS, found.faults)
    for line, cells in lines or ():
        try:
            _take(found, line, cells, today)
        except LineWrong as wrong:
            found.faults.append(Fault(line, wrong.message, wrong.values))
    if lines == []:
        found.faults.append(Fault(2, "there is no number in the file: write a line for each counter and day"))
    return found


def _take(found: ServedFile, line: int, cells: list[str], today: date) -> None:
    if len(found.rows) >= LINES_MAX:
        raise LineWrong("the file is too long from here on: hand in at most {n} lines at once", n=LINES_MAX)
    if len(cells) != len(SERVED_COLUMNS):
        of = len(SERVED_COLUMNS)
        raise LineWrong("{n} columns instead of {of}: write all that the first line names", n=len(cells), of=of)
    row = _Row(cells[0], take_exact(cells[1]), _day(cells[2], today), _number(cells[3]))
    key = (take_exact(row.unit), row.counter, row.day)
    if key in found.lines:
        raise LineWrong("counter and day stand in line {line} already: keep one of the two", line=found.lines[key])
    found.rows[line], found.lines[key] = row, line


def _day(text: str, today: date) -> date:
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
            raise ValueError(text)
        day = date.fromisoformat(text)
    except ValueError as error:
        raise LineWrong("day is “{cell}”: write it as 2026-10-28", cell=text[:12]) from error
    if day > today:
        raise LineWrong("day {cell} has not come yet: take a day that was counted", cell=text)
    return day


def _number(text: str) -> int:
    if not re.fullmatch(r"\d{1,6}", text, re.ASCII) or int(text) > SERVED_MAX:
        raise LineWrong(
            "{column} is “{cell}”: write a whole number without dots, at most {most}",
            column="n",
            cell=text[:12],
            most=SERVED_MAX,
        )
    return int(text)


def _served(connection: Connection, found: ServedFile) -> list[Served]:
    """Each line with the counter that stood there on its day; lines without one are faults."""
    look, places = UnitLook(connection, [row.unit for row in found.rows.values()]), _places(connection)
    served = []
    for line, row in found.rows.items():
        code = take_exact(row.unit)
        likely = look.fault(row.unit, on=row.day)
        stood = [at for since, until, at in places.get((code, row.counter), ()) if since <= row.day < until]
        if likely is not None:
            found.faults.append(Fault(line, likely.message, likely.values))
        elif stood:
            served.append(Served(stood[0], row.day, row.n))
        else:
            where = {"unit": code[:40], "counter": row.counter[:40], "day": row.day.isoformat()}
            message = "unit {unit} had no counter {counter} on {day}: take the codes behind their names on the overview"
            found.faults.append(Fault(line, message, where))
    return served


def _places(connection: Connection) -> dict[tuple[str, str], list[tuple[date, date, int]]]:
    """By codes of unit and counter, from which day until which a counter stood there."""
    wanted = select(counter, unit.c.code.label("unit")).join(unit, unit.c.unit_id == counter.c.unit_id)
    found: dict[tuple[str, str], list[tuple[date, date, int]]] = {}
    for row in connection.execute(wanted):
        stood = (row.since or date.min, row.until or date.max, row.counter_id)
        found.setdefault((row.unit, row.code), []).append(stood)
    return found
