"""Cuts for the collector's tests: blocks as a kiosk's cuts would make them, of what was stored."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, delete, select, update

from kiosk.domain.visit.survey import Survey, read_survey
from sync.collector.fleet.surveys.library import shipped_surveys
from sync.collector.replica.blocks.kept import keep_block, read_reasons, read_rows
from sync.collector.replica.blocks.series import series_of
from sync.collector.replica.continued import Position
from sync.collector.replica.held import BlockKey, begin_cuts, blocks_of
from sync.collector.store.schema import cut_due, cut_state, rating, survey_text

SURVEYS = shipped_surveys()
NEVER = 2**40
"""A line up to which nobody judges these journals: they are cut here."""


def cut_stored(connection: Connection, least: int = 5, fault: str | None = None) -> None:
    """Cut what no block holds: whole half days of a counter and series, until they are enough; what is left waits."""
    rows = connection.execute(select(rating).order_by(rating.c.journal_id, rating.c.seq)).all()
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
    unread = (cut_state.c.journal_id == journal_id) & (cut_state.c.next_seq == 1)
    connection.execute(update(cut_state).where(unread).values(next_seq=NEVER))
    connection.execute(delete(cut_due).where(cut_due.c.journal_id == journal_id))


def _when(row: Any) -> Any:
    return row.day, row.part, row.seq


def _streams(connection: Connection, rows: Iterable[Any]) -> Iterator[tuple[tuple[str, int, str, str], list[Any]]]:
    found: dict[tuple[str, int, str, str], list[Any]] = {}
    surveys = _surveys(connection)
    for journal_id, of_journal in groupby(rows, key=lambda row: row.journal_id):
        own = list(of_journal)
        leave_uncut(connection, journal_id)
        held = blocks_of(connection, journal_id, {row.seq for row in own})
        for row in own:
            if row.seq not in held:
                series = series_of(surveys, row.survey, row.question)
                found.setdefault((journal_id, row.counter_id, series, row.question), []).append(row)
    yield from found.items()


def _keep(connection: Connection, series: str, rows: list[Any], fault: str | None, *, is_tail: bool) -> None:
    last, journal_id = max(row.seq for row in rows), rows[0].journal_id
    said = {"series": series, "question": rows[0].question, "cut_seq": last, "is_kiosks": False, "is_tail": is_tail,
            "fault": fault}  # fmt: skip
    found = read_rows(connection, [Position(journal_id, row.seq) for row in rows])
    reasons = read_reasons(connection, [at for at, row in found.items() if row.standing == "counted"])
    keep_block(connection, BlockKey(journal_id, last), said, found, reasons)


def _surveys(connection: Connection) -> dict[str, Survey]:
    published = select(survey_text.c.ref, survey_text.c.text).where(survey_text.c.published_at.is_not(None))
    return {**SURVEYS, **{ref: read_survey(text, ref) for ref, text in connection.execute(published)}}
