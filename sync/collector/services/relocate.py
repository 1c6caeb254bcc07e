"""Relocate: puts what was pressed since a moment to the counter where it was really pressed, when that is learnt later.

Afterwards everything is counted as if it had been known when it came: ratings, tallies, transactions and comments are
what a fresh reading of the stored lines would give. A block is never parted: it stands where all its ratings do, and
where these stand at several counters now, it counts in the units that hold all of them and waits in the others.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import partial
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, Select, and_, delete, insert, select, union, update

from kiosk.domain.instant import monday_of
from sync.collector.calendar.presstime import LocalDays
from sync.collector.replica.continued import Position, counted_positions
from sync.collector.replica.dropped import require_kept
from sync.collector.replica.keep import RATING_NAMES, count_undated
from sync.collector.replica.outgoing.lifted import lift_blocks, put_blocks
from sync.collector.replica.outgoing.standings import move_tallies, seqs_of
from sync.collector.replica.outgoing.sums import lock_releases
from sync.collector.replica.projection_rows import RatingRow
from sync.collector.replica.sender import counter_on
from sync.collector.replica.served import add_up_served, days_held, lock_counters, move_typed
from sync.collector.replica.spans import read_spans
from sync.collector.replica.stored import stored_entries
from sync.collector.store.schema import (
    block,
    block_piece,
    comment,
    counter,
    journal,
    micros,
    rating,
    tally,
    transaction_count,
)

_NOON = time(12)
_RATING_ROW = tuple(rating.c[name] for name in RATING_NAMES)


@dataclass(frozen=True, slots=True)
class Relocation:
    """Which ratings go where."""

    rows: frozenset[int]
    """The rows of the counter at which they are counted now."""
    since: datetime
    """What was pressed from this moment on."""
    to: Callable[[str], int]
    """The row to which what was pressed on a day belongs."""
    targets: frozenset[int]
    """All that ``to`` can give."""
    days: LocalDays
    device_id: str | None = None
    """Only what this kiosk wrote, and not what names its counter itself; None is everything."""

    @property
    def first_day(self) -> date:
        """The office's day in which it begins."""
        return self.since.astimezone(self.days.zone).date()


def between(
    connection: Connection, ends: tuple[int, int], since: datetime, days: LocalDays, device_id: str | None = None
) -> Relocation:
    """From wherever the one counter stood to wherever the other stood on each day."""
    spans = read_spans(connection, set(ends))
    rows, targets = (frozenset({each, *(span.counter_id for span in spans.get(each, ()))}) for each in ends)
    return Relocation(rows, since, partial(counter_on, spans, ends[1]), targets, days, device_id)


def relocate(connection: Connection, wanted: Relocation) -> int:
    """Move what was pressed; how many ratings. The journals that may bring more are to be locked before.

    Raises NotAllowed for days of which the single ratings were dropped.
    """
    moved, served = 0, set[tuple[int, date]]()
    require_kept(connection, wanted.rows, wanted.first_day)
    lock_releases(connection)
    lock_counters(connection, wanted.rows | wanted.targets | _beside(connection, wanted.first_day))
    for journal_id in _journals(connection, wanted):
        said = _Said(connection, journal_id, apart=wanted.device_id is not None)
        rows = _ratings(connection, journal_id, wanted, said)
        blocks = lift_blocks(connection, journal_id, {row.seq for row in rows})
        _move_ratings(connection, journal_id, rows, wanted)
        # A decision may hold for all of a block no more, or now: then other days of it count otherwise too.
        put_blocks(connection, blocks)
        served |= days_held(connection, blocks)
        _move_comments(connection, journal_id, rows, wanted)
        served |= _move_counts(connection, journal_id, wanted, said)
        served |= {(at, date.fromisoformat(row.day)) for row in rows for at in (row.counter_id, wanted.to(row.day))}
        moved += len(rows)
    if wanted.device_id is None:
        served |= move_typed(connection, wanted.rows, wanted.first_day, wanted.to)
    if served:
        add_up_served(connection, served)
    return moved


class _Said:
    """Whether entries of a journal name their counter themselves."""

    def __init__(self, connection: Connection, journal_id: str, *, apart: bool) -> None:
        self._connection, self._journal_id, self._apart = connection, journal_id, apart

    def by_place(self, seqs: Collection[int]) -> set[int]:
        """The entries that belong to where their kiosk stood; all of ``seqs`` where that is not asked."""
        if not self._apart or not seqs:
            return set(seqs)
        entries = stored_entries(self._connection, self._journal_id, min(seqs), max(seqs))
        return {seq for seq, _, line in entries if seq in seqs and _names_no_counter(line)}


class _Named(msgspec.Struct):
    counter: str | None = None


def _names_no_counter(line: bytes) -> bool:
    return msgspec.json.decode(line, type=_Named).counter is None


def _beside(connection: Connection, since: date) -> set[int]:
    """The counters of every block that has ratings at several, from a day on."""
    b, p = block.c, block_piece.c
    same = and_(p.journal_id == b.journal_id, p.last_seq == b.last_seq)
    found = select(p.counter_id).join_from(block, block_piece, same).where(b.counter_id.is_(None), b.last_day >= since)
    return set(connection.execute(found.distinct()).scalars())


def _journals(connection: Connection, wanted: Relocation) -> list[str]:
    """The journals with anything to move, by the tallies and the counts."""
    tables = [
        select(table.c.journal_id).where(table.c.counter_id.in_(wanted.rows), table.c.day >= wanted.first_day)
        for table in (tally, transaction_count)
    ]
    found: Select[Any] = select(union(*tables).subquery("touched").c.journal_id)
    if wanted.device_id is not None:
        own = select(journal.c.journal_id).where(journal.c.device_id == wanted.device_id)
        found = found.where(found.selected_columns.journal_id.in_(own))
    return sorted(connection.execute(found).scalars())


def _ratings(connection: Connection, journal_id: str, wanted: Relocation, said: _Said) -> list[RatingRow]:
    here: list[ColumnElement[bool]] = [rating.c.journal_id == journal_id, rating.c.counter_id.in_(wanted.rows)]
    if wanted.device_id is not None:
        # A counter moves with its days, a kiosk at a moment.
        here.append(rating.c.pressed_at >= wanted.since)
    found = connection.execute(select(*_RATING_ROW).where(*here, rating.c.day >= wanted.first_day)).all()
    moved = said.by_place({row.seq for row in found})
    rows = [_plain(row) for row in found if row.seq in moved]
    return [row for row in rows if wanted.to(row.day) != row.counter_id]


def _plain(row: Any) -> RatingRow:
    return RatingRow(*row)._replace(pressed_us=micros(row.pressed_at), day=row.day.isoformat())


def _move_ratings(connection: Connection, journal_id: str, rows: Sequence[RatingRow], wanted: Relocation) -> None:
    after = {row.seq: row._replace(counter_id=wanted.to(row.day)) for row in rows}
    places: dict[int, list[int]] = {}
    for row in after.values():
        places.setdefault(row.counter_id, []).append(row.seq)
    for counter_id, seqs in places.items():
        for some in seqs_of(seqs):
            mine = update(rating).where(rating.c.journal_id == journal_id, rating.c.seq.in_(some))
            connection.execute(mine.values(counter_id=counter_id))
    move_tallies(connection, journal_id, [(row, after[row.seq]) for row in rows])
    count_undated(connection, journal_id, after.values(), gone=rows)


def _move_comments(connection: Connection, journal_id: str, rows: Sequence[RatingRow], wanted: Relocation) -> None:
    """Comments go with their ratings, which their entries alone know."""
    if not rows:
        return
    c, monday = comment.c, monday_of(wanted.first_day)
    own = select(journal.c.device_id).where(journal.c.journal_id == journal_id).scalar_subquery()
    journals = select(journal.c.journal_id).where(journal.c.device_id == own)
    there = select(c.journal_id, c.seq).where(
        c.journal_id.in_(journals), c.counter_id.in_(wanted.rows), c.week >= monday
    )
    moved = {Position(journal_id, row.seq): wanted.to(row.day) for row in rows}
    for at in connection.execute(there).all():
        about = _rating_of(connection, at.journal_id, at.seq)
        if about is not None and (to := moved.get(about)) is not None:
            unit_id = select(counter.c.unit_id).where(counter.c.counter_id == to).scalar_subquery()
            here = (c.journal_id == at.journal_id) & (c.seq == at.seq)
            connection.execute(update(comment).where(here).values(counter_id=to))
            shown = update(comment).where(here, c.published_on.is_not(None))
            connection.execute(shown.values(unit_id=unit_id))
            connection.execute(shown.where(c.shown_counter_id.is_not(None)).values(shown_counter_id=to))


class _About(msgspec.Struct):
    rating: int
    rating_journal: str | None = None


def _rating_of(connection: Connection, journal_id: str, seq: int) -> Position | None:
    """The rating that a comment's entry speaks of, where it was counted; None where that entry was dropped in time."""
    entries = stored_entries(connection, journal_id, seq, seq)
    line = next((line for at, _, line in entries if at == seq), None)
    if line is None:
        return None
    about = msgspec.json.decode(line, type=_About)
    said = Position(about.rating_journal or journal_id, about.rating)
    return counted_positions(connection, [said]).get(said, said)


def _move_counts(connection: Connection, journal_id: str, wanted: Relocation, said: _Said) -> set[tuple[int, date]]:
    """Transactions that were typed in, where their day's noon is from then on; the counters and days touched."""
    c = transaction_count.c
    of_them = select(transaction_count).where(c.journal_id == journal_id, c.counter_id.in_(wanted.rows))
    found = [
        row
        for row in connection.execute(of_them.where(c.day >= wanted.first_day)).all()
        if wanted.device_id is None or datetime.combine(row.day, _NOON, wanted.days.zone) >= wanted.since
    ]
    by_place, touched = said.by_place({row.seq for row in found}), set[tuple[int, date]]()
    for row in found:
        to = wanted.to(row.day.isoformat())
        if row.seq in by_place and to != row.counter_id:
            _move_count(connection, row, to)
            touched |= {(row.counter_id, row.day), (to, row.day)}
    return touched


def _move_count(connection: Connection, row: Row[Any], to: int) -> None:
    c = transaction_count.c
    here = (c.journal_id == row.journal_id) & (c.day == row.day)
    connection.execute(delete(transaction_count).where(here, c.counter_id == row.counter_id))
    there = connection.execute(select(c.seq).where(here, c.counter_id == to)).scalar_one_or_none()
    # As when they come: a later entry corrects an earlier one.
    if there is None or there < row.seq:
        connection.execute(delete(transaction_count).where(here, c.counter_id == to))
        connection.execute(insert(transaction_count).values({**row._mapping, "counter_id": to}))
