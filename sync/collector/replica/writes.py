"""Writes: rows that several batches bring are put together, so that each table is written once for all of them.

A kiosk that is online brings one press a request. What the database takes for it lies in the number of statements, not
in the rows; so batches that arrive together share them. Whoever reads what may be among these rows flushes before.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Table

from sync.collector.store.bulk import insert_rows, update_rows
from sync.collector.store.schema import journal

MOVED = ("next_seq", "head", "last_received_at", "boot", "boot_offset_us", "measured_us")
"""What of a journal's copy moves with a batch."""
_Rows = tuple[Table, Sequence[str], str]


@dataclass(frozen=True)
class Writes:
    """Rows that wait to be written in one transaction; of no key may there be two where a conflict changes a row."""

    connection: Connection
    _rows: dict[_Rows, list[Sequence[Any]]] = field(default_factory=dict)
    _moved: list[Sequence[Any]] = field(default_factory=list)

    def insert(self, table: Table, names: tuple[str, ...], rows: Iterable[Sequence[Any]], then: str = "") -> None:
        """Have these rows written, as by ``insert_rows``."""
        self._rows.setdefault((table, names, then), []).extend(rows)

    def move(self, journal_id: str, *values: object) -> None:
        """Have a journal's copy moved: ``values`` are those of ``MOVED``."""
        self._moved.append((journal_id, *values))

    def flush(self) -> None:
        """Write all that waits."""
        for (table, names, then), rows in self._rows.items():
            insert_rows(self.connection, table, {}, names, rows, then=then)
        update_rows(self.connection, journal, ("journal_id",), MOVED, self._moved)
        self._rows.clear()
        self._moved.clear()
