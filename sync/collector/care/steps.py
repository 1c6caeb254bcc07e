"""Steps: what people do about comments and cases, written down in one way beside each and in the audit log."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table, insert, select

from sync.collector.people.audit import note
from sync.collector.people.owners import Owner, require_owner
from sync.collector.people.rights import Reader


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


def steps_of(connection: Connection, table: Table, of: ColumnElement[bool]) -> list[Row[Any]]:
    """What was done, in order."""
    return list(connection.execute(select(table).where(of).order_by(table.c.step_id)))
