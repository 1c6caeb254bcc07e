"""Step 12, tally: how many, per counter, day, part of day, survey, question, level and standing.

A tally is nothing but the count of the ratings stored: recounting them must always give
the same numbers. Pure: no database, no clock.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from operator import itemgetter
from typing import NamedTuple

from kiosk.domain.visit.rating import Standing
from sync.collector.replica.projection_rows import RatingRow, ReasonRow

COUNTED = str(Standing.COUNTED)
ASIDE = "aside"
"""The stream of the levels of what was set aside; how many there are for which reason has streams by standing."""
REASON = "reason:"
"""What the stream of a reason begins with."""


class TallyKey(NamedTuple):
    """What ratings are counted by, within one journal."""

    counter_id: int
    day: str
    part: str
    survey: str
    question: str
    level: int
    standing: str


class ReasonKey(NamedTuple):
    """What chosen reasons are counted by, within one journal."""

    counter_id: int
    day: str
    part: str
    survey: str
    question: str
    standing: str
    reason: str


_PLACE = itemgetter(*map(RatingRow._fields.index, TallyKey._fields))


def tally_key(row: RatingRow) -> TallyKey:
    """Where a rating counts."""
    return TallyKey(row.counter_id, row.day, row.part, row.survey, row.question, row.level, row.standing)


def count_ratings(rows: Iterable[RatingRow]) -> "Counter[TallyKey]":
    """How many of ``rows`` count where."""
    # Counted as plain tuples, of which there are few: a key for every rating would take five times as long.
    counts = Counter(map(_PLACE, rows))
    return Counter({TallyKey._make(place): n for place, n in counts.items()})


def count_move(row: RatingRow, level: int) -> "Counter[TallyKey]":
    """What changes when a stored rating's level becomes ``level``: one less there, one more here."""
    moved: Counter[TallyKey] = Counter()
    moved[tally_key(row)] -= 1
    moved[tally_key(row._replace(level=level))] += 1
    return moved


def count_reasons(reasons: Iterable[ReasonRow], ratings: Mapping[int, RatingRow]) -> "Counter[ReasonKey]":
    """How many of ``reasons`` count where; ``ratings`` holds the rating of each."""
    return Counter(reason_key(ratings[row.rating_seq], row.reason) for row in reasons)


def reason_key(row: RatingRow, reason: str) -> ReasonKey:
    """Where a reason of a rating counts."""
    return ReasonKey(row.counter_id, row.day, row.part, row.survey, row.question, row.standing, reason)


def count_uncut(counts: Mapping[TallyKey, int]) -> "Counter[tuple[int, str, str, str, str, str]]":
    """How many ratings no block holds that did not count before, by all but their level."""
    found: Counter[tuple[int, str, str, str, str, str]] = Counter()
    for key, n in counts.items():
        found[key.counter_id, key.day, key.part, key.survey, key.question, key.standing] += n
    return found
