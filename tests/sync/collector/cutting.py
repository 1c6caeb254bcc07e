"""Cuts for the collector's tests: blocks as a kiosk's cuts would make them, of what was stored."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, func, select

from sync.collector.fleet.surveys.library import shipped_surveys
from sync.collector.replica.blocks.series import series_of
from sync.collector.replica.shown import LEVEL_NAMES
from sync.collector.store.bulk import insert_rows
from sync.collector.store.schema import block, block_piece, block_reason, counter, rating, reason_choice

SURVEYS = shipped_surveys()
_BLOCK = ("journal_id", "last_seq", "series", "question", "cut_seq", "is_kiosks", "is_tail", "fault", "counter_id",
          "unit_id", "first_day", "first_part", "last_day", "last_part", "n")  # fmt: skip


def cut_stored(connection: Connection, least: int = 5, fault: str | None = None) -> None:
    """Cut what no block holds: whole half days of a counter and series, until they are enough; what is left waits."""
    rows = connection.execute(select(rating).order_by(rating.c.journal_id, rating.c.seq)).all()
    for (journal_id, counter_id, series, question), run in _streams(rows):
        spent = _spent(connection, journal_id, counter_id, series, question)
        left = sorted((row for row in run if row.seq > spent), key=lambda row: (row.day, row.part, row.seq))
        taken: list[Any] = []
        for _, half in groupby(left, key=lambda row: (row.day, row.part)):
            half_day = list(half)
            if taken and taken[0].day.month != half_day[0].day.month:
                _keep(connection, series, taken, fault, is_tail=True)
                taken = []
            taken += half_day
            if sum(row.standing == "counted" for row in taken) >= least:
                _keep(connection, series, taken, fault, is_tail=False)
                taken = []


def _streams(rows: Iterable[Any]) -> Iterator[tuple[tuple[str, int, str, str], list[Any]]]:
    found: dict[tuple[str, int, str, str], list[Any]] = {}
    for row in rows:
        series = series_of(SURVEYS, row.survey, row.question)
        found.setdefault((row.journal_id, row.counter_id, series, row.question), []).append(row)
    yield from found.items()


def _spent(connection: Connection, journal_id: str, counter_id: int, series: str, question: str) -> int:
    b, p = block.c, block_piece.c
    here = select(p.last_seq).where(p.journal_id == b.journal_id, p.last_seq == b.last_seq, p.counter_id == counter_id)
    wanted = select(func.max(b.last_seq)).where(
        b.journal_id == journal_id, b.series == series, b.question == question, here.exists()
    )
    return connection.execute(wanted).scalar_one() or 0


def _keep(connection: Connection, series: str, rows: list[Any], fault: str | None, *, is_tail: bool) -> None:
    last, journal_id, counter_id = max(row.seq for row in rows), rows[0].journal_id, rows[0].counter_id
    ends = [(row.day, row.part) for row in rows]
    unit_id = connection.execute(select(counter.c.unit_id).where(counter.c.counter_id == counter_id)).scalar_one()
    n = sum(row.standing == "counted" for row in rows)
    said = (journal_id, last, series, rows[0].question, last + 1, True, is_tail, fault, counter_id, unit_id)
    insert_rows(connection, block, {}, _BLOCK, [(*said, *_text(min(ends)), *_text(max(ends)), n)])
    pieces: dict[tuple[Any, ...], list[int]] = {}
    for row in rows:
        levels = pieces.setdefault((row.counter_id, row.day.isoformat(), row.part, row.standing), [0] * 5)
        levels[row.level - 1] += 1
    of_block = {"journal_id": journal_id, "last_seq": last}
    names = ("counter_id", "day", "part", "standing", *LEVEL_NAMES)
    insert_rows(connection, block_piece, of_block, names, [(*key, *levels) for key, levels in pieces.items()])
    seqs = [row.seq for row in rows if row.standing in ("counted", "suspect")]
    c = reason_choice.c
    chosen = connection.execute(select(c.reason).where(c.journal_id == journal_id, c.rating_seq.in_(seqs))).scalars()
    insert_rows(connection, block_reason, of_block, ("reason", "n"), list(Counter(chosen).items()))


def _text(end: tuple[date, str]) -> tuple[str, str]:
    return end[0].isoformat(), end[1]
