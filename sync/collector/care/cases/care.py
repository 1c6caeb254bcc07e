"""Care: who takes a case, what they write down, how it is closed and opened again; every step is kept."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from sync.collector.care.cases.opening import CLOSED, DOING, NEW, TAKEN, find_case
from sync.collector.errors import UsageWrong
from sync.collector.fleet.rollouts.calendars import Calendars
from sync.collector.people.audit import note
from sync.collector.people.owners import require_owner
from sync.collector.people.rights import Reader
from sync.collector.store.schema import follow_up, follow_up_step, unit

TEXT_CHARS_MAX = 4000
REOPENED_DAYS = 5


class What(StrEnum):
    """One thing that can be done about a case."""

    KEEP = "keep"
    """Give it to somebody, move its day, write something down."""
    TAKE = "take"
    """Take it on oneself."""
    CLOSE = "close"
    REOPEN = "reopen"


class ResultNeeded(UsageWrong):
    """A case is closed with what came of it: write it down and send it again."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody wants to do."""

    what: What
    note: str = ""
    owner: str | None = None
    """An account's name, empty for nobody; None leaves it as it is."""
    due_on: date | None = None
    """None leaves it as it is."""


@dataclass(slots=True)
class _Change:
    values: dict[str, Any] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)


def care_for(
    connection: Connection, number: str, deed: Deed, reader: Reader, today: date, now: datetime, calendars: Calendars
) -> None:
    """Do it, and write down who did.

    Raises UsageWrong for a case or a person that is not there or not to be seen, ResultNeeded for a case that is
    closed without a word.
    """
    case = require_case(connection, number, reader.path)
    said = " ".join(deed.note.split())[:TEXT_CHARS_MAX]
    change = _Change()
    match deed.what:
        case What.CLOSE if case.state != CLOSED:
            if not said:
                raise ResultNeeded("Write down what was done and what came of it; then the case can be closed.")
            change.values = {"state": CLOSED, "result": said, "closed_on": today}
        case What.REOPEN if case.state == CLOSED:
            due_on = max(case.due_on, calendars.of(case.path).after(today, REOPENED_DAYS))
            change.values = {
                "state": DOING, "closed_on": None, "due_on": due_on, "told_overdue_at": None,
                "after_bad": None, "after_n": None, "after_last": None,
            }  # fmt: skip
            change.details["due"] = due_on.isoformat()
        case What.KEEP | What.TAKE if case.state != CLOSED:
            change = _keep(connection, case, deed, reader)
        case _:
            return
    connection.execute(update(follow_up).where(follow_up.c.case_id == case.case_id).values(change.values))
    row = {
        "case_id": case.case_id,
        "at": now,
        "actor": reader.full_name or reader.name,
        "what": str(deed.what),
        "note": said,
    }
    connection.execute(insert(follow_up_step).values(row))
    details = {"from": case.state, "to": change.values["state"], **change.details} | ({"note": said} if said else {})
    note(connection, now, reader.name, f"case {deed.what}", number, details)


def require_case(connection: Connection, number: str, path: str) -> Row[Any]:
    """The case with this number, with the names of its place.

    Raises UsageWrong for one that is not there, or not in the subtree ``path``.
    """
    wanted = select(follow_up.c.case_id).join(unit, unit.c.unit_id == follow_up.c.unit_id)
    seen = unit.c.path.startswith(path, autoescape=True)
    found = connection.execute(wanted.where(follow_up.c.number == number, seen)).scalar_one_or_none()
    if found is None:
        raise UsageWrong("there is no case {case}", case=number)
    return find_case(connection, found)


def read_steps(connection: Connection, case_id: int) -> list[Row[Any]]:
    """What was done about a case, in order."""
    wanted = select(follow_up_step).where(follow_up_step.c.case_id == case_id).order_by(follow_up_step.c.step_id)
    return list(connection.execute(wanted))


def _keep(connection: Connection, case: Row[Any], deed: Deed, reader: Reader) -> _Change:
    change = _Change({"state": TAKEN if deed.what is What.TAKE and case.state == NEW else case.state})
    name = reader.name if deed.what is What.TAKE else deed.owner
    if name is not None:
        owner = require_owner(connection, name, case.path, reader)
        if (owner.account_id if owner else None) != case.owner_id:
            change.values["owner_id"] = owner.account_id if owner else None
            change.details["owner"] = owner.name if owner else None
    if deed.due_on is not None and deed.due_on != case.due_on:
        if not case.opened_on < deed.due_on:
            raise UsageWrong("a case cannot be due before it was opened")
        change.values |= {"due_on": deed.due_on, "told_overdue_at": None}
        change.details["due"] = deed.due_on.isoformat()
    if deed.note.strip() and deed.what is What.KEEP:
        change.values["state"] = DOING
    return change
