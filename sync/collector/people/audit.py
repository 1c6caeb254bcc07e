"""Audit: who did what, when; written in the transaction that did it, and never with a secret.

A line keeps the unit of whoever did it, as it was then: it is all that an auditor of that unit may read.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from sync.collector.store.schema import account, audit, token, unit

NO_PERSONS = frozenset({"anybody", "collector", "somebody"})
"""Who is named in the log without having an account."""
LOOKED_AT_MAX = 500
OF_TOKEN = "token "  # noqa: S105 - a word
"""How the name of whoever reads by a token begins; no account is named so."""


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
    holders, name = (token, actor.removeprefix(OF_TOKEN)) if actor.startswith(OF_TOKEN) else (account, actor)
    if " " in name or name in NO_PERSONS:
        return None
    whole_office = func.coalesce(unit.c.path, "")
    wanted = select(whole_office).select_from(holders).outerjoin(unit, unit.c.unit_id == holders.c.unit_id)
    found = connection.execute(wanted.where(holders.c.name == name)).scalar_one_or_none()
    return None if found is None else str(found)
