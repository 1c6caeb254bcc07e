"""Writes: rows that several batches bring are put together, so that each table is written once for all of them.

A kiosk that is online brings one press a request. What the database takes for it lies in the number of statements, not
in the rows; so batches that arrive together share them. Whoever reads what may be among these rows flushes before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Table

from sync.collector.store.bulk import insert_rows, update_rows
from sync.collector.store.schema import journal

MOVED = ("next_seq", "head", "last_received_at", "boot", "boot_offset_us", "measured_us")
"""What of a journal's copy moves with a batch."""
_Rows = tuple[Table, tuple[str, ...], tuple[str, ...], str]
"""What goes in together: the table, the columns in which one batch's rows are the same, the others, what follows."""
_Part = tuple[tuple[Any, ...], Sequence[Sequence[Any]]]


@dataclass(frozen=True)
class Writes:
    """Rows that wait to be written in one transaction; of no key may there be two where a conflict changes a row."""

    connection: Connection
    _rows: dict[_Rows, list[_Part]] = field(default_factory=dict)
    _moved: list[Sequence[Any]] = field(default_factory=list)

    def insert(
        self, table: Table, same: Mapping[str, Any], names: tuple[str, ...], rows: Sequence[Sequence[Any]],
        then: str = "",
    ) -> None:  # fmt: skip
        """Have these rows written, as by ``insert_rows``."""
        if rows:
            self._rows.setdefault((table, tuple(same), names, then), []).append((tuple(same.values()), rows))

    def move(self, journal_id: str, *values: object) -> None:
        """Have a journal's copy moved: ``values`` are those of ``MOVED``."""
        self._moved.append((journal_id, *values))

    def flush(self) -> None:
        """Write all that waits."""
        for (table, shared, names, then), parts in self._rows.items():
            if len(parts) == 1:
                [(values, rows)] = parts
                insert_rows(self.connection, table, dict(zip(shared, values, strict=True)), names, rows, then=then)
            else:
                every = [(*values, *row) for values, rows in parts for row in rows]
                insert_rows(self.connection, table, {}, (*shared, *names), every, then=then)
        update_rows(self.connection, journal, ("journal_id",), MOVED, self._moved)
        self._rows.clear()
        self._moved.clear()
