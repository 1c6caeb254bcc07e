"""Counts: what the tallies hold for a period, in the form in which disclosure takes it."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Integer, Table, cast, func, literal, select

from kiosk.domain.disclosure import Slice
from kiosk.domain.rating import Standing
from sync.collector.schema import late_tally, reason_tally, tally, transaction_count

_CAME = (late_tally.c.received_day, late_tally.c.received_part)

Closed = Callable[[str, str], bool]
"""Whether a part of a day is over."""


class Asked(NamedTuple):
    """One question of one version of a survey."""

    survey: str
    question: str

    @property
    def code(self) -> str:
        """``sipas-5@1:overall``."""
        return f"{self.survey}:{self.question}"


@dataclass(slots=True)
class Counts:
    """Of one question in one period, by counter."""

    counted: list[Slice[str]] = field(default_factory=list)
    aside: list[Slice[str]] = field(default_factory=list)
    standings: dict[str, "Counter[Standing]"] = field(default_factory=dict)
    """What was set aside, by counter and why; never hidden."""


_Piece = tuple[str, date, str, str, tuple[str, str] | None]
"""What is counted together before it is shown: place, day, part, standing, and when it came, if late."""


class WeekCounts(NamedTuple):
    """One counter's week."""

    levels: "Counter[int]"
    aside: int


def read_asked(connection: Connection, first: date, last: date) -> dict[Asked, int]:
    """Which questions were answered in these days, and how often."""
    key = (tally.c.survey, tally.c.question)
    rows = connection.execute(
        select(*key, func.sum(tally.c.n)).where(tally.c.day.between(first, last)).group_by(*key).order_by(*key)
    )
    return {Asked(survey, question): int(n) for survey, question, n in rows if n}


def read_counts(connection: Connection, keys: Mapping[int, str], asked: Asked, first: date, last: date) -> Counts:
    """The period's counts of the counters in ``keys``."""
    counts = Counts()
    pieces: dict[_Piece, dict[int, int]] = {}
    for counter_id, day, part, level, standing, n in _read(connection, tally, asked, first, last):
        if (key := keys.get(counter_id)) is not None:
            _add(pieces, (key, day, part, standing, None), level, int(n))
            if standing != Standing.COUNTED:
                counts.standings.setdefault(key, Counter())[Standing(standing)] += int(n)
    for counter_id, day, part, level, standing, *came, n in _read(connection, late_tally, asked, first, last, *_CAME):
        if (key := keys.get(counter_id)) is not None:
            _add(pieces, (key, day, part, standing, None), level, -int(n))
            _add(pieces, (key, day, part, standing, (came[0].isoformat(), came[1])), level, int(n))
    written = {day: day.isoformat() for _, day, *_ in pieces}
    for (key, day, part, standing, came_with), levels in pieces.items():
        to = counts.counted if standing == Standing.COUNTED else counts.aside
        to.append(Slice(key, written[day], part, levels, came_with))
    return counts


def _add(pieces: "dict[_Piece, dict[int, int]]", piece: "_Piece", level: int, n: int) -> None:
    levels = pieces.setdefault(piece, {})
    levels[level] = levels.get(level, 0) + n


def read_weeks(
    connection: Connection, keys: Mapping[int, str], asked: Asked, first: date, weeks: int, closed: Closed, step: int
) -> list[dict[str, WeekCounts]]:
    """Week after week from ``first`` (a Monday), what each counter got; late ratings only in steps."""
    week = _week(connection, first)
    last = first + timedelta(days=7 * weeks - 1)
    key = (tally.c.counter_id, week.label("week"), tally.c.level, tally.c.standing)
    rows = connection.execute(
        select(*key, func.sum(tally.c.n))
        .where(tally.c.day.between(first, last), tally.c.survey == asked.survey, tally.c.question == asked.question)
        .group_by(tally.c.counter_id, week, tally.c.level, tally.c.standing)
    )
    found: list[dict[str, WeekCounts]] = [{} for _ in range(weeks)]
    for counter_id, number, level, standing, n in rows:
        place = keys.get(counter_id)
        if place is None:
            continue
        counts = found[number].get(place) or WeekCounts(Counter(), 0)
        if standing == Standing.COUNTED:
            counts.levels[level] += int(n)
        else:
            counts = counts._replace(aside=counts.aside + int(n))
        found[number][place] = counts
    _take_late_out(connection, keys, asked, first, found, closed, step)
    return found


def read_reasons(
    connection: Connection, keys: Mapping[int, str], asked: Asked, first: date, last: date, closed: Closed
) -> dict[str, "Counter[str]"]:
    """How often each reason was chosen with a counted rating, by counter, in parts of days that are over."""
    key = (reason_tally.c.counter_id, reason_tally.c.reason)
    of_period = reason_tally.c.day.between(first, last)
    wanted = (
        select(*key, func.sum(reason_tally.c.n))
        .where(of_period, reason_tally.c.survey == asked.survey, reason_tally.c.question == asked.question)
        .where(reason_tally.c.standing == str(Standing.COUNTED))
        .group_by(*key)
    )
    found: dict[str, Counter[str]] = {}
    open_parts = [part for part in ("am", "pm") if not closed(last.isoformat(), part)]
    if open_parts:
        wanted = wanted.where((reason_tally.c.day != last) | reason_tally.c.part.not_in(open_parts))
    for counter_id, reason, n in connection.execute(wanted):
        if counter_id in keys:
            found.setdefault(keys[counter_id], Counter())[reason] += int(n)
    return found


def read_served(connection: Connection, keys: Mapping[int, str], first: date, last: date) -> dict[str, dict[str, int]]:
    """Transactions served by counter and day, as last typed in."""
    rows = connection.execute(
        select(transaction_count)
        .where(transaction_count.c.day.between(first, last))
        .order_by(transaction_count.c.received_at, transaction_count.c.seq)
    )
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        if row.counter_id in keys:
            found.setdefault(keys[row.counter_id], {})[row.day.isoformat()] = int(row.n)
    return found


def _read(
    connection: Connection, table: Table, asked: Asked, first: date, last: date, *more: ColumnElement[Any]
) -> list[Any]:
    key = [table.c[name] for name in ("counter_id", "day", "part", "level", "standing")] + list(more)
    wanted = (
        select(*key, func.sum(table.c.n).label("n"))
        .where(table.c.day.between(first, last), table.c.survey == asked.survey, table.c.question == asked.question)
        .group_by(*key)
    )
    return list(connection.execute(wanted).all())


def _week(connection: Connection, first: date) -> ColumnElement[int]:
    """Which week after ``first`` a tally's day lies in."""
    if connection.dialect.name == "sqlite":
        days = func.julianday(tally.c.day) - func.julianday(literal(first.isoformat()))
        return cast(days / 7, Integer)
    return cast(func.floor((tally.c.day - literal(first)) / 7), Integer)


def _take_late_out(
    connection: Connection, keys: Mapping[int, str], asked: Asked, first: date, found: list[dict[str, WeekCounts]],
    closed: Closed, step: int,
) -> None:  # fmt: skip
    """Take what came late out again, where it would move a week that is shown by less than a step."""
    late: dict[tuple[int, str], Counter[int]] = {}
    last = first + timedelta(days=7 * len(found) - 1)
    waits: dict[tuple[int, str], Counter[int]] = {}
    for row in _read(connection, late_tally, asked, first, last, *_CAME):
        if row.counter_id not in keys or row.standing != Standing.COUNTED:
            continue
        place = ((row.day - first).days // 7, keys[row.counter_id])
        over = closed(row.received_day.isoformat(), row.received_part)
        (late if over else waits).setdefault(place, Counter())[row.level] += int(row.n)
    for place, levels in [*waits.items(), *[item for item in late.items() if item[1].total() < step]]:
        found[place[0]][place[1]].levels.subtract(levels)
