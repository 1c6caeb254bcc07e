"""Standings: what a block counts becomes suspect, or counts again, all of it at once.

A person decides about a counter's half days. A decision holds for the blocks that lie wholly in them; one that is made
later follows when it is looked at for the reports.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, and_, select, update

from kiosk.domain.visit.rating import Standing
from sync.collector.replica.keep import count_tallies
from sync.collector.replica.outgoing.held import keep_pieces, pieces_of, ratings_of
from sync.collector.replica.outgoing.sums import BLOCK, add_blocks
from sync.collector.replica.projection_rows import RatingRow
from sync.collector.replica.stretch import ANY_PART, Stretch, read_suspect
from sync.collector.replica.tally import ReasonKey, TallyKey, reason_key, tally_key
from sync.collector.store.schema import block, block_piece, rating, reason_choice

SEQS_AT_ONCE = 500


def blocks_at(connection: Connection, stretch: Stretch) -> list[Row[Any]]:
    """The believed blocks of one counter alone that have a rating in the stretch, in order."""
    b, p = block.c, block_piece.c
    here = and_(p.journal_id == b.journal_id, p.last_seq == b.last_seq, p.day.between(stretch.first, stretch.last))
    if stretch.part != ANY_PART:
        here = and_(here, p.part == stretch.part)
    wanted = select(*BLOCK).where(
        b.counter_id == stretch.counter_id, b.fault.is_(None), b.last_day >= stretch.first,
        b.first_day <= stretch.last, select(p.last_seq).where(here).exists(),
    )  # fmt: skip
    return list(connection.execute(wanted.order_by(b.journal_id, b.last_seq)))


def lies_in(connection: Connection, one: Row[Any], stretch: Stretch) -> bool:
    """Whether all of the block lies in the stretch."""
    if one.counter_id != stretch.counter_id or one.first_day < stretch.first or one.last_day > stretch.last:
        return False
    parts = {part for _, _, part, _ in pieces_of(connection, one)}
    return stretch.part == ANY_PART or parts == {stretch.part}


def widened(connection: Connection, stretch: Stretch) -> Stretch:
    """The least stretch around it that parts no block."""
    while True:
        wider = stretch
        for one in blocks_at(connection, stretch):
            parts = {part for _, _, part, _ in pieces_of(connection, one)}
            part = wider.part if wider.part in (ANY_PART, *parts) and len(parts) == 1 else ANY_PART
            wider = replace(wider, first=min(wider.first, one.first_day), last=max(wider.last, one.last_day), part=part)
        if wider == stretch:
            return stretch
        stretch = wider


def follow_decisions(connection: Connection, blocks: Sequence[Row[Any]]) -> list[Row[Any]]:
    """Let what was decided of their half days hold for these blocks, none of which is in what is shown now."""
    counters = {one.counter_id for one in blocks if one.counter_id is not None}
    suspect: dict[int, list[Stretch]] = {}
    for stretch in read_suspect(connection, counters) if counters else ():
        suspect.setdefault(stretch.counter_id, []).append(stretch)
    mixed = _with_suspect(connection, blocks)
    found = []
    for one in blocks:
        near = suspect.get(one.counter_id, ())
        if one.fault is None and (near or one.is_suspect or (one.journal_id, one.last_seq) in mixed):
            is_found = any(lies_in(connection, one, stretch) for stretch in near)
            one = set_standing(connection, one, Standing.SUSPECT if is_found else Standing.COUNTED)
        found.append(one)
    return found


def set_standing(connection: Connection, one: Row[Any], to: Standing) -> Row[Any]:
    """Let what the block counts be suspect, or what is suspect in it count; the block as it is then.

    Its tallies follow; what is shown does not: the caller takes it off before and adds it again. Raises BlockUnclear.
    """
    was = Standing.COUNTED if to is Standing.SUSPECT else Standing.SUSPECT
    rows = ratings_of(connection, one)
    moved = [row for row in rows if row.standing == was]
    for some in seqs_of([row.seq for row in moved]):
        mine = update(rating).where(rating.c.journal_id == one.journal_id, rating.c.seq.in_(some))
        connection.execute(mine.values(standing=str(to)))
    move_tallies(connection, one.journal_id, moved, {row.seq: row._replace(standing=str(to)) for row in moved})
    here = and_(block.c.journal_id == one.journal_id, block.c.last_seq == one.last_seq)
    n = sum(row.standing in (Standing.COUNTED, Standing.SUSPECT) for row in rows)
    connection.execute(update(block).where(here).values(is_suspect=to is Standing.SUSPECT, n=n))
    after = [row._replace(standing=str(to)) if row.standing == was else row for row in rows]
    return keep_pieces(connection, one, after)


def set_shown(connection: Connection, one: Row[Any], to: Standing) -> int:
    """Let what a block counts be suspect, or count again, in what is shown as well; how many ratings."""
    if one.shown_at is not None:
        add_blocks(connection, [one], -1)
    after = set_standing(connection, one, to)
    if after.shown_at is not None:
        add_blocks(connection, [after])
    return int(after.n)


def seqs_of(seqs: Sequence[int]) -> list[Sequence[int]]:
    """Seqs in lists as long as a statement takes."""
    return [seqs[place : place + SEQS_AT_ONCE] for place in range(0, len(seqs), SEQS_AT_ONCE)]


def _with_suspect(connection: Connection, blocks: Iterable[Row[Any]]) -> set[tuple[str, int]]:
    """Those of the blocks that came with suspect ratings."""
    p = block_piece.c
    journals = sorted({one.journal_id for one in blocks})
    found = set[tuple[str, int]]()
    for some in seqs_of(journals):  # type: ignore[arg-type]
        wanted = select(p.journal_id, p.last_seq).where(p.journal_id.in_(some), p.standing == str(Standing.SUSPECT))
        found |= {tuple(row) for row in connection.execute(wanted)}
    return found


def move_tallies(
    connection: Connection, journal_id: str, rows: Iterable[RatingRow], after: Mapping[int, RatingRow]
) -> None:
    """Count each of these ratings of a journal, and its reasons, as it is ``after``, by seq."""
    counts: Counter[TallyKey] = Counter()
    reasons: Counter[ReasonKey] = Counter()
    before = {row.seq: row for row in rows}
    for row in before.values():
        counts[tally_key(row)] -= 1
        counts[tally_key(after[row.seq])] += 1
    c = reason_choice.c
    for some in seqs_of(sorted(before)):
        wanted = select(c.rating_seq, c.reason).where(c.journal_id == journal_id, c.rating_seq.in_(some))
        for seq, reason in connection.execute(wanted):
            reasons[reason_key(before[seq], reason)] -= 1
            reasons[reason_key(after[seq], reason)] += 1
    count_tallies(connection, journal_id, counts, reasons)
