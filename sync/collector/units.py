"""Units: provinces and communes from the ``vietnam-provinces`` package, and the offices and counters under them."""

import json
import re
from collections.abc import Callable, Collection
from datetime import datetime
from importlib.resources import files
from typing import Any

from sqlalchemy import Connection, insert, select, update

from sync.collector.errors import UsageWrong
from sync.collector.schema import counter, unit

CODE = r"[0-9A-Za-z._-]{1,40}"
"""What codes of units and counters look like."""
Progress = Callable[[str, int], None]
"""Told after each province: its name and how many of its communes are there now."""


def import_units(connection: Connection, provinces: Collection[str], progress: Progress) -> tuple[int, int]:
    """Make every province (or those with these codes) and its communes, or rename them; how many of each.

    A repeat changes nothing. Raises UsageWrong for a code that is no province's.
    """
    known = {f"{entry['code']:02d}": entry for entry in _divisions()}
    unknown = sorted(set(provinces) - set(known))
    if unknown:
        raise UsageWrong(
            "there is no province {codes}; known are {known}", codes=", ".join(unknown), known=", ".join(sorted(known))
        )
    communes = 0
    wanted = sorted(provinces) if provinces else sorted(known)
    for code in wanted:
        communes += _import_province(connection, code, known[code])
        progress(known[code]["name"], len(known[code]["wards"]))
    return len(wanted), communes


def unit_for(connection: Connection, code: str, name: str | None) -> int:
    """The id of the unit ``code``; with a ``name``, one that is not there is made as an office of its own.

    Raises UsageWrong.
    """
    found = connection.execute(select(unit.c.unit_id).where(unit.c.code == code)).scalar_one_or_none()
    if found is not None:
        return int(found)
    if name is None:
        raise UsageWrong(
            "there is no unit {code}; give --unit-name to make it, or see: collector unit import", code=code
        )
    _require_code(code)
    row = {"code": code, "name": name, "kind": "office", "path": f"{code}/"}
    return int(connection.execute(insert(unit).values(row).returning(unit.c.unit_id)).scalar_one())


def new_counter(connection: Connection, code: str, name: str, unit_id: int, now: datetime) -> None:
    """Make a counter.

    Raises UsageWrong for a code that is taken or is none.
    """
    _require_code(code)
    if counter_id(connection, code) is not None:
        raise UsageWrong("there is a counter {code} already", code=code)
    connection.execute(insert(counter).values(code=code, name=name, unit_id=unit_id, created_at=now))


def counter_id(connection: Connection, code: str) -> int | None:
    """The id of the counter ``code``, if there is one."""
    found = connection.execute(select(counter.c.counter_id).where(counter.c.code == code)).scalar_one_or_none()
    return None if found is None else int(found)


def is_code(text: str) -> bool:
    """Whether a unit or counter may have this code."""
    return re.fullmatch(CODE, text) is not None


def _require_code(code: str) -> None:
    if not is_code(code):
        raise UsageWrong("{code!r} is no code: take 1 to 40 letters, digits, dots, hyphens or underscores", code=code)


def _divisions() -> list[dict[str, Any]]:
    # The package's own table: its Python classes take seconds to import.
    table = files("vietnam_provinces").joinpath("data", "nested-divisions.json")
    divisions: list[dict[str, Any]] = json.loads(table.read_text("utf-8"))
    return divisions


def _import_province(connection: Connection, code: str, entry: dict[str, Any]) -> int:
    parent = _keep(connection, code, entry["name"], "province", None, f"{code}/")
    for commune in entry["wards"]:
        commune_code = f"{commune['code']:05d}"
        _keep(connection, commune_code, commune["name"], "commune", parent, f"{code}/{commune_code}/")
    return len(entry["wards"])


def _keep(connection: Connection, code: str, name: str, kind: str, parent_id: int | None, path: str) -> int:
    found = connection.execute(select(unit).where(unit.c.code == code)).one_or_none()
    row = {"code": code, "name": name, "kind": kind, "parent_id": parent_id, "path": path}
    if found is None:
        return int(connection.execute(insert(unit).values(row).returning(unit.c.unit_id)).scalar_one())
    if (found.name, found.parent_id, found.path) != (name, parent_id, path):
        connection.execute(update(unit).where(unit.c.unit_id == found.unit_id).values(row))
    return int(found.unit_id)
