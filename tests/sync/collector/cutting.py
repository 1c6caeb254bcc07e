"""Cuts for the collector's tests: blocks as a kiosk's cuts would make them, of what was stored."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, update

from kiosk.domain.visit.survey import Survey, read_survey
from sync.collector.fleet.surveys.library import shipped_surveys
from sync.collector.replica.blocks.kept import keep_block, read_reasons, read_rows
from sync.collector.replica.blocks.series import series_of
from sync.collector.replica.continued import Position
from sync.collector.replica.held import BlockKey, begin_cuts, held_seqs
from sync.collector.store.schema import block, cut_due, cut_state, rating, survey_text

SURVEYS = shipped_surveys()
NEVER = 2**40
"""A line up to which nobody judges these journals: they are cut here."""
# Made once: tests cut after every batch.
_RATINGS = select(rating).order_by(rating.c.journal_id, rating.c.seq)
_LEFT = select(cut_state.c.journal_id).where(cut_state.c.next_seq >= NEVER)
_STILL_DUE = select(cut_due.c.journal_id)
_BLOCKS = select(block.c.journal_id, block.c.held)
_PUBLISHED = select(survey_text.c.ref, survey_text.c.text).where(survey_text.c.published_at.is_not(None))
_UNREAD = (
    update(cut_state)
    .where(cut_state.c.journal_id == bindparam("wanted"), cut_state.c.next_seq == 1)
    .values(next_seq=NEVER)
)
_DUE = delete(cut_due).where(cut_due.c.journal_id == bindparam("wanted"))


def cut_stored(connection: Connection, least: int = 5, fault: str | None = None) -> None:
    """Cut what no block holds: whole half days of a counter and series, until they are enough; what is left waits."""
    rows = connection.execute(_RATINGS).all()
    for (_, _, series, _), run in _streams(connection, rows):
        taken: list[Any] = []
        for _, half in groupby(sorted(run, key=_when), key=lambda row: (row.day, row.part)):
            half_day = list(half)
            if taken and taken[0].day.month != half_day[0].day.month:
                _keep(connection, series, taken, fault, is_tail=True)
                taken = []
            taken += half_day
            if sum(row.standing == "counted" for row in taken) >= least:
                _keep(connection, series, taken, fault, is_tail=False)
                taken = []


def leave_uncut(connection: Connection, journal_id: str) -> None:
    """Let nobody judge this journal."""
    begin_cuts(connection, journal_id)
    connection.execute(_UNREAD, {"wanted": journal_id})
    connection.execute(_DUE, {"wanted": journal_id})


def _when(row: Any) -> Any:
    return row.day, row.part, row.seq


def _streams(connection: Connection, rows: Iterable[Any]) -> Iterator[tuple[tuple[str, int, str, str], list[Any]]]:
    found: dict[tuple[str, int, str, str], list[Any]] = {}
    surveys, held = _surveys(connection), _held(connection)
    left = set(connection.execute(_LEFT).scalars()) - set(connection.execute(_STILL_DUE).scalars())
    for journal_id, of_journal in groupby(rows, key=lambda row: row.journal_id):
        if journal_id not in left:
            leave_uncut(connection, journal_id)
        for row in of_journal:
            if row.seq not in held.get(journal_id, ()):
                series = series_of(surveys, row.survey, row.question)
                found.setdefault((journal_id, row.counter_id, series, row.question), []).append(row)
    yield from found.items()


def _held(connection: Connection) -> dict[str, set[int]]:
    """What blocks hold of each journal, be they of one that continues it."""
    found: dict[str, set[int]] = {}
    for row in connection.execute(_BLOCKS):
        for journal_id, seqs in held_seqs(row.held).items():
            found.setdefault(journal_id, set()).update(seqs)
    return found


def _keep(connection: Connection, series: str, rows: list[Any], fault: str | None, *, is_tail: bool) -> None:
    last, journal_id = max(row.seq for row in rows), rows[0].journal_id
    said = {"series": series, "question": rows[0].question, "cut_seq": last, "is_kiosks": False, "is_tail": is_tail,
            "fault": fault}  # fmt: skip
    found = read_rows(connection, [Position(journal_id, row.seq) for row in rows])
    reasons = read_reasons(connection, [at for at, row in found.items() if row.standing == "counted"])
    keep_block(connection, BlockKey(journal_id, last), said, found, reasons)


def _surveys(connection: Connection) -> dict[str, Survey]:
    return {**SURVEYS, **{ref: read_survey(text, ref) for ref, text in connection.execute(_PUBLISHED)}}
