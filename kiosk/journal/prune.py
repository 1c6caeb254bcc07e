"""Prune: delete, from the front, what is past retention and proven to be at the collector, and nothing else ever.

Each chunk is one transaction that says so in an entry of its own and leaves the chain's
anchor, so that the rest still verifies and still joins the collector's copy.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from kiosk.domain.instant import Instant
from kiosk.journal.chain import Cursor
from kiosk.journal.lines import LineUnreadable, PrunedLine, decode_line, head
from kiosk.journal.reader import anchor_of, hash_at, head_of, keep_first_hash
from kiosk.journal.tree import catch_up, forget_roots
from kiosk.journal.uncut import first_uncut, note_pruned
from kiosk.journal.writing import write_line

CHUNK_MAX = 500


def prune_chunk(
    connection: Connection, journal_id: str, acknowledged: Cursor, retention: timedelta, now: Instant
) -> int:
    """Delete up to CHUNK_MAX of the oldest entries, within the caller's transaction; how many went.

    An entry goes only if it is older than ``retention`` by its own wall clock, lies below
    ``acknowledged``, ``acknowledged`` lies on this very chain, and no cut to come needs it.
    """
    if hash_at(connection, journal_id, acknowledged.next_seq - 1) != acknowledged.head:
        return 0
    first = anchor_of(connection, journal_id).next_seq
    # The last entry stays in any case: the next one follows from it.
    end = min(acknowledged.next_seq, head_of(connection, journal_id).next_seq - 1, first + CHUNK_MAX)
    end = min(end, first_uncut(connection))
    through = _last_past_retention(connection, first, end, now.wall - retention)
    if through < first:
        return 0
    anchor_hash = hash_at(connection, journal_id, through)
    assert anchor_hash is not None  # noqa: S101 - it lies on the chain
    note_pruned(connection, through)
    if first == 1:
        keep_first_hash(connection)
    catch_up(connection, through)
    forget_roots(connection, through)
    last = head_of(connection, journal_id)
    pruned = PrunedLine(*head(last.next_seq, now, "pruned"), through=through, head=anchor_hash.hex())
    write_line(connection, last, pruned)
    for key, value in (("pruned_through", str(through)), ("pruned_head", f"{through} {anchor_hash.hex()}")):
        connection.exec_driver_sql("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))
    connection.exec_driver_sql("DELETE FROM enclosure WHERE seq <= ?", (through,))
    connection.exec_driver_sql("DELETE FROM entry WHERE seq <= ?", (through,))
    return through - first + 1


def forget_enclosures(connection: Connection, acknowledged: Cursor) -> int:
    """Delete the texts that the collector is proven to have; the chain holds without them. How many went."""
    return connection.exec_driver_sql("DELETE FROM enclosure WHERE seq < ?", (acknowledged.next_seq,)).rowcount


def _last_past_retention(connection: Connection, first: int, end: int, limit: datetime) -> int:
    """The last of the entries ``first`` … ``end - 1`` such that it and all before it were made before ``limit``."""
    query = "SELECT seq, line FROM entry WHERE seq >= ? AND seq < ? ORDER BY seq"
    last = first - 1
    for seq, line in connection.exec_driver_sql(query, (first, end)):
        try:
            at = datetime.fromisoformat(decode_line(line).at)
        except (LineUnreadable, ValueError):
            break
        if at >= limit:
            break
        last = seq
    return last
