"""Unit list: provinces and communes as the State numbers them, taken over only as far as it cannot surprise.

The list is shipped (``config/units/vietnam.csv``), one for every Python: the last version of the package
``vietnam-provinces`` that Python 3.11 can have gives 114 communes other codes than the next one and the law.
"""

import csv
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, insert, select, update

from kiosk.base.resources import resource
from sync.collector.errors import UsageWrong
from sync.collector.people.audit import note
from sync.collector.store.schema import counter, follow_up, unit, unit_follower
from sync.collector.store.search import fold

Progress = Callable[[str, int], None]
"""Told after each province: its name and how many of its communes are there now."""


class Listed(NamedTuple):
    """One line of the list."""

    code: str
    parent: str
    name: str

    @property
    def kind(self) -> str:
        """What it is called in the tree."""
        return "commune" if self.parent else "province"

    @property
    def path(self) -> str:
        """Its place in the tree."""
        return f"{self.parent}/{self.code}/" if self.parent else f"{self.code}/"


class What(StrEnum):
    """What the list would change of a unit that is there."""

    RENAMED = "renamed"
    MOVED = "moved"
    """It lies below another unit."""
    DOUBLED = "doubled"
    """A new unit beside one of the same name."""
    DROPPED = "dropped"
    """It stands in the list no more."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a unit, and how many counters stand there or below."""

    what: What
    code: str
    name: str
    to: str
    """The other name, the unit above, or the other code."""
    counters: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What taking the list over would do."""

    provinces: tuple[Listed, ...]
    communes: Mapping[str, tuple[Listed, ...]]
    changes: tuple[Change, ...]

    @property
    def grave(self) -> tuple[Change, ...]:
        """Changes of units with counters: nobody makes these without having read them."""
        return tuple(change for change in self.changes if change.counters)


def read_list() -> tuple[Listed, ...]:
    """Every province and commune, each province before its own."""
    with resource("config", "units", "vietnam.csv").open(encoding="utf-8", newline="") as file:
        return tuple(Listed(**row) for row in csv.DictReader(file))


def plan_import(connection: Connection, provinces: Collection[str]) -> Plan:
    """What taking over every province (or those with these codes) would do.

    Raises UsageWrong for a code that is no province's.
    """
    listed = read_list()
    known = sorted(one.code for one in listed if not one.parent)
    if unknown := sorted(set(provinces) - set(known)):
        raise UsageWrong(
            "there is no province {codes}; known are {known}", codes=", ".join(unknown), known=", ".join(known)
        )
    wanted = set(provinces) or set(known)
    taken = [one for one in listed if (one.parent or one.code) in wanted]
    communes = {code: tuple(one for one in taken if one.parent == code) for code in sorted(wanted)}
    tops = tuple(one for one in taken if not one.parent)
    return Plan(tops, communes, tuple(_changes(connection, taken, wanted)))


def import_units(connection: Connection, plan: Plan, now: datetime, today: date, actor: str, tell: Progress) -> None:
    """Make what is missing, rename and move what the list has otherwise; a repeat changes nothing.

    What the list has no more stays, and ends today where no counter stands.
    """
    for top in plan.provinces:
        above = _keep(connection, top, None)
        for commune in plan.communes[top.code]:
            _keep(connection, commune, above)
        tell(top.name, len(plan.communes[top.code]))
    for change in plan.changes:
        if change.what is What.DROPPED and not change.counters:
            connection.execute(update(unit).where(unit.c.code == change.code).values(ended_on=today))
        details = {"from": change.name, "to": change.to, "counters": change.counters}
        note(connection, now, actor, f"unit.list.{change.what}", change.code, details)


def _changes(connection: Connection, taken: list[Listed], wanted: Collection[str]) -> Iterator[Change]:
    there = {row.code: row for row in connection.execute(select(unit).order_by(unit.c.path))}
    counters, listed = _counters(connection), {one.code for one in taken}
    names = {(_above(row), fold(row.name)): row for row in there.values() if row.ended_on is None}
    for one in taken:
        row = there.get(one.code)
        if row is None:
            twin = names.get((one.parent, fold(one.name)))
            if twin is not None:
                yield Change(What.DOUBLED, twin.code, twin.name, one.code, counters[twin.path])
            continue
        if row.name != one.name:
            yield Change(What.RENAMED, row.code, row.name, one.name, counters[row.path])
        if row.path != one.path:
            yield Change(What.MOVED, row.code, row.name, one.parent, counters[row.path])
    for row in there.values():
        of_list = row.kind in ("province", "commune") and row.ended_on is None
        if of_list and row.path.partition("/")[0] in wanted and row.code not in listed:
            yield Change(What.DROPPED, row.code, row.name, "", counters[row.path])


def _counters(connection: Connection) -> "Counter[str]":
    """How many counters stand now at or below each path."""
    found = Counter[str]()
    stand = select(unit.c.path).join_from(counter, unit).where(counter.c.until.is_(None))
    for path in connection.execute(stand).scalars():
        codes = path.rstrip("/").split("/")
        found.update("/".join(codes[:length]) + "/" for length in range(1, len(codes) + 1))
    return found


def _above(row: Row[Any]) -> str:
    """The code of the unit above."""
    return str(row.path.rstrip("/").rpartition("/")[0].rpartition("/")[2])


def _keep(connection: Connection, one: Listed, parent_id: int | None) -> int:
    found = connection.execute(select(unit).where(unit.c.code == one.code)).one_or_none()
    row = {"code": one.code, "name": one.name, "kind": one.kind, "parent_id": parent_id, "path": one.path}
    if found is None:
        return int(connection.execute(insert(unit).values(row).returning(unit.c.unit_id)).scalar_one())
    if found.ended_on is not None and not _is_followed(connection, found.unit_id):
        row["ended_on"] = None
    if any(getattr(found, name) != value for name, value in row.items()):
        connection.execute(update(unit).where(unit.c.unit_id == found.unit_id).values(row))
    if found.path != one.path:
        _move_below(connection, found.path, one.path)
    return int(found.unit_id)


def _is_followed(connection: Connection, unit_id: int) -> bool:
    followed = select(unit_follower.c.into_id).where(unit_follower.c.unit_id == unit_id).limit(1)
    return connection.execute(followed).first() is not None


def _move_below(connection: Connection, path: str, to: str) -> None:
    """Everything below a unit lies where the unit lies, and its cases with it."""
    for table, key, place in ((unit, unit.c.unit_id, unit.c.path), (follow_up, follow_up.c.case_id, follow_up.c.place)):
        below = connection.execute(select(key, place).where(place.startswith(path, autoescape=True))).all()
        for number, at in below:
            moved = {place.name: to + at.removeprefix(path)}
            connection.execute(update(table).where(key == number).values(moved))
