"""Standings: what a block counts becomes suspect, or counts again, all of it at once.

A person decides about a counter's half days. A decision holds for the blocks that lie wholly in them; one that is made
later follows when it is looked at for the reports.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, select, update

from kiosk.domain.visit.rating import Standing
from sync.collector.replica.blocks.kept import move_held, read_rows
from sync.collector.replica.continued import Position
from sync.collector.replica.held import begun_at, held_seqs
from sync.collector.replica.keep import count_in
from sync.collector.replica.outgoing.pools import mark_loose
from sync.collector.replica.outgoing.sums import BLOCK, add_blocks
from sync.collector.replica.projection_rows import RatingRow
from sync.collector.replica.shown import LEVEL_NAMES
from sync.collector.replica.stretch import ANY_PART, Stretch, read_suspect
from sync.collector.replica.tally import ReasonKey, TallyKey, reason_key, tally_key
from sync.collector.store.schema import block, block_piece, rating, reason_choice

SEQS_AT_ONCE = 500
_OF_PEOPLE = (Standing.COUNTED, Standing.SUSPECT)
"""What counts, as long as nobody decided otherwise."""


def blocks_at(connection: Connection, stretch: Stretch) -> list[Row[Any]]:
    """The believed blocks of one counter alone that have a rating in the stretch, in order.

    Without tails that are in a pool: one of them alone would be read from the pool before and after.
    """
    b = block.c
    wanted = select(*BLOCK).where(
        b.counter_id == stretch.counter_id,
        b.fault.is_(None),
        b.pool_id.is_(None),
        b.last_day >= stretch.first,
        b.first_day <= stretch.last,
        select(block_piece.c.last_seq).where(_inside(stretch)).exists(),
    )
    return list(connection.execute(wanted.order_by(b.journal_id, b.last_seq)))


def count_pooled(connection: Connection, stretch: Stretch) -> int:
    """How many ratings of the stretch are told in a pool: they stay as they are, whatever is decided."""
    b, p = block.c, block_piece.c
    n = func.sum(sum((p[name] for name in LEVEL_NAMES[1:]), p[LEVEL_NAMES[0]]))
    wanted = select(func.coalesce(n, 0)).select_from(block).join(block_piece, _inside(stretch))
    near = and_(b.last_day >= stretch.first, b.first_day <= stretch.last, b.pool_id.is_not(None))
    here = and_(p.counter_id == stretch.counter_id, p.standing == str(Standing.COUNTED))
    return int(connection.execute(wanted.where(near, here)).scalar_one())


def _inside(stretch: Stretch) -> ColumnElement[bool]:
    """The pieces of a block that lie in the days of a stretch."""
    b, p = block.c, block_piece.c
    here = and_(p.journal_id == b.journal_id, p.last_seq == b.last_seq, p.day.between(stretch.first, stretch.last))
    return here if stretch.part == ANY_PART else and_(here, p.part == stretch.part)


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
        near, may_follow = suspect.get(one.counter_id, ()), one.fault is None and one.pool_id is None
        if may_follow and (near or one.is_suspect or (one.journal_id, one.last_seq) in mixed):
            is_found = any(lies_in(connection, one, stretch) for stretch in near)
            one = set_standing(connection, one, Standing.SUSPECT if is_found else Standing.COUNTED)
        found.append(one)
    return found


def set_standing(connection: Connection, one: Row[Any], to: Standing) -> Row[Any]:
    """Let what the block counts be suspect, or what is suspect in it count; the block as it is then.

    Its tallies follow; what is shown does not: the caller takes it off before and adds it again.
    """
    was = Standing.COUNTED if to is Standing.SUSPECT else Standing.SUSPECT
    for journal_id, rows in _ratings(connection, one, was).items():
        after = [row._replace(standing=str(to)) for row in rows]
        for some in seqs_of([row.seq for row in rows]):
            mine = update(rating).where(rating.c.journal_id == journal_id, rating.c.seq.in_(some))
            connection.execute(mine.values(standing=str(to)))
        move_tallies(connection, journal_id, list(zip(rows, after, strict=True)))
    here = and_(block.c.journal_id == one.journal_id, block.c.last_seq == one.last_seq)
    n = sum(sum(levels) for (*_, standing), levels in pieces_of(connection, one).items() if standing in _OF_PEOPLE)
    connection.execute(update(block).where(here).values(is_suspect=to is Standing.SUSPECT, n=n))
    found = connection.execute(select(*BLOCK).where(here)).one()
    mark_loose(connection, [found])
    return found


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
    for some in seqs_of(journals):
        wanted = select(p.journal_id, p.last_seq).where(p.journal_id.in_(some), p.standing == str(Standing.SUSPECT))
        found |= {tuple(row) for row in connection.execute(wanted)}
    return found


def move_tallies(connection: Connection, journal_id: str, moved: Sequence[tuple[RatingRow, RatingRow]]) -> None:
    """Count each of these ratings of a journal, with its reasons, as it is now and no more as it was before.

    What was told before there were blocks is in none and waits for none: of it, tallies alone are counted otherwise.
    """
    counts: Counter[TallyKey] = Counter()
    uncut: Counter[TallyKey] = Counter()
    reasons: Counter[ReasonKey] = Counter()
    begun_seq = begun_at(connection, journal_id)
    for before, after in moved:
        for counted in (counts,) if before.seq < begun_seq else (counts, uncut):
            counted[tally_key(before)] -= 1
            counted[tally_key(after)] += 1
    c, pairs = reason_choice.c, {before.seq: (before, after) for before, after in moved}
    for some in seqs_of(sorted(pairs)):
        wanted = select(c.rating_seq, c.reason).where(c.journal_id == journal_id, c.rating_seq.in_(some))
        for seq, reason in connection.execute(wanted):
            reasons[reason_key(pairs[seq][0], reason)] -= 1
            reasons[reason_key(pairs[seq][1], reason)] += 1
    count_in(connection, journal_id, counts, reasons, uncut)
    move_held(connection, journal_id, moved)


def pieces_of(connection: Connection, one: Row[Any]) -> dict[tuple[int, str, str, str], list[int]]:
    """What the block holds, by counter, day, its part and standing: how many ratings got each level."""
    p = block_piece.c
    rows = connection.execute(select(block_piece).where(p.journal_id == one.journal_id, p.last_seq == one.last_seq))
    return {
        (row.counter_id, row.day.isoformat(), row.part, row.standing): [row._mapping[name] for name in LEVEL_NAMES]
        for row in rows
    }


def _ratings(connection: Connection, one: Row[Any], standing: Standing) -> dict[str, list[RatingRow]]:
    """The block's ratings of a standing, by the journal in which they are counted."""
    held = connection.execute(
        select(block.c.held).where(block.c.journal_id == one.journal_id, block.c.last_seq == one.last_seq)
    ).scalar_one()
    places = [Position(journal_id, seq) for journal_id, seqs in held_seqs(held).items() for seq in seqs]
    found: dict[str, list[RatingRow]] = {}
    for at, row in sorted(read_rows(connection, places).items()):
        if row.standing == standing:
            found.setdefault(at.journal_id, []).append(row)
    return found
