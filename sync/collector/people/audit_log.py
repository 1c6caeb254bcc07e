"""Audit log: reads who did what, as far as somebody's units go.

An auditor of the whole office reads every line; one of a unit reads what people of that unit did,
which is never about another: nobody reaches out of their own units.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, select, true

from sync.collector.people.rights import Reader
from sync.collector.store.schema import audit, unit


class AuditLine(NamedTuple):
    """One line of the log."""

    number: int
    at: datetime
    who: str
    what: str
    subject: str
    details: str
    """As JSON; empty where there are none."""


@dataclass(frozen=True, slots=True)
class Query:
    """Which lines are wanted; what is empty narrows nothing."""

    who: str = ""
    what: str = ""
    subject: str = ""
    first: date | None = None
    last: date | None = None
    before: int | None = None
    """Only lines with a smaller number."""


def read_lines(connection: Connection, reader: Reader, query: Query, zone: ZoneInfo, most: int) -> list[AuditLine]:
    """The newest lines first."""
    wanted = select(audit).where(_seen(reader), *_narrowed(query, zone))
    rows = connection.execute(wanted.order_by(audit.c.audit_id.desc()).limit(most))
    return [AuditLine(row.audit_id, row.at, row.actor, row.action, row.subject, _said(row.details)) for row in rows]


def read_actions(connection: Connection, reader: Reader) -> Sequence[str]:
    """What was ever done, for a list to choose from."""
    return list(
        connection.execute(select(audit.c.action).where(_seen(reader)).distinct().order_by(audit.c.action)).scalars()
    )


def read_unit_names(connection: Connection, lines: Sequence[AuditLine]) -> dict[str, str]:
    """The names of the units whose paths are what lines are about."""
    paths = {line.subject for line in lines if line.subject.endswith("/")}
    rows = connection.execute(select(unit.c.path, unit.c.name).where(unit.c.path.in_(paths)))
    return {row.path: row.name for row in rows}


def _seen(reader: Reader) -> ColumnElement[bool]:
    # A line without a unit is the whole office's: so are those from before units were kept.
    return audit.c.path.startswith(reader.path, autoescape=True) if reader.path else true()


def _narrowed(query: Query, zone: ZoneInfo) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if query.who:
        found.append(audit.c.actor == query.who)
    if query.what:
        found.append(audit.c.action == query.what)
    if query.subject:
        found.append(audit.c.subject.contains(query.subject, autoescape=True))
    if query.first:
        found.append(audit.c.at >= datetime.combine(query.first, time(), zone))
    if query.last:
        found.append(audit.c.at < datetime.combine(query.last + timedelta(days=1), time(), zone))
    if query.before is not None:
        found.append(audit.c.audit_id < query.before)
    return found


def _said(details: object) -> str:
    return json.dumps(details, ensure_ascii=False) if details else ""
