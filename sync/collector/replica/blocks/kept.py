"""Kept: writes blocks, and keeps ``tally`` equal to their pieces and ``uncut_count`` together.

Each rating is in one block or in ``uncut_count``: what goes into a block is taken from there, and what comes out of one
is put back.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import takewhile
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from sync.collector.replica.blocks.sums import COUNTED, PieceKey, Rows, UncutKey, add_up, piece_key, uncut_key
from sync.collector.replica.continued import Position
from sync.collector.replica.held import BlockKey, blocks_of, held_seqs, held_text
from sync.collector.replica.keep import RATING_NAMES
from sync.collector.replica.projection_rows import RatingRow
from sync.collector.replica.shown import NOWHERE
from sync.collector.store.bulk import insert_rows
from sync.collector.store.schema import (
    block,
    block_piece,
    block_reason,
    counter,
    micros,
    rating,
    reason_choice,
    tally,
    uncut_count,
    unit,
)

SEQS_AT_ONCE = 500
_LEVELS = [f"n{level}" for level in range(1, 6)]
_INSERT = insert(block)
_RATINGS = select(*[rating.c[name] for name in RATING_NAMES]).where(
    rating.c.journal_id == bindparam("wanted"), rating.c.seq.in_(bindparam("seqs", expanding=True))
)
_REASONS = (
    select(reason_choice.c.reason, func.count())
    .where(reason_choice.c.journal_id == bindparam("wanted"))
    .where(reason_choice.c.rating_seq.in_(bindparam("seqs", expanding=True)))
    .group_by(reason_choice.c.reason)
)
_PATHS = (
    select(unit.c.path)
    .join(counter, counter.c.unit_id == unit.c.unit_id)
    .where(counter.c.counter_id.in_(bindparam("counters", expanding=True)))
)
_UNIT = select(unit.c.unit_id).where(unit.c.path == bindparam("wanted"))
_NOUGHT = delete(uncut_count).where(uncut_count.c.journal_id == bindparam("wanted"), uncut_count.c.n == 0)
_ADDS = "ON CONFLICT (journal_id, {key}) DO UPDATE SET n = uncut_count.n + excluded.n"


def keep_block(
    connection: Connection, key: BlockKey, values: Mapping[str, Any], rows: Rows, reasons: Mapping[str, int]
) -> None:
    """Write a block of these ratings and their ``reasons``, and take them from what is uncut.

    ``values`` are the columns besides.
    """
    held: dict[str, list[int]] = {}
    for at in rows:
        held.setdefault(at.journal_id, []).append(at.seq)
    sums = add_up(rows.values())
    here = _whereabouts(connection, list(sums))
    n = sum(levels.total() for piece, levels in sums.items() if piece.standing == COUNTED)
    row = {**key._asdict(), **values, **here, "held": held_text(held), "n": n}
    connection.execute(_INSERT, row)
    _write_pieces(connection, key, sums)
    of_block = key._asdict()
    insert_rows(connection, block_reason, of_block, ("reason", "n"), sorted(reasons.items()))
    _count_uncut(connection, rows, -1)


def put_back(connection: Connection, key: BlockKey) -> None:
    """Undo a block that is not shown: its ratings are uncut again."""
    of_it = (block.c.journal_id == key.journal_id, block.c.last_seq == key.last_seq)
    held = connection.execute(select(block.c.held).where(*of_it)).scalar_one()
    places = [Position(journal_id, seq) for journal_id, seqs in held_seqs(held).items() for seq in seqs]
    _count_uncut(connection, read_rows(connection, places), 1)
    for table in (block_reason, block_piece, block):
        here = (table.c.journal_id == key.journal_id) & (table.c.last_seq == key.last_seq)
        connection.execute(delete(table).where(here))


def count_uncut_anew(connection: Connection, journal_id: str) -> None:
    """Put every rating of a journal into ``uncut_count``, as the tallies have them: no block holds any."""
    connection.execute(delete(uncut_count).where(uncut_count.c.journal_id == journal_id))
    keys = [tally.c.journal_id, *(tally.c[name] for name in UncutKey._fields)]
    sums = select(*keys, func.sum(tally.c.n)).where(tally.c.journal_id == journal_id).group_by(*keys)
    names = ["journal_id", *UncutKey._fields, "n"]
    connection.execute(insert(uncut_count).from_select(names, sums.having(func.sum(tally.c.n) != 0)))


def move_held(connection: Connection, journal_id: str, moved: Iterable[tuple[RatingRow, RatingRow]]) -> set[BlockKey]:
    """Move those of a journal's ratings that blocks hold: from what each was to what it is; which blocks these are.

    To be called behind ``count_in``, which takes all of them for uncut, and before or after their rows are written.
    Whether such a block is shown is for the caller to see to.
    """
    pairs = {before.seq: (before, after) for before, after in moved}
    blocks = blocks_of(connection, journal_id, set(pairs))
    by_block: dict[BlockKey, list[tuple[RatingRow, RatingRow]]] = {}
    for seq, key in blocks.items():
        by_block.setdefault(key, []).append(pairs[seq])
    for key, some in by_block.items():
        _move_pieces(connection, key, some)
        _move_reasons(connection, key, journal_id, some)
        _count_uncut(connection, {Position(journal_id, one.seq): one for one, _ in some}, 1)
        _count_uncut(connection, {Position(journal_id, one.seq): one for _, one in some}, -1)
    return set(by_block)


def read_rows(connection: Connection, places: Iterable[Position]) -> dict[Position, RatingRow]:
    """The ratings that are counted at these places."""
    found: dict[Position, RatingRow] = {}
    for journal_id, seqs in _by_journal(places):
        for row in connection.execute(_RATINGS, {"wanted": journal_id, "seqs": seqs}):
            plain = RatingRow(*row)._replace(pressed_us=micros(row.pressed_at), day=row.day.isoformat())
            found[Position(journal_id, plain.seq)] = plain
    return found


def read_reasons(connection: Connection, places: Iterable[Position]) -> Counter[str]:
    """How many of the ratings at these places name each reason."""
    found: Counter[str] = Counter()
    for journal_id, seqs in _by_journal(places):
        for reason, n in connection.execute(_REASONS, {"wanted": journal_id, "seqs": seqs}):
            found[reason] += n
    return found


def _by_journal(places: Iterable[Position]) -> Iterable[tuple[str, list[int]]]:
    seqs: dict[str, list[int]] = {}
    for at in sorted(places):
        seqs.setdefault(at.journal_id, []).append(at.seq)
    for journal_id, all_seqs in seqs.items():
        for first in range(0, len(all_seqs), SEQS_AT_ONCE):
            yield journal_id, all_seqs[first : first + SEQS_AT_ONCE]


def _count_uncut(connection: Connection, rows: Rows, sign: int) -> None:
    counts: dict[str, Counter[UncutKey]] = {}
    for at, row in rows.items():
        counts.setdefault(at.journal_id, Counter())[uncut_key(row)] += sign
    for journal_id, of_journal in sorted(counts.items()):
        some = [(*key, n) for key, n in sorted(of_journal.items())]
        names = (*UncutKey._fields, "n")
        then = _ADDS.format(key=", ".join(UncutKey._fields))
        insert_rows(connection, uncut_count, {"journal_id": journal_id}, names, some, then=then)
        connection.execute(_NOUGHT, {"wanted": journal_id})


def _write_pieces(connection: Connection, key: BlockKey, sums: Mapping[PieceKey, Counter[int]]) -> None:
    rows = [(*piece, *(levels[level] for level in range(1, 6))) for piece, levels in sorted(sums.items())]
    insert_rows(connection, block_piece, key._asdict(), (*PieceKey._fields, *_LEVELS), rows)


def _move_pieces(connection: Connection, key: BlockKey, moved: Sequence[tuple[RatingRow, RatingRow]]) -> None:
    here = (block_piece.c.journal_id == key.journal_id) & (block_piece.c.last_seq == key.last_seq)
    sums: dict[PieceKey, Counter[int]] = {}
    for row in connection.execute(select(block_piece).where(here)):
        levels = Counter({level: getattr(row, name) for level, name in enumerate(_LEVELS, 1)})
        sums[PieceKey(row.counter_id, row.day.isoformat(), row.part, row.standing)] = levels
    for before, after in moved:
        sums.setdefault(piece_key(before), Counter())[before.level] -= 1
        sums.setdefault(piece_key(after), Counter())[after.level] += 1
    sums = {piece: levels for piece, levels in sums.items() if any(levels.values())}
    connection.execute(delete(block_piece).where(here))
    _write_pieces(connection, key, sums)
    n = sum(levels.total() for piece, levels in sums.items() if piece.standing == COUNTED)
    of_it = (block.c.journal_id == key.journal_id) & (block.c.last_seq == key.last_seq)
    connection.execute(update(block).where(of_it).values({**_whereabouts(connection, list(sums)), "n": n}))


def _move_reasons(
    connection: Connection, key: BlockKey, journal_id: str, moved: Sequence[tuple[RatingRow, RatingRow]]
) -> None:
    """Only of what counts are the reasons told."""
    counts: Counter[str] = Counter()
    for sign, place in ((-1, 0), (1, 1)):
        counted = [Position(journal_id, pair[0].seq) for pair in moved if pair[place].standing == COUNTED]
        for reason, n in read_reasons(connection, counted).items():
            counts[reason] += sign * n
    c = block_reason.c
    here = (c.journal_id == key.journal_id) & (c.last_seq == key.last_seq)
    then = "ON CONFLICT (journal_id, last_seq, reason) DO UPDATE SET n = block_reason.n + excluded.n"
    rows = [(reason, n) for reason, n in sorted(counts.items()) if n]
    insert_rows(connection, block_reason, key._asdict(), ("reason", "n"), rows, then=then)
    connection.execute(delete(block_reason).where(here, c.n == 0))


def _whereabouts(connection: Connection, pieces: Sequence[PieceKey]) -> dict[str, Any]:
    """From when to when, and where: the counter if it is one, and the lowest unit of all."""
    counters = sorted({piece.counter_id for piece in pieces})
    paths = list(connection.execute(_PATHS, {"counters": counters}).scalars())
    steps = takewhile(lambda codes: len(set(codes)) == 1, zip(*(path.split("/")[:-1] for path in paths), strict=False))
    above = "".join(f"{codes[0]}/" for codes in steps)
    # Units without anything above both: it counts where everything does.
    unit_id = connection.execute(_UNIT, {"wanted": above}).scalar_one_or_none() or NOWHERE
    first, last = min((each.day, each.part) for each in pieces), max((each.day, each.part) for each in pieces)
    return {
        "counter_id": counters[0] if len(counters) == 1 else None,
        "unit_id": unit_id,
        "first_day": date.fromisoformat(first[0]),
        "first_part": first[1],
        "last_day": date.fromisoformat(last[0]),
        "last_part": last[1],
    }
