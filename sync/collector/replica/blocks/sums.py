"""Sums: what a block holds, added up from the ratings' rows as the collector has them. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple

from kiosk.domain.numbers.blocks import COUNTED_MIN
from kiosk.domain.visit.rating import Standing
from kiosk.domain.visit.survey import Survey
from kiosk.journal.judged import Judged
from sync.collector.replica.blocks.series import series_of
from sync.collector.replica.continued import Position
from sync.collector.replica.projection_rows import RatingRow

COUNTED = str(Standing.COUNTED)


class Doubtful(StrEnum):
    """Why else than by its own lines (``kiosk.domain.numbers.blocks.Invalid``) a block is not shown."""

    SERIES = "series"
    """Its survey has other levels here, or its ratings belong to several series."""
    DIFFERS = "differs"
    """The desk counts a few ratings that do not count here, or not so: beside it these few could be read."""
    FEW = "few_here"
    """Fewer than five of its ratings count here."""


class PieceKey(NamedTuple):
    """Where, when and as what ratings of a block stand."""

    counter_id: int
    day: str
    part: str
    standing: str


class UncutKey(NamedTuple):
    """By what ratings are counted that no block holds, within one journal."""

    counter_id: int
    day: str
    part: str
    survey: str
    question: str
    standing: str


Rows = Mapping[Position, RatingRow]
"""The ratings of a block, by where they are counted."""


def piece_key(row: RatingRow) -> PieceKey:
    """Where a rating of a block is added."""
    return PieceKey(row.counter_id, row.day, row.part, row.standing)


def uncut_key(row: RatingRow) -> UncutKey:
    """Where a rating is counted before a block holds it."""
    return UncutKey(row.counter_id, row.day, row.part, row.survey, row.question, row.standing)


def add_up(rows: Iterable[RatingRow]) -> dict[PieceKey, Counter[int]]:
    """How many there are, by level."""
    found: dict[PieceKey, Counter[int]] = {}
    for row in rows:
        found.setdefault(piece_key(row), Counter())[row.level] += 1
    return found


def fault_of(judged: Judged, rows: Rows, reasons: Mapping[str, int], surveys: Mapping[str, Survey]) -> str | None:
    """Why the block is not to be shown; None for a good one."""
    if judged.wrong is not None:
        return str(judged.wrong)
    series = {series_of(surveys, row.survey, row.question) for row in rows.values()}
    said = judged.cut.stream[1]
    if len(series) > 1 or (said.levels and not any("@" in each or each == said.key for each in series)):
        return Doubtful.SERIES
    counts = Counter(row.level for row in rows.values() if row.standing == COUNTED)
    if judged.is_kiosks and not judged.cut.is_tail and _differs(judged, counts, reasons):
        return Doubtful.DIFFERS
    suspect = any(row.standing == Standing.SUSPECT for row in rows.values())
    is_few = 0 < counts.total() < COUNTED_MIN or (not counts and not suspect)
    return Doubtful.FEW if is_few and not judged.cut.is_tail else None


def _differs(judged: Judged, counts: Counter[int], reasons: Mapping[str, int]) -> bool:
    """Whether what the kiosk shows of the block, less what is shown here, would be one to four ratings.

    Where as many count as the kiosk says, each level and reason must be as it says.
    """
    less = judged.cut.counted - counts.total()
    if less:
        return less < COUNTED_MIN
    said = judged.cut.sums.get(COUNTED)
    return said is not None and (dict(said.levels) != dict(counts) or dict(said.reasons) != dict(reasons))
