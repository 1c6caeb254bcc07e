"""Care: who takes a case, what they write down, how it is closed and opened again; every step is kept."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select, update

from sync.collector.care.cases.opening import CLOSED, DOING, NEW, TAKEN, find_case
from sync.collector.care.steps import CHANGED, Effect, Step, one_paragraph, steps_after, steps_of
from sync.collector.errors import ChangedMeanwhile, UsageWrong
from sync.collector.fleet.rollouts.calendars import Calendars
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
    ADD = "add"
    """Write something down about a case that is closed and stays closed."""
    REOPEN = "reopen"


class ResultNeeded(UsageWrong):
    """A case is closed with what came of it: write it down and send it again."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody wants to do about a case."""

    what: What
    note: str = ""
    owner: str | None = None
    """An account's name, empty for nobody; None leaves it as it is."""
    due_on: date | None = None
    """None leaves it as it is."""
    seen: int | None = None
    """The last step that the person's page showed; None where there was no page."""


def care_for(
    connection: Connection, number: str, deed: Deed, reader: Reader, today: date, now: datetime, calendars: Calendars
) -> None:
    """Do it, and write down who did.

    A form that is sent twice is done once. Raises UsageWrong for a case or a person that is not there or not to be
    seen, ResultNeeded for a case that is closed without a word, ChangedMeanwhile where somebody else came first.
    """
    case = require_case(connection, follow_up.c.number == number, number, reader.path)
    step = Step(str(deed.what), one_paragraph(deed.note, TEXT_CHARS_MAX), reader, now)
    match deed.what:
        case What.CLOSE:
            change = _close(step, today)
        case What.REOPEN:
            change = _reopen(case, today, calendars)
        case What.ADD:
            change = _add(step)
        case _:
            change = _keep(connection, case, deed, step)
    later = steps_after(connection, follow_up_step, follow_up_step.c.case_id == case.case_id, deed.seen)
    if step.is_repeat(later, case, change):
        return
    if (case.state == CLOSED) is not (deed.what in (What.REOPEN, What.ADD)):
        raise ChangedMeanwhile(CHANGED)
    connection.execute(update(follow_up).where(follow_up.c.case_id == case.case_id).values(change.values))
    step.keep(connection, follow_up_step, {"case_id": case.case_id}, step.note)
    step.audit(connection, "case", number, case.state, change)


def require_case(connection: Connection, this: ColumnElement[bool], said: object, path: str) -> Row[Any]:
    """The case that is wanted, with the names of its place, locked; ``said`` is what it was called.

    Raises UsageWrong for one that is not there, or not in the subtree ``path``.
    """
    wanted = select(follow_up.c.case_id).join(unit, unit.c.unit_id == follow_up.c.unit_id)
    seen = unit.c.path.startswith(path, autoescape=True)
    # Locked: of two who close it at once the second reads what the first wrote.
    found = connection.execute(wanted.where(this, seen).with_for_update(of=follow_up)).scalar_one_or_none()
    if found is None:
        raise UsageWrong("there is no case {case}", case=said)
    return find_case(connection, found)


def read_steps(connection: Connection, case_id: int) -> list[Row[Any]]:
    """What was done about a case, in order."""
    return steps_of(connection, follow_up_step, follow_up_step.c.case_id == case_id)


def _close(step: Step, today: date) -> Effect:
    if not step.note:
        raise ResultNeeded("Write down what was done and what came of it; then the case can be closed.")
    return Effect({"state": CLOSED, "result": step.note, "closed_on": today}, {})


def _add(step: Step) -> Effect:
    if not step.note:
        raise ResultNeeded("Write down what is to be added to this case.")
    return Effect({"state": CLOSED}, {})


def _reopen(case: Row[Any], today: date, calendars: Calendars) -> Effect:
    due_on = max(case.due_on, calendars.of(case.path).after(today, REOPENED_DAYS))
    over = dict.fromkeys(("closed_on", "told_overdue_at", "after_bad", "after_n", "after_last"))
    return Effect({"state": DOING, "due_on": due_on, **over}, {"due": due_on.isoformat()})


def _keep(connection: Connection, case: Row[Any], deed: Deed, step: Step) -> Effect:
    change = Effect({"state": TAKEN if deed.what is What.TAKE and case.state == NEW else case.state}, {})
    name = step.reader.name if deed.what is What.TAKE else deed.owner
    if name is not None:
        owner = step.owner(connection, name, case.path)
        if (owner.account_id if owner else None) != case.owner_id:
            change.give_to(owner)
    if deed.due_on is not None and deed.due_on != case.due_on:
        if not case.opened_on < deed.due_on:
            raise UsageWrong("a case cannot be due before it was opened")
        change.values |= {"due_on": deed.due_on, "told_overdue_at": None}
        change.details["due"] = deed.due_on.isoformat()
    if step.note and deed.what is What.KEEP:
        change.values["state"] = DOING
    return change
