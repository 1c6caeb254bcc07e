"""Held: which ratings a block holds, by their places; and which journals are to be judged.

What is in a block stays as it was told: whoever would change a rating asks here before.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, select

from kiosk.domain.office_day import SETTLING
from sync.collector.calendar.presstime import LocalDays
from sync.collector.store.bulk import insert_rows
from sync.collector.store.schema import block, cut_due, cut_state, journal

_CUT_MARK = b'"block"'
_HOUR = re.compile(rb'"at":"(?P<day>\d{4}-\d\d-\d\d)T(?P<hour>\d\d)')
_CONTINUED_MAX = 50
"""So often a journal goes on in another, at most, before nobody looks further."""


_CONTINUES = select(journal.c.continues).where(journal.c.journal_id == bindparam("wanted"))
_BEGUN = select(cut_state.c.begun_seq).where(cut_state.c.journal_id == bindparam("wanted"))
_BLOCKS = select(block.c.journal_id, block.c.last_seq, block.c.held)
_OWN_BLOCKS = _BLOCKS.where(block.c.journal_id == bindparam("wanted"), block.c.last_seq >= bindparam("first"))


class BlockKey(NamedTuple):
    """A block, as it is named."""

    journal_id: str
    last_seq: int


def mark_due(connection: Connection, journal_ids: Iterable[str]) -> None:
    """Have these journals judged: their new lines may state a cut, or make one due."""
    rows = [(each,) for each in sorted(set(journal_ids))]
    insert_rows(connection, cut_due, {}, ("journal_id",), rows, then="ON CONFLICT DO NOTHING")


def begin_cuts(connection: Connection, journal_id: str) -> None:
    """Have a journal's cuts read from its first line on: nothing of it was stored before."""
    rows = [(journal_id, 1, "")]
    names = ("journal_id", "next_seq", "state")
    insert_rows(connection, cut_state, {}, names, rows, then="ON CONFLICT (journal_id) DO NOTHING")


def begun_at(connection: Connection, journal_id: str) -> int:
    """The entry from which on a journal is cut: ratings before it were told before there were blocks."""
    return connection.execute(_BEGUN, {"wanted": journal_id}).scalar_one_or_none() or 1


def may_cut(
    fresh: Sequence[bytes],
    days: LocalDays,
    before_us: int | None,
    measured_us: int | None,
    *,
    is_first: bool = False,
    is_plain: bool = False,
) -> bool:
    """Whether new lines may state a cut, or make one due that an older kiosk does not make itself.

    ``before_us`` and ``measured_us`` are when the last of the presses before and of all was made, as far as known. With
    ``is_first`` nothing stands before the lines: then only lines of several half days can make a cut due. With
    ``is_plain`` they are known to state none.
    """
    if not is_plain and _CUT_MARK in b"\n".join(fresh):
        return True
    if is_first:
        return _spans_half_days(fresh)
    return measured_us is None or before_us is None or _open(days, before_us) != _open(days, measured_us)


def held_text(of_journals: Mapping[str, Collection[int]]) -> str:
    """``<journal>:3-5,8`` for each journal, in order."""
    return " ".join(f"{each}:{_ranges(sorted(seqs))}" for each, seqs in sorted(of_journals.items()))


def held_seqs(text: str) -> dict[str, set[int]]:
    """The seqs by journal."""
    parts = (each.partition(":") for each in text.split())
    return {journal_id: set(_seqs(ranges)) for journal_id, _, ranges in parts}


def blocks_of(connection: Connection, journal_id: str, seqs: Collection[int]) -> dict[int, BlockKey]:
    """The block of each of a journal's ratings that is in one, be it one of an older journal that this continues."""
    found: dict[int, BlockKey] = {}
    if not seqs:
        return found
    for row in _candidates(connection, journal_id, min(seqs)):
        for seq in held_seqs(row.held).get(journal_id, set()).intersection(seqs):
            found[seq] = BlockKey(row.journal_id, row.last_seq)
    return found


def owners_of(connection: Connection, journal_id: str) -> list[str]:
    """The journal, and those before it which it continues: their blocks may hold what was carried over."""
    found = [journal_id]
    while len(found) < _CONTINUED_MAX:
        older = connection.execute(_CONTINUES, {"wanted": found[-1]}).scalar_one_or_none()
        if older is None or older in found:
            break
        found.append(older)
    return found


def _spans_half_days(lines: Sequence[bytes]) -> bool:
    """Whether the lines' own times are of more than one half day; those that name none are as of one of their own."""
    first = _half_day(lines[0])
    # The last is the likeliest to be of another.
    return any(_half_day(line) != first for line in reversed(lines))


def _half_day(line: bytes) -> tuple[bytes, bool] | None:
    said = _HOUR.search(line)
    return None if said is None else (said["day"], said["hour"] < b"12")


def _open(days: LocalDays, moment_us: int) -> set[tuple[str, str]]:
    """The half days that are not over at a moment, as ``open_at`` of ``kiosk.domain.numbers.blocks``."""
    return {days.place(moment_us), days.place(moment_us - SETTLING // timedelta(microseconds=1))}


def _candidates(connection: Connection, journal_id: str, first: int) -> Iterator[Any]:
    own, *older = owners_of(connection, journal_id)
    yield from connection.execute(_OWN_BLOCKS, {"wanted": own, "first": first})
    if older:
        carried = block.c.held.contains(f"{journal_id}:", autoescape=True)
        yield from connection.execute(_BLOCKS.where(block.c.journal_id.in_(older), carried))


def _ranges(seqs: list[int]) -> str:
    starts = [seqs[0], *(after for before, after in pairwise(seqs) if after != before + 1)]
    ends = [*(before for before, after in pairwise(seqs) if after != before + 1), seqs[-1]]
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in zip(starts, ends, strict=True))


def _seqs(ranges: str) -> Iterator[int]:
    for each in ranges.split(","):
        first, _, last = each.partition("-")
        yield from range(int(first), int(last or first) + 1)
