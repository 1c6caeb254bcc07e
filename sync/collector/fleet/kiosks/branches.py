"""Branches: the journals of a kiosk as a tree: which continued which, from which entry on, and what went on besides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, or_, select

from sync.collector.fleet.devices.roster import entries_by
from sync.collector.store.schema import carried, journal

BRANCHES_MAX = 20
"""So many are drawn, the newest; the table beside the drawing names every one."""


@dataclass(frozen=True, slots=True)
class Branch:
    """One journal in the tree."""

    journal_id: str
    device_id: str
    """Its kiosk: an older machine's journal may be continued by another."""
    entries: int
    """How many had come when the last half day was over."""
    first_at: datetime
    continues: str | None
    """The journal it grew out of, if that came here."""
    after: int
    """The last entry that both have."""
    why: str
    other_copy: int
    """Entries of this journal that came from another copy of it after a branch had left it; 0 where none went on."""

    @property
    def short_id(self) -> str:
        """What people call it."""
        return self.journal_id[:8]


def read_branches(connection: Connection, device_id: str, until: datetime) -> list[Branch]:
    """The journals of a kiosk and those they grew out of or into, the oldest first; their entries as of ``until``."""
    own = select(journal.c.journal_id).where(journal.c.device_id == device_id)
    above = select(journal.c.continues).where(journal.c.device_id == device_id, journal.c.continues.is_not(None))
    mine = or_(journal.c.device_id == device_id, journal.c.continues.in_(own), journal.c.journal_id.in_(above))
    wanted = select(journal).where(mine).order_by(journal.c.first_received_at.desc(), journal.c.journal_id)
    rows = connection.execute(wanted.limit(BRANCHES_MAX)).all()[::-1]
    known, reach = {row.journal_id: row for row in rows}, entries_by(connection, rows, until)
    left = {row.journal_id: _left_at(connection, row, known, reach) for row in rows}
    return [_branch(row, known, rows, left, reach[row.journal_id]) for row in rows]


def _left_at(connection: Connection, row: Row[Any], known: dict[str, Row[Any]], reach: dict[str, int]) -> int:
    """The last entry that a journal has in common with the one it continues."""
    older = known.get(row.continues)
    if older is None:
        return 0
    end: int = min(row.continues_seq or 0, reach[older.journal_id])
    if older.forked_at is None:
        return end
    # Where two copies went on, the one carried over what it had after the last common entry.
    brought = (carried.c.journal_id == older.journal_id) & (carried.c.in_journal == row.journal_id)
    first = connection.execute(select(func.min(carried.c.seq)).where(brought)).scalar_one()
    return end if first is None else min(end, int(first) - 1)


def _branch(
    row: Row[Any], known: dict[str, Row[Any]], rows: Sequence[Row[Any]], left: dict[str, int], entries: int
) -> Branch:
    # Only what left it tells which of its entries both had.
    ends = [left[one.journal_id] for one in rows if one.continues == row.journal_id]
    beyond = entries - max(ends) if ends else 0
    continued = max((one.continues_seq or 0 for one in rows if one.continues == row.journal_id), default=entries)
    is_forked = row.forked_at is not None or entries > continued
    return Branch(
        row.journal_id,
        row.device_id,
        entries,
        row.first_received_at,
        row.continues if row.continues in known else None,
        left[row.journal_id],
        row.continues_why or "",
        max(0, beyond) if is_forked else 0,
    )
