"""Audit: who did what, when; written in the transaction that did it, and never with a secret.

A line keeps the unit of whoever did it, as it was then: it is all that an auditor of that unit may read.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from sync.collector.store.schema import account, audit, unit

NO_PERSONS = frozenset({"anybody", "collector", "somebody"})
"""Who is named in the log without having an account."""
LOOKED_AT_MAX = 500


def note(connection: Connection, at: datetime, actor: str, action: str, subject: str, details: dict[str, Any]) -> None:
    """Add one line to the audit log."""
    row = {"at": at, "actor": actor, "action": action, "subject": subject, "details": details}
    connection.execute(insert(audit).values(**row, path=_path_of(connection, actor)))


def is_noted(
    connection: Connection, actor: str, action: str, subject: str, details: dict[str, Any], since: datetime
) -> bool:
    """Whether such a line was added ``since``, by any process; looked for among the newest lines alone."""
    newest = select(audit).order_by(audit.c.audit_id.desc()).limit(LOOKED_AT_MAX).subquery()
    same = (newest.c.actor == actor) & (newest.c.action == action) & (newest.c.subject == subject)
    found = connection.execute(select(newest.c.details).where(same, newest.c.at > since)).scalars()
    return any(one == details for one in found)


def _path_of(connection: Connection, actor: str) -> str | None:
    if " " in actor or actor in NO_PERSONS:
        return None
    whole_office = func.coalesce(unit.c.path, "")
    wanted = select(whole_office).select_from(account).outerjoin(unit, unit.c.unit_id == account.c.unit_id)
    found = connection.execute(wanted.where(account.c.name == actor)).scalar_one_or_none()
    return None if found is None else str(found)
