"""Hidden: blocks that are shown nowhere, each with a reason that holds."""

from typing import Any

from sqlalchemy import Connection, Row, select

from kiosk.domain.numbers.blocks import COUNTED_MIN, Cut, Series
from kiosk.journal.judged import Judge, Judged
from sync.collector.proof.wrong import What, Wrong
from sync.collector.replica.blocks.judging import Surveys
from sync.collector.replica.blocks.kept import read_reasons, read_rows
from sync.collector.replica.blocks.series import levels_of
from sync.collector.replica.blocks.sums import COUNTED, Rows, fault_of
from sync.collector.replica.continued import Position
from sync.collector.replica.dropped import Floor, floor_of
from sync.collector.replica.held import held_seqs
from sync.collector.replica.stored import stored_entries
from sync.collector.store.schema import block
from sync.protocol.messages import SEQ_MAX


def check_hidden(connection: Connection, journal_id: str, surveys: Surveys, least: int) -> None:
    """Judge each cut anew that is said not to hold, and look for blocks that hold and are kept back; raises Wrong.

    ``least`` is how many a block must count by the settings. A cut that a kiosk made in another journal is left out.
    """
    b = block.c
    here = select(block).where(b.journal_id == journal_id).order_by(b.last_seq)
    believed = here.where(b.fault.is_(None), b.is_tail.is_(False), b.grain.is_not(None), b.shown_at.is_(None))
    kept_back = connection.execute(believed.where(b.n >= max(least, COUNTED_MIN)).limit(1)).first()
    if kept_back is not None:
        raise Wrong(What.BLOCK_HIDDEN, first=kept_back.last_seq)
    doubted = connection.execute(here.where(b.fault.is_not(None))).all()
    floor = floor_of(connection, journal_id)
    cuts = _cuts(connection, journal_id, surveys, floor) if any(row.is_kiosks for row in doubted) else {}
    for row in doubted:
        if floor is not None and _holds_gone(row.held, journal_id, floor):
            continue
        rows = _rows(connection, row.held)
        cut = cuts.get(row.cut_seq) if row.is_kiosks else _cut_here(row)
        if cut is not None and cut.held and cut.held[-1] == row.last_seq and _holds(connection, cut, rows, surveys):
            raise Wrong(What.BLOCK_HIDDEN, first=row.last_seq)


def _holds_gone(held: str, journal_id: str, floor: Floor) -> bool:
    """Whether ratings in it were dropped: whether it holds can be found no more."""
    return any(seq <= floor.last for seq in held_seqs(held).get(journal_id, ()))


def _cuts(connection: Connection, journal_id: str, surveys: Surveys, floor: Floor | None) -> dict[int, Judged]:
    first = 1 if floor is None else floor.last + 1
    lines = ((seq, line) for seq, _, line in stored_entries(connection, journal_id, first, SEQ_MAX) if seq >= first)
    judge = Judge(levels_of(surveys), None if floor is None else floor.state or None)
    return {each.seq: each for seq, line in lines for each in judge.read(seq, line) if each.is_kiosks}


def _cut_here(row: Row[Any]) -> Judged:
    """The cut of a block that the collector made: it states nothing, so only what it holds can be wrong with it."""
    stated = Cut(("", Series("", row.question, ())), row.last_seq, bool(row.is_tail), {})
    return Judged(row.cut_seq, stated, is_kiosks=False, held=(row.last_seq,))


def _rows(connection: Connection, held: str) -> Rows:
    return read_rows(connection, [Position(each, seq) for each, seqs in held_seqs(held).items() for seq in seqs])


def _holds(connection: Connection, cut: Judged, rows: Rows, surveys: Surveys) -> bool:
    counted = [at for at, row in rows.items() if row.standing == COUNTED]
    return fault_of(cut, rows, read_reasons(connection, counted), surveys) is None
