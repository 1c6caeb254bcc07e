"""Harvest: numbers that a role can read, taken from real answers and files, each with the name of what it is about.

An *opinion* is a number of levels or reasons: how many of some ratings chose a face of these, or this reason. Counts
(recorded, waiting, set aside by why, served) tell nobody's opinion, and what is derived of opinions and counts
(percentages, intervals, differences) tells no more than its numerator, which stands beside it.

A column or key that is not listed here fails the test: whoever adds a number to a report says here what it is.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from typer.testing import CliRunner

from kiosk.commands import tally as tally_command
from tests.attack.kiosk import Kiosk
from tests.attack.world import World
from tests.builders import ZONE

SATISFIED, DISSATISFIED = frozenset({4, 5}), frozenset({1, 2})
COUNTED, BOTH = "counted", "both"
_TEXTS = {"place", "code", "level", "clear", "standing", "rule", "week", "factor", "reason", "gap_clear", "counter",
          "name", "day", "rank", "question", "survey", "why"}  # fmt: skip
_COUNTS = {"n", "aside", "served", "am", "pm", "repeat", "out_of_hours", "test", "waiting", "recorded",
           "counted", "uncut", "straddling", "tail", "centre", "both_n", "base"}  # fmt: skip
_DERIVED = {"share", "low", "high", "points", "answered", "both", "mean", "gap", "before"}
_OPINIONS = {"satisfied": SATISFIED, "bad": DISSATISFIED}
_REPORT_KEYS = {"place", "period", "from", "to", "compared_with", "question", "measure", "made_at", "notice",
                "recorded", "waits", "questions", "tables"}  # fmt: skip
_FILE_TABLES = {"Ratings recorded, by question", "Result of the period", "Ratings by level", "Counters, lowest first",
                "Set aside, not in the share",
                "Week by week", "What influenced the ratings", "Month by month"}  # fmt: skip
_ROW_KEYS = {
    "counter",
    "name",
    "unit",
    "last_contact",
    "counted",
    "hidden",
    "waiting",
    "set_aside",
    "participation",
    "recorded",
    "waits",
    "silent",
}
_TALLY_KEYS = {"from", "to", "time_zone", "made_at", "notice", "disclosure", "recorded", "waits", "undated", "tables"}


class Unnamed(AssertionError):
    """A number of which nobody has said what it is about."""


@dataclass(frozen=True, slots=True, order=True)
class Name:
    """What a number is about: some ratings, by where and when they were pressed and how they stand."""

    where: str
    """A unit, a unit and a counter, or the desk of a kiosk."""
    first: str
    last: str
    series: str
    standing: str
    said: tuple[int | str, ...]
    """The levels together of which there are so many, or the reason."""

    @property
    def base(self) -> "Name":
        """The ratings, whatever they said."""
        return Name(self.where, self.first, self.last, self.series, self.standing, ())

    @property
    def kind(self) -> str:
        """Sums of levels are combined with each other, those of a reason as well."""
        return str(self.said[0]) if isinstance(self.said[0], str) else "levels"


@dataclass(frozen=True, slots=True)
class Opinion:
    """A number, and where it was read."""

    name: Name
    value: int
    source: str


@dataclass(frozen=True, slots=True)
class Asked:
    """An address of a place's report."""

    unit: str
    counter: str | None
    period: str
    measure: str = "top2box"
    versus: str = ""
    """``UNIT:COUNTER`` beside it."""

    @property
    def place(self) -> str:
        """As it is named here."""
        return f"{self.unit}/{self.counter}" if self.counter else self.unit

    def way(self, page: str) -> str:
        """The address of a page or file of it."""
        return f"{page}/{self.unit}" + (f"/{self.counter}" if self.counter else "") + f"?ky={self.period}"

    @property
    def api(self) -> str:
        """The address for programs."""
        counter = f"&counter={self.counter}" if self.counter else ""
        more = f"&measure={self.measure}" + (f"&versus={self.versus}" if self.versus else "")
        return f"/v1/report?unit={self.unit}{counter}&period={self.period}{more}"


def report_opinions(world: World, asked: Asked, who: str) -> list[Opinion]:
    """The opinions of ``/v1/report``."""
    found = world.centre.read(asked.api, who).json()
    if unknown := set(found) - _REPORT_KEYS:
        raise Unnamed(f"{unknown} of /v1/report")
    return list(_of_report(found, asked, f"{who} {asked.api}"))


def _of_report(found: Mapping[str, Any], asked: Asked, source: str) -> Iterator[Opinion]:
    for key, rows in found["tables"].items():
        for place, row in enumerate(rows):
            where, days = asked.place, (found["from"], found["to"])
            if key == "versus" and place:
                where = asked.versus.replace(":", "/")
            elif "code" in row and row["code"] not in (asked.unit, asked.counter):
                where = f"{asked.unit}/{row['code']}" if row["code"].startswith("Q") else row["code"]
            elif key == "weeks":
                days = _week_of(row["week"])
            series = key if key.startswith("other_") else found["question"]
            told = dict(row)
            if asked.measure == "mean5" and isinstance(row.get("satisfied"), int):
                # Points of five each: whoever says 1 instead of 5 makes them four less.
                told["level_1"] = told.pop("satisfied") // 4
            yield from _of_row(key, told, Name(where, *days, series, COUNTED, ()), f"{source} {key}")


def _of_row(table: str, row: Mapping[str, Any], name: Name, source: str) -> Iterator[Opinion]:
    """The opinions of one row; raises Unnamed for a column that is not known."""
    if table == "reason_months":
        return
    for column, cell in row.items():
        if not isinstance(cell, int) or column in _TEXTS | _DERIVED:
            _require_known(table, column)
            continue
        said = _said_in(table, column, row)
        if said:
            yield Opinion(Name(name.where, name.first, name.last, name.series, name.standing, said), cell, source)


def _said_in(table: str, column: str, row: Mapping[str, Any]) -> tuple[int | str, ...]:
    """What a column tells of: some levels, a reason, or nobody's opinion."""
    if column in _OPINIONS:
        return tuple(sorted(_OPINIONS[column]))
    if column.startswith("level_"):
        return (int(column.removeprefix("level_")),)
    if (table, column) == ("levels", "n"):
        level = _LEVELS.get(row["level"])
        return (level,) if level else ()
    if (table, column) == ("reasons", "n"):
        return (str(row["reason"]),)
    _require_known(table, column)
    return ()


def _require_known(table: str, column: str) -> None:
    known = _TEXTS | _COUNTS | _DERIVED | set(_OPINIONS)
    if column not in known and not column.startswith("level_"):
        raise Unnamed(f"the column {column} of the table {table}")


_LEVELS = {"Very dissatisfied": 1, "Dissatisfied": 2, "Neutral": 3, "Satisfied": 4, "Very satisfied": 5}


def _week_of(text: str) -> tuple[str, str]:
    first = datetime.strptime(text, "%d %B %Y").replace(tzinfo=ZONE).date()
    return first.isoformat(), (first + timedelta(days=6)).isoformat()


def tally_opinions(world: World, first: str, last: str, unit: str, who: str) -> list[Opinion]:
    """The opinions of ``/v1/tallies``."""
    way = f"/v1/tallies?from={first}&to={last}&unit={unit}"
    found = world.centre.read(way, who).json()
    if unknown := set(found) - _TALLY_KEYS:
        raise Unnamed(f"{unknown} of /v1/tallies")
    opinions = []
    for table in found["tables"]:
        series = f"{table['survey']}:{table['question']}"
        for row in (*table["counters"], table["total"]):
            where = f"{row['unit']}/{row['counter']}" if "counter" in row else unit
            if "unit" in row and row["unit"].startswith("Xã "):
                where = f"{row['unit'].removeprefix('Xã ')}/{row['counter']}"
            opinions += _of_tally(row, Name(where, first, last, series, COUNTED, ()), f"{who} {way}")
    return opinions


def _of_tally(row: Mapping[str, Any], name: Name, source: str) -> Iterator[Opinion]:
    if unknown := set(row) - _ROW_KEYS - {"by_level", "measure", "measure_with_set_aside"}:
        raise Unnamed(f"{unknown} of a row of /v1/tallies")

    def opinion(standing: str, said: Iterable[int], value: int) -> Opinion:
        told = Name(name.where, name.first, name.last, name.series, standing, tuple(sorted(said)))
        return Opinion(told, value, source)

    for level in range(1, 6) if row["counted"] is not None else ():
        yield opinion(COUNTED, (level,), row["by_level"].get(str(level), 0))
    for key, standing in (("measure", COUNTED), ("measure_with_set_aside", BOTH)):
        if row[key] is not None:
            yield opinion(standing, SATISFIED, row[key]["numerator"])


def desk_opinions(world: World, name: str, first: str, last: str) -> list[Opinion]:
    """The opinions that ``kiosk tally --json`` tells at the desk of a kiosk."""
    kiosk = world.kiosks[name]
    found = told_at_desk(kiosk, "--from", first, "--to", last, "--json")
    opinions: list[Opinion] = []
    rows_of = json.loads(found)
    rows = rows_of["days"]
    for place, row in enumerate(rows):
        day = (date.fromisoformat(first) + timedelta(days=place)).isoformat()
        days = (day, day) if place < len(rows) - 1 else (first, last)
        at = Name(f"desk:{name}", *days, rows_of["survey"], COUNTED, ())
        opinions += _of_row("days", row, at, f"desk of {name}")
    return opinions


def told_at_desk(kiosk: Kiosk, *arguments: str) -> str:
    """What the command ``kiosk tally`` prints at this kiosk, by its own clock."""
    config, folder = kiosk.path.parent / "kiosk.toml", kiosk.path.parent.parent
    hall = "".join(f'[[hall.counters]]\ncode = "{code}"\nnumber = "{code[1:]}"\n' for code in kiosk.hall)
    config.write_text(hall or "[hall]\n")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(tally_command, "SystemClock", lambda _zone: kiosk.clock)
        command = ["--config", str(config), "--data-dir", str(folder), *arguments]
        done = CliRunner().invoke(tally_command.tally_commands, command)
    assert done.exit_code == 0, (done.output, done.exception)
    return done.stdout


def file_opinions(world: World, asked: Asked, who: str) -> list[Opinion]:
    """The opinions of a report's levels and reasons, as they stand in its file."""
    name = Name(asked.place, asked.period, "", "", COUNTED, ())
    opinions, title = [], ""
    for before, row in pairwise([[], *file_rows(world, asked, who)]):
        if not before and row:
            title = row[0]
        if title == "Ratings by level" and row and row[0] in _LEVELS:
            opinions.append(Opinion(replace(name, said=(_LEVELS[row[0]],)), int(row[1]), f"csv {title}"))
        elif title == "What influenced the ratings" and len(row) > 1 and row[3].isdigit():
            opinions.append(Opinion(replace(name, said=(row[1],)), int(row[3]), f"csv {title}"))
        elif len(row) > 1 and title not in _FILE_TABLES:
            raise Unnamed(f"the table {title} of a file")
    return opinions


def file_rows(world: World, asked: Asked, who: str) -> list[list[str]]:
    """The rows of a report's CSV file."""
    body = world.centre.read(asked.way("/xuat/csv") + "&lang=en", who).content
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig")), delimiter=","))
