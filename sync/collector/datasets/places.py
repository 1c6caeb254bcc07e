"""Places: what counters and units were called in a month, by the number under which sums and ratings have them."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from sync.collector.replica.shown import NOWHERE
from sync.collector.store.schema import audit, counter, unit

_STOOD = "~"
"""Behind it stands until when a counter was at a place that it has left."""


class Named(NamedTuple):
    """One place."""

    number: int
    """A counter's; a unit's below nought, for what its counters have together."""
    unit: str | None
    unit_name: str | None
    unit_path: str
    counter: str | None
    counter_name: str | None


def named_at(connection: Connection, end: datetime, below: str = "") -> Iterator[Named]:
    """Every counter and unit below the path, with the names that they had at ``end``, when a month was over."""
    units, counters = (_renamed(connection, f"{kind}.renamed", end) for kind in ("unit", "counter"))
    if not below:
        yield Named(NOWHERE, None, None, "", None, None)
    u, c = unit.c, counter.c
    inside = u.path.startswith(below, autoescape=True)
    for one in connection.execute(select(u.unit_id, u.code, u.name, u.path).where(inside)):
        yield Named(-one.unit_id, one.code, _name_of(units, one.code, one.name), one.path, None, None)
    columns = (c.counter_id, c.code, c.name, c.until, u.code.label("unit"), u.name.label("unit_name"), u.path)
    for row in connection.execute(select(*columns).join_from(counter, unit).where(inside)).all():
        code = row.code.partition(_STOOD)[0]
        name = _name_of(counters, code, row.name, row.until)
        yield Named(row.counter_id, row.unit, _name_of(units, row.unit, row.unit_name), row.path, code, name)


def _name_of(renamed: Mapping[str, Any], code: str, name: str, until: date | None = None) -> str:
    """The name of then. Where a counter stood until a day keeps the name that it had there last."""
    change = renamed.get(code)
    if change is None or (until is not None and change.at.date() >= until):
        return name
    return str(change.details["from"])


def _renamed(connection: Connection, action: str, end: datetime) -> dict[str, Any]:
    """By code, the first time that something was named anew after ``end``."""
    a = audit.c
    wanted = select(a.subject, a.details, a.at).where(a.action == action, a.at >= end).order_by(a.at.desc())
    return {row.subject: row for row in connection.execute(wanted)}
