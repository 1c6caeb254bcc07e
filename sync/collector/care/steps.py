"""Steps: what people do about comments and cases, written down in one way beside each and in the audit log.

Two may look at one case at once: whoever sends their form second is told, and nothing of theirs is lost in silence.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table, insert, select

from sync.collector.errors import ChangedMeanwhile
from sync.collector.people.audit import note
from sync.collector.people.owners import Owner, require_owner
from sync.collector.people.rights import Reader

CHANGED = (
    "Somebody decided about this while your page was open, so nothing of yours was kept yet. Look at both below; your "
    "words are still in the form."
)


@dataclass(slots=True)
class Effect:
    """What a step changes: the columns, and what the audit log says of them."""

    values: dict[str, Any]
    details: dict[str, Any]

    def give_to(self, owner: Owner | None) -> None:
        """Let this person take care of it from now on; None is nobody."""
        self.values["owner_id"] = owner.account_id if owner else None
        self.details["owner"] = owner.name if owner else None


@dataclass(frozen=True, slots=True)
class Step:
    """Something that somebody does, and what they write down about it."""

    what: str
    note: str
    reader: Reader
    now: datetime

    def owner(self, connection: Connection, name: str, unit_path: str) -> Owner | None:
        """The account that was chosen; None where nobody was. Raises UsageWrong for one that may not decide there."""
        return require_owner(connection, name, unit_path, self.reader)

    def is_repeat(self, later: Sequence[Row[Any]], subject: object, change: Effect) -> bool:
        """Whether this very step was taken already, as when a form is sent twice.

        ``later`` are the steps since the person's page was made, ``subject`` is what they were about as it is now.
        Raises ChangedMeanwhile where others took a step.
        """
        if not later:
            return False
        actor = self.reader.full_name or self.reader.name
        own = len(later) == 1 and (later[0].actor, later[0].what) == (actor, self.what)
        said = later[-1].note in (self.note, change.details.get("case", ""))
        if own and said and all(getattr(subject, name) == value for name, value in change.values.items()):
            return True
        raise ChangedMeanwhile(CHANGED)

    def keep(self, connection: Connection, table: Table, of: Mapping[str, object], said: str) -> None:
        """Put the step beside what it was done about."""
        actor = self.reader.full_name or self.reader.name
        row = {**of, "at": self.now, "actor": actor, "what": self.what, "note": said}
        connection.execute(insert(table).values(row))

    def audit(self, connection: Connection, action: str, subject: str, before: str, change: Effect) -> None:
        """Write into the audit log what the state was and is, what else changed, and what was said."""
        details = {"from": before, "to": change.values["state"], **change.details}
        details |= {"note": self.note} if self.note else {}
        note(connection, self.now, self.reader.name, f"{action} {self.what}", subject, details)


def one_paragraph(text: str, chars_max: int) -> str:
    """What somebody typed, as it is kept."""
    return " ".join(text.split())[:chars_max]


def steps_after(connection: Connection, table: Table, of: ColumnElement[bool], seen: int | None) -> Sequence[Row[Any]]:
    """The steps since the one that a person's page showed last; none where there was no page."""
    return [] if seen is None else steps_of(connection, table, of & (table.c.step_id > seen))


def steps_of(connection: Connection, table: Table, of: ColumnElement[bool]) -> list[Row[Any]]:
    """What was done, in order."""
    return list(connection.execute(select(table).where(of).order_by(table.c.step_id)))
