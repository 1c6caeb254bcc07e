"""Block: one as it is kept, and what of it follows from where its ratings stand and from what people decided."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, select

from kiosk.domain.numbers.blocks import COUNTED_MIN
from kiosk.domain.visit.rating import Standing
from kiosk.domain.visit.survey import Survey
from sync.collector.proof.rows import Kind
from sync.collector.replica.blocks.series import series_of
from sync.collector.replica.outgoing.unions import common_unit, units_of
from sync.collector.replica.shown import Ends, grain_of
from sync.collector.replica.stretch import ANY_PART, Stretch, read_suspect
from sync.collector.store.schema import series_version

_COUNTED, _SUSPECT = str(Standing.COUNTED), str(Standing.SUSPECT)
Piece = tuple[int, str, str, str]
"""Where, when and as what some of its ratings stand: counter, day, part and standing."""


class Block(NamedTuple):
    """A block as the database keeps it."""

    last_seq: int
    series: str
    question: str
    cut_seq: int
    is_kiosks: bool
    is_tail: bool
    fault: str | None
    counter_id: int | None
    unit_id: int
    first_day: str
    first_part: str
    last_day: str
    last_part: str
    held: str
    n: int
    grain: str | None
    is_suspect: bool
    is_shown: bool
    is_pooled: bool
    """Whether it is shown with others in a pool, as only a tail can be."""
    loose: str | None


class Standings:
    """How the blocks of one kiosk have to stand, by what is known of counters, surveys and decisions now."""

    def __init__(self, connection: Connection, surveys: Mapping[str, Survey]) -> None:
        self._connection, self._surveys = connection, surveys
        self._units: dict[frozenset[int], int] = {}
        self._decided: dict[int, list[Stretch]] = {}
        v = series_version.c
        self._allowed: dict[tuple[str, str], frozenset[str]] = {}
        self._told = {tuple(row) for row in connection.execute(select(v.survey, v.question))}

    def wrong_of(self, one: Block, kinds: Iterable[Kind], pieces: Mapping[Piece, object]) -> str | None:
        """The column that is not as the block's ratings have it, by their ``kinds`` and places; None where all are."""
        asked = {(kind.survey, kind.question) for kind in kinds}
        if {question for _, question in asked} != {one.question}:
            return "question"
        found = [one.series in self._series_of(*each) for each in asked]
        if not (any(found) if one.fault else all(found)):
            return "series"
        counters = frozenset(counter for counter, *_ in pieces)
        if one.counter_id != (next(iter(counters)) if len(counters) == 1 else None):
            return "counter"
        return self._wrong_place(one, counters, pieces) or self._wrong_standing(one, pieces)

    def _series_of(self, survey: str, question: str) -> frozenset[str]:
        """Where a version is added up; one that nobody was told of yet may stand where it stood before it was known."""
        asked = (survey, question)
        if asked not in self._allowed:
            known = series_of(self._surveys, survey, question)
            self._allowed[asked] = frozenset({known} if asked in self._told else {known, survey})
        return self._allowed[asked]

    def _wrong_place(self, one: Block, counters: frozenset[int], pieces: Mapping[Piece, object]) -> str | None:
        if counters not in self._units:
            self._units[counters] = common_unit(self._connection, units_of(self._connection, counters))
        if one.unit_id != self._units[counters]:
            return "unit"
        halves = [(day, part) for _, day, part, _ in pieces]
        if (one.first_day, one.first_part) != min(halves) or (one.last_day, one.last_part) != max(halves):
            return "days"
        ends = Ends(date.fromisoformat(one.first_day), one.first_part, date.fromisoformat(one.last_day), one.last_part)
        if one.grain not in (None, grain_of(ends)):
            return "grain"
        may_be_loose = one.is_tail and one.fault is None and not one.is_pooled and not one.is_suspect
        is_month = one.loose == one.first_day[:7] + "-01" == one.last_day[:7] + "-01"
        return None if one.loose is None or (may_be_loose and is_month) else "loose"

    def _wrong_standing(self, one: Block, pieces: Mapping[Piece, object]) -> str | None:
        """What does not follow from the decisions that stand, once the block was looked at for the reports."""
        if one.grain is None:
            return "shown" if one.is_shown or one.is_pooled else None
        standings = {standing for *_, standing in pieces}
        if one.fault is None:
            is_decided = not one.is_pooled and any(self._is_in(one, each, pieces) for each in self._of(one.counter_id))
            if bool(one.is_suspect) is not is_decided or (_COUNTED if is_decided else _SUSPECT) in standings:
                return "standing"
        is_large = one.is_tail if one.is_pooled else not one.is_tail and one.n >= COUNTED_MIN
        may_be = one.fault is None and is_large
        return "shown" if (one.is_shown or one.is_pooled) and not may_be else None

    def _is_in(self, one: Block, stretch: Stretch, pieces: Mapping[Piece, object]) -> bool:
        """As ``lies_in`` of ``sync.collector.replica.outgoing.standings`` has it, without asking the database."""
        parts = {part for _, _, part, _ in pieces}
        inside = stretch.first.isoformat() <= one.first_day and one.last_day <= stretch.last.isoformat()
        return inside and (stretch.part == ANY_PART or parts == {stretch.part})

    def _of(self, counter_id: int | None) -> list[Stretch]:
        if counter_id is None:
            return []
        if counter_id not in self._decided:
            self._decided[counter_id] = read_suspect(self._connection, {counter_id})
        return self._decided[counter_id]
