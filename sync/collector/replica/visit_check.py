"""Visit check: entries about ratings that came before them, held against the stored lines."""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from sqlalchemy import Connection

from kiosk.journal.lines import CommentLine
from kiosk.journal.visits import About, Late, in_visit, is_near, late_for
from sync.collector.replica.projection_rows import Unread, UnreadReason
from sync.collector.replica.stored import stored_entries


class Claim(NamedTuple):
    """An entry, and the rating that it speaks of."""

    entry: About
    journal_id: str
    seq: int


def strangers(connection: Connection, journal_id: str, claims: Collection[Claim]) -> dict[int, Unread]:
    """Those of the claims of a journal's entries that come too late for their rating, by the entries' seqs.

    They were made in another visit, or after their rating was cut, where they are no words. A rating that is not there
    is not told of here.
    """
    return {claim.entry.seq: _aside(claim, late) for claim, late in _late(connection, journal_id, claims)}


def _late(connection: Connection, journal_id: str, claims: Collection[Claim]) -> Iterator[tuple[Claim, Late]]:
    own = [claim for claim in claims if claim.journal_id == journal_id]
    near = [claim for claim in own if is_near(claim.seq, claim.entry)]
    yield from ((claim, Late.VISIT) for claim in own if not is_near(claim.seq, claim.entry))
    if near:
        first, last = min(claim.seq for claim in near), max(claim.entry.seq for claim in near)
        lines = {seq: line for seq, _, line in stored_entries(connection, journal_id, first, last)}
        for claim in near:
            late = late_for(lines, claim.seq, claim.entry) if claim.seq in lines else None
            if late is Late.VISIT or (late is Late.CUT and not isinstance(claim.entry, CommentLine)):
                yield claim, late
    known: dict[tuple[str, int], bytes | None] = {}
    for claim in claims:
        if claim.journal_id == journal_id:
            continue
        place = (claim.journal_id, claim.seq)
        if place not in known:
            known[place] = _line(connection, *place)
        line = known[place]
        if line is not None and not in_visit(line, claim.entry):
            yield claim, Late.VISIT


def _line(connection: Connection, journal_id: str, seq: int) -> bytes | None:
    entries = stored_entries(connection, journal_id, seq, seq)
    return next((line for at, _, line in entries if at == seq), None)


def _aside(claim: Claim, late: Late) -> Unread:
    if late is Late.CUT:
        return Unread(claim.entry.seq, UnreadReason.AFTER_CUT, f"rating {claim.seq} was cut before")
    return Unread(claim.entry.seq, UnreadReason.NOT_IN_VISIT, f"rating {claim.seq} was not made in this visit")
