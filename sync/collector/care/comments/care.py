"""Care: what is done about a comment, by whom; every step is kept beside it and in the audit log."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, update

from sync.collector.care.cases.care import require_case
from sync.collector.care.comments.inbox import CommentState, find_comment
from sync.collector.care.steps import Effect, Step, one_paragraph, steps_after, steps_of
from sync.collector.errors import UsageWrong
from sync.collector.people.rights import Reader
from sync.collector.store.schema import comment, comment_step, follow_up

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
    """What somebody wants to do about a comment."""

    what: What
    note: str = ""
    owner: str = ""
    """An account's name; empty for nobody."""
    case_id: int | None = None
    seen: int | None = None
    """The last step that the person's page showed, 0 before the first; None where there was no page."""


def care_for(connection: Connection, code: str, deed: Deed, reader: Reader, now: datetime) -> None:
    """Do it, and write down who did.

    A form that is sent twice is done once. Raises UsageWrong for a comment, a person or a case that is not there or not
    to be seen, NoteNeeded for a comment that is said to be done without a word, ChangedMeanwhile where somebody else
    came first.
    """
    # Locked by a write that changes nothing, which any engine can do wherever the row lies: of two who decide at
    # once the second reads what the first wrote.
    connection.execute(update(comment).where(comment.c.code == code).values(state=comment.c.state))
    found = find_comment(connection, code, reader.path)
    if found is None:
        raise UsageWrong("there is no comment {code}", code=code)
    step = Step(str(deed.what), one_paragraph(deed.note, NOTE_CHARS_MAX), reader, now)
    if deed.what is What.DONE and not step.note:
        raise NoteNeeded("Write down what was done; then it can be marked as handled.")
    change = Effect({"state": _state_after(deed.what, found.state)}, {})
    if deed.what in (What.KEEP, What.DONE, What.LINK):
        owner = step.owner(connection, deed.owner, found.unit_path)
        change.give_to(owner)
        if deed.what is What.KEEP and found.state is CommentState.NEW and owner is None and not step.note:
            change.values["state"] = CommentState.NEW
    if deed.what is What.LINK:
        case = require_case(connection, follow_up.c.case_id == deed.case_id, deed.case_id, reader.path)
        change.values["case_id"], change.details["case"] = case.case_id, case.number
    later = steps_after(connection, comment_step, comment_step.c.code == code, deed.seen)
    if step.is_repeat(later, found, change):
        return
    connection.execute(update(comment).where(comment.c.code == code).values(change.values))
    step.keep(connection, comment_step, {"code": code}, step.note or change.details.get("case", ""))
    step.audit(connection, "comment", code, found.state, change)


def read_steps(connection: Connection, code: str) -> list[Row[Any]]:
    """What was done about a comment, in order."""
    return steps_of(connection, comment_step, comment_step.c.code == code)


def _state_after(what: What, before: CommentState) -> CommentState:
    match what:
        case What.DONE:
            return CommentState.DONE
        case What.SPAM:
            return CommentState.SPAM
        case What.BACK:
            return CommentState.NEW if before is CommentState.SPAM else CommentState.DOING
    return CommentState.DOING if before is CommentState.NEW else before
