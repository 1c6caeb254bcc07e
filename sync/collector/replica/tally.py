"""Step 12, tally: how many, per counter, day, part of day, survey, question, level and standing.

A tally is nothing but the count of the ratings stored: recounting them must always give
the same numbers. Pure: no database, no clock.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
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


class WaitingKey(NamedTuple):
    """What is counted together until it may be shown."""

    counter_id: int
    survey: str
    question: str
    stream: str
    out_day: str
    """With ``out_part``: at whose end it may go out."""
    out_part: str
    day: str
    part: str
    level: int
    """0 where the stream is not of levels."""


class ReasonKey(NamedTuple):
    """What chosen reasons are counted by, within one journal."""

    counter_id: int
    day: str
    part: str
    survey: str
    question: str
    standing: str
    reason: str


def tally_key(row: RatingRow) -> TallyKey:
    """Where a rating counts."""
    return TallyKey(row.counter_id, row.day, row.part, row.survey, row.question, row.level, row.standing)


def count_ratings(rows: Iterable[RatingRow]) -> "Counter[TallyKey]":
    """How many of ``rows`` count where."""
    return Counter([tally_key(row) for row in rows])


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


def count_waiting(
    counts: Mapping[TallyKey, int], reasons: Mapping[ReasonKey, int], received_on: tuple[str, str]
) -> "Counter[WaitingKey]":
    """What is on its way to the reports when ``counts`` and ``reasons`` came in the part of a day ``received_on``."""
    found: Counter[WaitingKey] = Counter()
    for key, n in counts.items():
        found[_waits(key, COUNTED if key.standing == COUNTED else ASIDE, key.level, received_on)] += n
        if key.standing != COUNTED:
            found[_waits(key, key.standing, 0, received_on)] += n
    for reason, n in reasons.items():
        if reason.standing == COUNTED:
            found[_waits(reason, REASON + reason.reason, 0, received_on)] += n
    return found


def _waits(key: TallyKey | ReasonKey, stream: str, level: int, received_on: tuple[str, str]) -> WaitingKey:
    # A clock may have run ahead: then its own part of a day is the later one.
    out = max((key.day, key.part), received_on)
    return WaitingKey(key.counter_id, key.survey, key.question, stream, *out, key.day, key.part, level)
