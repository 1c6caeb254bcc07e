"""Care: what is done about a comment, by whom; every step is kept beside it and in the audit log."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from sync.collector.care.comments.inbox import State, find_comment
from sync.collector.errors import UsageWrong
from sync.collector.people.audit import note
from sync.collector.people.owners import require_owner
from sync.collector.people.rights import Reader
from sync.collector.store.schema import comment, comment_step, follow_up, unit

NOTE_CHARS_MAX = 2000


class What(StrEnum):
    """One thing that can be done about a comment."""

    KEEP = "keep"
    """Give it to somebody, write something down."""
    DONE = "done"
    SPAM = "spam"
    BACK = "back"
    """Take it out of spam, or begin again with one that was done."""
    LINK = "link"
    """Follow it up in a case."""


class NoteNeeded(UsageWrong):
    """What was done is to be said: write it down and send it again."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody wants to do."""

    what: What
    note: str = ""
    owner: str = ""
    """An account's name; empty for nobody."""
    case_id: int | None = None


def care_for(connection: Connection, code: str, deed: Deed, reader: Reader, now: datetime) -> None:
    """Do it, and write down who did.

    Raises UsageWrong for a comment, a person or a case that is not there or not to be seen, NoteNeeded for a
    comment that is said to be done without a word.
    """
    found = find_comment(connection, code, reader.path)
    if found is None:
        raise UsageWrong("there is no comment {code}", code=code)
    said = " ".join(deed.note.split())[:NOTE_CHARS_MAX]
    if deed.what is What.DONE and not said:
        raise NoteNeeded("Write down what was done; then it can be marked as handled.")
    values: dict[str, Any] = {"state": _state_after(deed.what, found.state)}
    details: dict[str, Any] = {}
    if deed.what in (What.KEEP, What.DONE, What.LINK):
        owner = require_owner(connection, deed.owner, found.unit_path, reader)
        values["owner_id"] = owner.account_id if owner else None
        details["owner"] = owner.name if owner else None
        if deed.what is What.KEEP and found.state is State.NEW and owner is None and not said:
            values["state"] = State.NEW
    if deed.what is What.LINK:
        case = _require_case(connection, deed.case_id, reader.path)
        values["case_id"], details["case"] = case.case_id, case.number
    connection.execute(update(comment).where(comment.c.code == code).values(values))
    _keep_step(connection, code, deed.what, said or details.get("case", ""), reader, now)
    details |= {"from": found.state, "to": values["state"]} | ({"note": said} if said else {})
    note(connection, now, reader.name, f"comment {deed.what}", code, details)


def read_steps(connection: Connection, code: str) -> list[Row[Any]]:
    """What was done about a comment, in order."""
    wanted = select(comment_step).where(comment_step.c.code == code).order_by(comment_step.c.step_id)
    return list(connection.execute(wanted))


def _state_after(what: What, before: State) -> State:
    match what:
        case What.DONE:
            return State.DONE
        case What.SPAM:
            return State.SPAM
        case What.BACK:
            return State.NEW if before is State.SPAM else State.DOING
    return State.DOING if before is State.NEW else before


def _keep_step(connection: Connection, code: str, what: What, said: str, reader: Reader, now: datetime) -> None:
    row = {"code": code, "at": now, "actor": reader.full_name or reader.name, "what": str(what), "note": said}
    connection.execute(insert(comment_step).values(row))


def _require_case(connection: Connection, case_id: int | None, path: str) -> Any:
    wanted = select(follow_up.c.case_id, follow_up.c.number).join(unit, unit.c.unit_id == follow_up.c.unit_id)
    seen = unit.c.path.startswith(path, autoescape=True)
    found = connection.execute(wanted.where(follow_up.c.case_id == case_id, seen)).one_or_none()
    if found is None:
        raise UsageWrong("there is no case {case}", case=case_id)
    return found
