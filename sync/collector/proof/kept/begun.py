"""Begun: from which entry on a journal is cut; what came before was told before there were blocks."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import Connection, select, text

from sync.collector.proof.wrong import What, Wrong
from sync.collector.store.schema import cut_due, cut_state, segment

_SPARE = timedelta(hours=1)
"""So far the clocks of several collectors of one database may differ."""
_NEAREST = text(
    "SELECT c.journal_id, c.begun_seq, (SELECT s.received_at FROM segment s WHERE s.journal_id = c.journal_id "
    "AND s.first_seq < c.begun_seq ORDER BY s.first_seq DESC LIMIT 1) AS before, "
    "(SELECT s.received_at FROM segment s WHERE s.journal_id = c.journal_id AND s.first_seq >= c.begun_seq "
    "ORDER BY s.first_seq LIMIT 1) AS after FROM cut_state c WHERE c.begun_seq > 1"
).columns(before=segment.c.received_at.type, after=segment.c.received_at.type)


def check_border(connection: Connection, journal_id: str) -> None:
    """A journal began to be cut between two deliveries, and it is known where; raises Wrong."""
    begun = select(cut_state.c.begun_seq).where(cut_state.c.journal_id == journal_id)
    begun_seq = connection.execute(begun).scalar_one_or_none()
    if begun_seq is None:
        # One that was named before it came is read on when it is due.
        due = select(cut_due.c.journal_id).where(cut_due.c.journal_id == journal_id)
        begun_seq = 1 if connection.execute(due).first() is not None else 0
    ends = select(segment.c.last_seq).where(segment.c.journal_id == journal_id, segment.c.last_seq == begun_seq - 1)
    if begun_seq != 1 and connection.execute(ends).first() is None:
        raise Wrong(What.BEGUN_CHANGED, last=max(0, begun_seq - 1))


def check_begun(connection: Connection) -> Iterator[Wrong]:
    """All journals that were there began to be cut at one moment: with the upgrade that brought blocks."""
    rows = connection.execute(_NEAREST).all()
    latest = max((row for row in rows if row.before is not None), key=lambda row: row.before, default=None)
    first = min((row.after for row in rows if row.after is not None), default=None)
    if latest is not None and first is not None and latest.before > first + _SPARE:
        yield Wrong(What.BEGUN_CHANGED, last=latest.begun_seq - 1)
