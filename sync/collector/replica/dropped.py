"""Dropped: what is known of lines that are no longer here, because two people decided so when their time was over.

Of each journal they are its first lines, without a hole. The hash at their end is kept, so the chain goes on from it;
of each of them four bytes of its hash, by which whoever has the line can be told that it is the same.
"""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, bindparam, func, select

from sync.collector.errors import NotAllowed
from sync.collector.store.schema import dropped_lines, dropped_month, tally

PRINT_BYTES = 4
"""Of a line's hash: whoever has no hash before it finds some thousand million lines that fit, so no level."""
ARCHIVED, DECIDED, DONE = "archived", "decided", "done"
"""The states of a month: its file is written; two people decided; its lines are gone."""
_GONE = select(dropped_lines).where(
    dropped_lines.c.journal_id == bindparam("wanted"), dropped_lines.c.sums.is_not(None)
)
_GONE_AT = _GONE.where(dropped_lines.c.first_seq <= bindparam("at"), dropped_lines.c.last_seq >= bindparam("at"))


class Floor(NamedTuple):
    """Where a journal's lines begin that are here, and what is kept of those before."""

    last: int
    """The last entry that was dropped."""
    head: bytes
    """The hash after it."""
    first_hash: bytes
    """The hash after the journal's first line."""
    signs: bool
    state: str
    """How the reading of cuts stood then (``cut_state.state``)."""
    ratings: int
    """How many ratings are among all that was dropped."""
    sums: bytes
    parts: frozenset[tuple[date, int]]
    """The months with which they went, and which part of each."""


def floor_of(connection: Connection, journal_id: str) -> Floor | None:
    """What was dropped of a journal; None where all of it is here."""
    rows = connection.execute(_GONE.order_by(dropped_lines.c.last_seq), {"wanted": journal_id}).all()
    if not rows:
        return None
    end = rows[-1]
    return Floor(
        end.last_seq,
        bytes(end.head),
        bytes(end.first_hash),
        bool(end.signs),
        end.state,
        sum(row.ratings for row in rows),
        bytes(end.sums),
        frozenset((row.month, row.part) for row in rows),
    )


def dropped_hashes(connection: Connection, journal_id: str, seqs: Collection[int]) -> dict[int, bytes]:
    """The hash after those of these dropped entries of which it is kept: the first and the ends."""
    known: dict[int, bytes] = {}
    for row in connection.execute(_GONE, {"wanted": journal_id}):
        known |= {1: bytes(row.first_hash), row.last_seq: bytes(row.head)}
    return {seq: known[seq] for seq in seqs if seq in known}


def is_same_dropped(connection: Connection, journal_id: str, seq: int, digest: bytes) -> bool | None:
    """Whether the hash after a dropped entry was this one; None for an entry that was not dropped.

    Of two thousand million others one would be taken for it.
    """
    return is_same_in(connection.execute(_GONE_AT, {"wanted": journal_id, "at": seq}).all(), seq, digest)


def is_same_in(gone: Sequence[Row[Any]], seq: int, digest: bytes) -> bool | None:
    """The same, among all that is kept ``gone_of`` its journal: for many entries at once."""
    found = next((row for row in gone if row.first_seq <= seq <= row.last_seq), None)
    return None if found is None else print_at(found, seq) == digest[:PRINT_BYTES]


def gone_of(connection: Connection, journal_id: str) -> Sequence[Row[Any]]:
    """All that is kept of a journal's dropped lines."""
    return connection.execute(_GONE, {"wanted": journal_id}).all()


def print_at(row: Row[Any], seq: int) -> bytes:
    """The print of an entry within the dropped lines of ``row``."""
    at = (seq - row.first_seq) * PRINT_BYTES
    return bytes(row.prints[at : at + PRINT_BYTES])


def dropped_through(connection: Connection, first_day: date) -> date | None:
    """The last day of ratings that were dropped, or are going to be; None where it is before ``first_day``."""
    month, lines = dropped_month.c, dropped_lines.c
    found = (
        select(func.max(lines.last_day))
        .join(dropped_month, (month.month == lines.month) & (month.part == lines.part))
        .where(month.state.in_((DECIDED, DONE)), lines.last_day >= first_day)
    )
    last: date | None = connection.execute(found).scalar_one()
    return last


def require_kept(connection: Connection, counters: Collection[int], first_day: date) -> None:
    """Raise NotAllowed where ratings of these counters from a day on were dropped, or are going to be.

    What was counted of them stays as it is: nobody could say any more what a change of it would be of.
    """
    decided = dropped_month.c.state.in_((DECIDED, DONE))
    found = (
        select(dropped_lines.c.last_day)
        .join(
            dropped_month,
            (dropped_month.c.month == dropped_lines.c.month) & (dropped_month.c.part == dropped_lines.c.part),
        )
        .join(tally, tally.c.journal_id == dropped_lines.c.journal_id)
        .where(decided, dropped_lines.c.last_day >= first_day)
        .where(tally.c.counter_id.in_(sorted(counters)), tally.c.day.between(first_day, dropped_lines.c.last_day))
    )
    last = connection.execute(found.order_by(dropped_lines.c.last_day.desc()).limit(1)).scalar_one_or_none()
    if last is not None:
        raise NotAllowed(
            "the single ratings of these counters up to {day} were dropped when their time was over: how they count "
            "stays as it is, and only later days can be changed",
            day=last.isoformat(),
        )
