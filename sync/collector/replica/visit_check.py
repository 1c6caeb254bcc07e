"""Visit check: entries about ratings that came before them, held against the stored lines."""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from sqlalchemy import Connection

from sync.collector.replica.projection_rows import Unread, UnreadReason
from sync.collector.replica.stored import stored_entries
from sync.collector.replica.visits import About, in_same_visit, in_visit, is_near


class Claim(NamedTuple):
    """An entry, and the rating that it speaks of."""

    entry: About
    journal_id: str
    seq: int


def strangers(connection: Connection, journal_id: str, claims: Collection[Claim]) -> dict[int, Unread]:
    """Those of the claims of a journal's entries that were not made in their rating's visit, by the entries' seqs.

    A rating that is not there is not told of here.
    """
    return {claim.entry.seq: _aside(claim) for claim in _strange(connection, journal_id, claims)}


def _strange(connection: Connection, journal_id: str, claims: Collection[Claim]) -> Iterator[Claim]:
    own = [claim for claim in claims if claim.journal_id == journal_id]
    near = [claim for claim in own if is_near(claim.seq, claim.entry)]
    yield from (claim for claim in own if not is_near(claim.seq, claim.entry))
    if near:
        first, last = min(claim.seq for claim in near), max(claim.entry.seq for claim in near)
        lines = {seq: line for seq, _, line in stored_entries(connection, journal_id, first, last)}
        yield from (claim for claim in near if claim.seq in lines and not in_same_visit(lines, claim.seq, claim.entry))
    known: dict[tuple[str, int], bytes | None] = {}
    for claim in claims:
        if claim.journal_id == journal_id:
            continue
        place = (claim.journal_id, claim.seq)
        if place not in known:
            known[place] = _line(connection, *place)
        line = known[place]
        if line is not None and not in_visit(line, claim.entry):
            yield claim


def _line(connection: Connection, journal_id: str, seq: int) -> bytes | None:
    entries = stored_entries(connection, journal_id, seq, seq)
    return next((line for at, _, line in entries if at == seq), None)


def _aside(claim: Claim) -> Unread:
    return Unread(claim.entry.seq, UnreadReason.NOT_IN_VISIT, f"rating {claim.seq} was not made in this visit")
