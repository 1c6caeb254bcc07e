"""Judging: reads on in a journal, and keeps each cut that its new lines state or make due.

Journal by journal, so many lines at a time in one transaction, and as often as anybody likes: how far it came is kept
with what it wrote. What an older journal left uncut is cut when it has gone on in another.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import NamedTuple

import structlog
from sqlalchemy import Connection, bindparam, delete, select, update

from kiosk.domain.visit.survey import Survey
from kiosk.journal.judged import Judge, Judged
from sync.collector.replica.blocks.kept import count_uncut_anew, keep_block, put_back, read_reasons, read_rows
from sync.collector.replica.blocks.lines import Carried, carried_lines, heirs_of, own_entries
from sync.collector.replica.blocks.series import levels_of, series_of
from sync.collector.replica.blocks.sums import COUNTED, Doubtful, fault_of
from sync.collector.replica.blocks.tree import grow
from sync.collector.replica.continued import Position, counted_positions
from sync.collector.replica.dropped import floor_of
from sync.collector.replica.held import BlockKey, begin_cuts, blocks_of, held_seqs, mark_due, owners_of
from sync.collector.replica.keep import keep_unread
from sync.collector.replica.projection_rows import RatingRow, Unread, UnreadReason
from sync.collector.store.blame import lies_in_the_data
from sync.collector.store.bulk import insert_rows
from sync.collector.store.schema import block, cut_due, cut_state, journal, micros, unread
from sync.collector.store.writer import Transact

JOURNALS_AT_ONCE = 4
"""So many journals share a transaction: after an outage each of them has weeks to be read, and on SQLite whatever else
is to be written waits for it …"""
LINES_AT_ONCE = 5000
"""… and of each so many lines are read in it: an append waits no longer than for these."""

# Statements that each journal runs are made once: making one takes longer than it takes the database to answer it.
_LOCKED = (
    select(journal.c.last_received_at, journal.c.continued)
    .where(journal.c.journal_id == bindparam("wanted"))
    .with_for_update()
)
_HEIRS = select(journal.c.journal_id).where(journal.c.continues == bindparam("wanted")).limit(1)
_STATE = select(cut_state.c.next_seq, cut_state.c.state, cut_state.c.begun_seq).where(
    cut_state.c.journal_id == bindparam("wanted")
)
_READ = (
    update(cut_state)
    .where(cut_state.c.journal_id == bindparam("wanted"))
    .values(next_seq=bindparam("read"), state=bindparam("left"))
)
_KEPT = select(block.c.last_seq).where(block.c.journal_id == bindparam("wanted"), block.c.last_seq == bindparam("last"))
_DONE = delete(cut_due).where(cut_due.c.journal_id == bindparam("wanted"))

_log = structlog.get_logger("collector.blocks")

Surveys = Mapping[str, Survey]


def judge_due(transact: Transact, surveys: Surveys, limit: int | None = None, apart: Collection[str] = ()) -> list[str]:
    """Judge what is due, ``limit`` journals at most; which could not be judged.

    Those in ``apart`` failed lately: they wait, and are not tried again. Raises what is the matter with the database.
    """
    failed: list[str] = []
    left = limit
    seen: set[str] = set()
    while left is None or left > 0:
        some = transact(partial(_due, apart=(*apart, *failed), limit=min(JOURNALS_AT_ONCE, left or JOURNALS_AT_ONCE)))
        if not some:
            break
        failed += _judge_some(transact, surveys, some)
        fresh = set(some) - seen
        seen |= fresh
        left = None if left is None else left - len(fresh)
    return failed


def is_due(connection: Connection, apart: Collection[str] = ()) -> bool:
    """Whether any journal is to be judged; reads one row."""
    return bool(_due(connection, apart, 1))


def judge_anew(connection: Connection, journal_ids: Iterable[str]) -> None:
    """Have these journals judged from the line at which cutting began, because ratings of theirs came to be read.

    What is shown stays as it is: ratings that come to it now are in no block, and wait. What came before that line was
    told by then, and would be told twice.
    """
    for journal_id in sorted({owner for each in journal_ids for owner in owners_of(connection, each)}):
        _locked(connection, journal_id)
        told = (unread.c.journal_id == journal_id) & (unread.c.reason == UnreadReason.BAD_CUT)
        connection.execute(delete(unread).where(told))
        floor = floor_of(connection, journal_id)
        not_shown = select(block.c.last_seq, block.c.held).where(
            block.c.journal_id == journal_id, block.c.shown_at.is_(None)
        )
        for one in connection.execute(not_shown).all():
            # What holds ratings that were dropped stays as it was judged.
            if floor is None or min(held_seqs(one.held).get(journal_id, (floor.last + 1,))) > floor.last:
                put_back(connection, BlockKey(journal_id, one.last_seq))
        of_it = update(cut_state).where(cut_state.c.journal_id == journal_id)
        if floor is None:
            connection.execute(of_it.values(next_seq=cut_state.c.begun_seq, state=""))
        else:
            connection.execute(of_it.values(next_seq=floor.last + 1, state=floor.state))
        mark_due(connection, [journal_id])


def _judge_some(transact: Transact, surveys: Surveys, journals: list[str]) -> list[str]:
    """Judge these, fewer at a time until what fails is one journal; which those are."""
    try:
        transact(partial(_judge_all, journals=journals, surveys=surveys))
    except Exception as error:
        if not lies_in_the_data(error):
            raise
        if len(journals) > 1:
            half = len(journals) // 2
            return _judge_some(transact, surveys, journals[:half]) + _judge_some(transact, surveys, journals[half:])
        _log.exception("a journal's cuts cannot be judged", journal=journals[0])
        return journals
    return []


def _due(connection: Connection, apart: Collection[str], limit: int) -> list[str]:
    wanted = select(cut_due.c.journal_id).order_by(cut_due.c.journal_id).limit(limit)
    wanted = wanted.where(cut_due.c.journal_id.not_in(sorted(apart))) if apart else wanted
    return list(connection.execute(wanted).scalars())


def _judge_all(connection: Connection, journals: list[str], surveys: Surveys) -> None:
    for journal_id in journals:
        if judge_journal(connection, journal_id, surveys):
            connection.execute(_DONE, {"wanted": journal_id})


def judge_journal(connection: Connection, journal_id: str, surveys: Surveys) -> bool:
    """Read on in one journal; whether it was read to its end."""
    copy = _locked(connection, journal_id)
    if copy is None:
        return True
    run = _Judging(connection, copy, surveys)
    entries = own_entries(connection, journal_id, run.next_seq, LINES_AT_ONCE)
    wrong = grow(connection, journal_id, entries, is_continued=copy.continued)
    run.read((seq, line) for seq, _, line in entries)
    run.tell_signed(wrong)
    is_at_end = len(entries) < LINES_AT_ONCE
    if is_at_end and copy.continued:
        run.end()
    run.keep_state()
    return is_at_end


@dataclass(frozen=True, slots=True)
class _Copy:
    journal_id: str
    received_at: datetime
    continued: bool
    """Whether anything of it came, or may come, in another."""


def _locked(connection: Connection, journal_id: str) -> _Copy | None:
    """The journal, with nothing appended until this transaction ends."""
    row = connection.execute(_LOCKED, {"wanted": journal_id}).one_or_none()
    if row is None:
        return None
    is_continued = row.continued or connection.execute(_HEIRS, {"wanted": journal_id}).first() is not None
    return _Copy(journal_id, row.last_received_at, is_continued)


class _Begun(NamedTuple):
    """How far a journal was read."""

    next_seq: int
    state: str | None
    first: int
    """The line at which its cutting began: what came before was told by then."""


def _begin(connection: Connection, journal_id: str) -> _Begun:
    """How far a journal was read. One that never was is counted as uncut, whoever wrote its tallies."""
    row = connection.execute(_STATE, {"wanted": journal_id}).one_or_none()
    if row is not None:
        return _Begun(row.next_seq, row.state or None, row.begun_seq)
    count_uncut_anew(connection, journal_id)
    begin_cuts(connection, journal_id)
    return _Begun(1, None, 1)


class _Judging:
    """One journal while its cuts are kept."""

    def __init__(self, connection: Connection, copy: _Copy, surveys: Surveys) -> None:
        self._connection, self._copy, self._surveys = connection, copy, surveys
        begun = _begin(connection, copy.journal_id)
        self.next_seq = begun.next_seq
        self._judge = Judge(levels_of(surveys), begun.state)
        self._carried = Carried()

    def read(self, lines: Iterable[tuple[int, bytes]]) -> None:
        """Take these lines in, which follow those before."""
        for seq, line in lines:
            for one in self._judge.read(seq, line):
                self._keep(one)
            self.next_seq = seq + 1

    def end(self) -> None:
        """Read what came elsewhere, if all of it is there, and cut what is left."""
        heirs = heirs_of(self._connection, self._copy.journal_id)
        if heirs is None:
            return
        for heir in heirs:
            _locked(self._connection, heir)
            _begin(self._connection, heir)
        self._carried = carried_lines(self._connection, self._copy.journal_id, heirs, self.next_seq)
        self.read(self._carried.lines)
        for one in self._judge.end():
            self._keep(one)

    def tell_signed(self, cuts: Iterable[int]) -> None:
        """Set these cuts aside, where IT staff see it: what was signed of the tree up to them is not what lines say."""
        rows = [Unread(seq, UnreadReason.BAD_TREE, "") for seq in sorted(set(cuts))]
        received = {"journal_id": self._copy.journal_id, "received_at": micros(self._copy.received_at)}
        # A cut that does not hold itself is told so already.
        insert_rows(self._connection, unread, received, Unread._fields, rows, then="ON CONFLICT DO NOTHING")

    def keep_state(self) -> None:
        """Remember how far it was read."""
        values = {"wanted": self._copy.journal_id, "read": self.next_seq, "left": self._judge.state}
        self._connection.execute(_READ, values)

    def _keep(self, one: Judged) -> None:
        if one.held and self._is_kept(one.held[-1]):
            return
        rows = self._rows(one.held)
        fault = str(one.wrong or Doubtful.DIFFERS)
        if rows:
            counted = [at for at, row in rows.items() if row.standing == COUNTED]
            reasons = read_reasons(self._connection, counted)
            found = fault_of(one, rows, reasons, self._surveys)
            self._write(one, rows, reasons, found)
            if found is None:
                return
            fault = found
        if one.is_kiosks:
            self._tell(one.seq, fault)

    def _is_kept(self, last_seq: int) -> bool:
        """Whether the block is there already: what was shown stays as it is when a journal is judged anew."""
        named = {"wanted": self._copy.journal_id, "last": last_seq}
        return self._connection.execute(_KEPT, named).first() is not None

    def _rows(self, seqs: tuple[int, ...]) -> dict[Position, RatingRow]:
        """The ratings of a cut, wherever they are counted; not those which another block holds."""
        said = [self._carried.place(self._copy.journal_id, seq) for seq in seqs]
        counted = counted_positions(self._connection, said)
        places = {counted.get(at, at) for at in said}
        for journal_id in sorted({at.journal_id for at in places}):
            begun = _begin(self._connection, journal_id)
            here = {at.seq for at in places if at.journal_id == journal_id}
            elsewhere = blocks_of(self._connection, journal_id, here)
            places -= {Position(journal_id, seq) for seq in elsewhere}
            places -= {at for at in places if at.journal_id == journal_id and at.seq < begun.first}
        return read_rows(self._connection, places)

    def _write(
        self, one: Judged, rows: dict[Position, RatingRow], reasons: Mapping[str, int], fault: str | None
    ) -> None:
        first = rows[min(rows)]
        values = {
            "series": series_of(self._surveys, first.survey, first.question),
            "question": first.question,
            "cut_seq": one.seq,
            "is_kiosks": one.is_kiosks,
            "is_tail": one.cut.is_tail,
            "fault": fault,
        }
        keep_block(self._connection, BlockKey(self._copy.journal_id, one.held[-1]), values, rows, reasons)

    def _tell(self, seq: int, fault: str) -> None:
        """Set the entry aside, where IT staff see it."""
        at = self._carried.place(self._copy.journal_id, seq)
        here = (unread.c.journal_id == at.journal_id) & (unread.c.seq == at.seq)
        self._connection.execute(delete(unread).where(here))
        said = [Unread(at.seq, UnreadReason.BAD_CUT, fault)]
        keep_unread(self._connection, at.journal_id, micros(self._copy.received_at), said)
