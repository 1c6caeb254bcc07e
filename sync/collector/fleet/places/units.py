"""Units and counters: finding, making and naming them; each is the same by its exact code alone."""

import unicodedata
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, Select, func, insert, select, update

from sync.collector.errors import NotAllowed, UsageWrong
from sync.collector.fleet.places.codes import CODE, Known, Likely, fault, is_code
from sync.collector.people.audit import note
from sync.collector.store.schema import counter, unit, unit_follower

PLACE_CODE = rf"{CODE}(~[0-9-]{{10}}(~\d+)?)?"
"""The code of a counter, or of where it stood until a day."""
NAME_CHARS_MAX = 200


def unit_for(connection: Connection, code: str, name: str | None) -> int:
    """The id of the unit ``code``; with a ``name``, one that is not there is made as an office of its own.

    Raises UsageWrong, and NotAllowed for a unit of another name or one that ended.
    """
    found = connection.execute(select(unit).where(unit.c.code == code)).one_or_none()
    if found is None:
        if name is None:
            _require_likely(known_units(connection), code)
            raise UsageWrong(
                "there is no unit {code}; give --unit-name to make it, or see: collector unit import", code=code
            )
        return new_unit(connection, code, name, None)
    if name is not None and tidy(name) != tidy(found.name):
        raise NotAllowed(
            "unit {code} is named {name}; to name it anew: collector unit rename", code=code, name=found.name
        )
    require_open(connection, found)
    return int(found.unit_id)


def new_unit(connection: Connection, code: str, name: str, above: str | None) -> int:
    """Make an office, below another unit where one is named; its id.

    Raises UsageWrong for a code that is taken or is none.
    """
    _require_code(code)
    _require_name(name)
    taken = _like(connection, unit.c.code, code)
    if taken == code:
        raise UsageWrong("there is a unit {code} already", code=code)
    if taken is not None:
        raise UsageWrong("there is a unit {taken}: {code} differs by capitals only", taken=taken, code=code)
    parent = None if above is None else find_unit(connection, above)
    if parent is not None:
        require_open(connection, parent)
    row = {
        "code": code,
        "name": tidy(name),
        "kind": "office",
        "parent_id": parent.unit_id if parent else None,
        "path": f"{parent.path if parent else ''}{code}/",
    }
    return int(connection.execute(insert(unit).values(row).returning(unit.c.unit_id)).scalar_one())


def make_unit(connection: Connection, code: str, name: str, above: str, now: datetime, actor: str) -> None:
    """Make a unit, and write it into the audit log. Raises as ``new_unit``."""
    new_unit(connection, code, name, above or None)
    note(connection, now, actor, "unit.new", code, {"name": tidy(name), "above": above})


def rename_unit(connection: Connection, code: str, name: str, now: datetime, actor: str) -> str:
    """Call a unit by another name; the one before.

    Raises UsageWrong for one that is not there.
    """
    found, wanted = find_unit(connection, code), _require_name(name)
    if found.name != wanted:
        connection.execute(update(unit).where(unit.c.unit_id == found.unit_id).values(name=wanted))
        note(connection, now, actor, "unit.renamed", code, {"from": found.name, "to": wanted})
    return str(found.name)


def rename_counter(connection: Connection, code: str, name: str, now: datetime, actor: str) -> str:
    """Call a counter by another name; the one before. Where it stood earlier keeps the name that it had there.

    Raises UsageWrong for one that is not there.
    """
    found, wanted = find_counter(connection, code), _require_name(name)
    if found.name != wanted:
        connection.execute(update(counter).where(counter.c.counter_id == found.counter_id).values(name=wanted))
        note(connection, now, actor, "counter.renamed", code, {"from": found.name, "to": wanted})
    return str(found.name)


def new_counter(connection: Connection, code: str, name: str, unit_id: int, now: datetime, actor: str = "") -> None:
    """Make a counter; who does it is written into the audit log.

    Raises UsageWrong for a code that is taken or is none.
    """
    _require_code(code)
    _require_name(name)
    taken = _like(connection, counter.c.code, code)
    if taken == code:
        raise UsageWrong("there is a counter {code} already", code=code)
    if taken is not None:
        raise UsageWrong("there is a counter {taken}: {code} differs by capitals only", taken=taken, code=code)
    connection.execute(insert(counter).values(code=code, name=tidy(name), unit_id=unit_id, created_at=now))
    if actor:
        place = connection.execute(select(unit.c.code).where(unit.c.unit_id == unit_id)).scalar_one()
        note(connection, now, actor, "counter.new", code, {"unit": place})


class Described(NamedTuple):
    """A counter as a command describes it; what is None was not said."""

    code: str
    name: str | None
    unit: str | None
    unit_name: str | None


def counter_for(connection: Connection, wanted: Described, now: datetime, actor: str) -> None:
    """Make the counter if it is missing; one that is there must be as it is described.

    Raises UsageWrong, and NotAllowed for a counter that stands elsewhere or has another name.
    """
    code = wanted.code
    if counter_id(connection, code) is None:
        place = unit_for(connection, wanted.unit or code, wanted.unit_name or (None if wanted.unit else code))
        new_counter(connection, code, wanted.name or code, place, now, actor)
        return
    found = find_counter(connection, code)
    for _, refusal in disagreements(found, wanted.unit, wanted.name):
        raise refusal
    if wanted.unit_name is not None:
        unit_for(connection, str(found.unit), wanted.unit_name)


def disagreements(found: Any, unit_code: str | None, name: str | None) -> Iterator[tuple[str, NotAllowed]]:
    """What is said otherwise of a counter that is there (``code``, ``name``, ``unit``), each with what it is about.

    A counter is never moved or renamed by the way. What is None was not said.
    """
    if unit_code is not None and unit_code != found.unit:
        yield (
            "unit",
            NotAllowed(
                "counter {counter} belongs to unit {unit}; to move it: collector counter move",
                counter=found.code,
                unit=found.unit,
            ),
        )
    if name is not None and tidy(name) != tidy(found.name):
        yield (
            "name",
            NotAllowed(
                "counter {counter} is named {name}; to name it anew: collector counter rename",
                counter=found.code,
                name=found.name,
            ),
        )


def counter_id(connection: Connection, code: str) -> int | None:
    """The id of the counter ``code``, if there is one."""
    found = connection.execute(select(counter.c.counter_id).where(counter.c.code == code)).scalar_one_or_none()
    return None if found is None else int(found)


def find_counter(connection: Connection, code: str) -> Row[Any]:
    """The counter ``code`` with its unit's code and name. Raises UsageWrong."""
    place = (unit.c.code.label("unit"), unit.c.name.label("unit_name"))
    found = connection.execute(select(counter, *place).join(unit).where(counter.c.code == code)).one_or_none()
    if found is None:
        _require_likely(known_counters(connection), code)
        raise UsageWrong("there is no counter {code}; make it with: collector counter new", code=code[:40])
    return found


def find_unit(connection: Connection, code: str) -> Row[Any]:
    """The unit ``code``. Raises UsageWrong."""
    found = connection.execute(select(unit).where(unit.c.code == code)).one_or_none()
    if found is None:
        _require_likely(known_units(connection), code)
        raise UsageWrong("there is no unit {code}", code=code[:40])
    return found


def path_seen(connection: Connection, code: str | None, seen: str) -> str:
    """The path of the unit ``code``, where it lies in the subtree ``seen``; without a code that subtree itself.

    Raises UsageWrong as :func:`unit_seen`.
    """
    return str(unit_seen(connection, code, seen).path) if code else seen


def unit_seen(connection: Connection, code: str, seen: str) -> Row[Any]:
    """The id and path of the unit ``code``, where it lies in the subtree ``seen``.

    Raises UsageWrong: a unit that may not be seen is as one that is not there.
    """
    wanted: Select[Any] = select(unit.c.unit_id, unit.c.path).where(unit.c.code == code)
    found = connection.execute(wanted).one_or_none()
    if found is None or not found.path.startswith(seen):
        raise UsageWrong("there is no unit {code}", code=code)
    return found


def known_units(connection: Connection, path: str = "") -> Known:
    """The codes and names of the units at and below a path."""
    below = unit.c.path.startswith(path, autoescape=True)
    return Known({row.code: row.name for row in connection.execute(select(unit.c.code, unit.c.name).where(below))})


def known_counters(connection: Connection) -> Known:
    """The codes and names of the counters, as they stand now."""
    now = counter.c.until.is_(None)
    return Known({row.code: row.name for row in connection.execute(select(counter.c.code, counter.c.name).where(now))})


def tidy(name: str) -> str:
    """A name with single blanks, composed."""
    return unicodedata.normalize("NFC", " ".join(name.split()))


def _like(connection: Connection, codes: ColumnElement[str], code: str) -> str | None:
    """The code that is there already, whatever its capitals."""
    same = select(codes).where(func.lower(codes) == code.lower())
    return connection.execute(same.limit(1)).scalar_one_or_none()


def _require_likely(known: Known, code: str) -> None:
    """Raise UsageWrong with what was most likely meant by a code that is not there."""
    likely = known.why_not(code)
    if likely is not None:
        raise UsageWrong(likely.message, **likely.values)


def _require_code(code: str) -> None:
    if not is_code(code):
        raise UsageWrong("{code!r} is no code: take 1 to 40 letters, digits, dots, hyphens or underscores", code=code)


def _require_name(name: str) -> str:
    found = tidy(name)
    if not found or len(found) > NAME_CHARS_MAX or not found.isprintable():
        raise UsageWrong("{name!r} is no name: write 1 to {n} characters on one line", name=name[:40], n=NAME_CHARS_MAX)
    return found


def require_open(connection: Connection, found: Any) -> None:
    """Raise NotAllowed for a unit that ended."""
    if found.ended_on is not None:
        why = ended(connection, found)
        raise NotAllowed(why.message, **why.values)


def ended(connection: Connection, found: Any) -> Likely:
    """What there is to say of a unit that ended."""
    into = select(unit.c.code).join_from(unit_follower, unit, unit.c.unit_id == unit_follower.c.into_id)
    followers = connection.execute(into.where(unit_follower.c.unit_id == found.unit_id).order_by(unit.c.code)).scalars()
    return fault(
        "unit {code} ended on {day}; followed by: {into}",
        code=found.code,
        day=found.ended_on.isoformat(),
        into=", ".join(followers) or "–",
    )
