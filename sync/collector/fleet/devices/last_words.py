"""Last words: what a kiosk last said of itself, put right by what has come from it since.

A kiosk says what waits before it delivers it, so its word is out of date a moment later; but it also says how far its
journal goes, and how far the copy here goes is known.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, select

from sync.collector.store.schema import journal


class LastWords:
    """Puts kiosks' last words right, by the journals as they are here now."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, status: Mapping[str, Any] | None) -> dict[str, Any]:
        """A kiosk's last word as it is true now; empty before the first."""
        said = dict(status or {})
        here = self._next.get(str(said.get("journal_id"))) if said.get("pending") else None
        if here is None or said.get("next_seq") is None:
            return said
        said["pending"] = max(0, int(said["next_seq"]) - here)
        if said["pending"] == 0:
            said.pop("oldest_pending_s", None)
        return said

    @cached_property
    def _next(self) -> dict[str, int]:
        # Only asked for where something waits somewhere: on most days no page reads it.
        rows = self._connection.execute(select(journal.c.journal_id, journal.c.next_seq))
        return {str(row.journal_id): int(row.next_seq) for row in rows}
