"""Audit: who did what, when; written in the transaction that did it, and never with a secret."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert

from sync.collector.schema import audit


def note(connection: Connection, at: datetime, actor: str, action: str, subject: str, details: dict[str, Any]) -> None:
    """Add one line to the audit log."""
    connection.execute(insert(audit).values(at=at, actor=actor, action=action, subject=subject, details=details))
