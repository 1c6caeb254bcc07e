"""Changes: which reasons and half days of a counter plainly changed against the other period. Pure.

Each reason's share of the ratings, and the share of the satisfied in each half day of the week, is held against the
same of the other period by the pooled two-proportion test, where both have ratings enough for a percentage and the test
may be used (five expected on each side, after Cochran 1954, Biometrics 10:417-451). All of them are looked at together,
after Holm. What changed at the same time need not be the cause.
"""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from math import erfc, sqrt

from kiosk.domain.numbers.measures import Share
from sync.collector.figures.book import Book
from sync.collector.figures.holm import told_apart
from sync.collector.figures.lines import ReasonLine, WeekdayHalf

EXPECTED_MIN = 5
"""Of fewer expected in one of the four cells, the test calls too much plain."""
SINGLE_MAX = 2
"""Where more weekdays of a half day changed, that half day is named once for all of them."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What plainly changed, the least doubtful first."""

    reasons: tuple[ReasonLine, ...]
    halves: tuple[WeekdayHalf, ...]
    looked_at: int
    """How many reasons and half days were looked at together."""


def changes_of(book: Book) -> Changes | None:
    """What plainly changed at a counter; None where one of the periods has too few ratings for a percentage."""
    if book.me.share is None or book.me.share_before is None:
        return None
    reasons = {line.id: line for line in book.reasons if line.share and line.share_before}
    halves: dict[Hashable, WeekdayHalf] = {
        half[:2]: half for half in book.weekday_halves if _carries(half, book.policy.percent_min)
    }
    pairs: dict[Hashable, tuple[Share, Share]] = {
        key: (line.share, line.share_before) for key, line in reasons.items() if line.share and line.share_before
    }
    pairs |= {key: (half.now, half.before) for key, half in halves.items()}
    doubts = {key: doubt for key, pair in pairs.items() if (doubt := doubt_between(*pair)) is not None}
    clear = told_apart(doubts)
    changed = [half for key in clear if (half := halves.get(key)) is not None]
    return Changes(tuple(reasons[key] for key in clear if key in reasons), tuple(_named(changed)), len(doubts))


def doubt_between(one: Share, other: Share) -> float | None:
    """How likely two shares lie as far apart by chance; None where the test may not be used."""
    n, m = one.denominator, other.denominator
    both = one.numerator + other.numerator
    # What both have together says nothing of their difference: whoever leaves such a pair out chooses no result.
    if min(n, m) * min(both, n + m - both) < EXPECTED_MIN * (n + m):
        return None
    pooled = both / (n + m)
    gap = one.numerator / n - other.numerator / m
    # The two tails of the normal distribution.
    return erfc(abs(gap) / sqrt(2 * pooled * (1 - pooled) * (1 / n + 1 / m)))


def _carries(half: WeekdayHalf, percent_min: int) -> bool:
    return min(half.now.denominator, half.before.denominator) >= percent_min


def _named(changed: Sequence[WeekdayHalf]) -> Iterator[WeekdayHalf]:
    """Those to be named: a half day of one weekday or two, or of the whole week where it is more than these."""
    for half in changed:
        same = [one.weekday for one in changed if one.part == half.part]
        singles = len(same) - same.count(None)
        # Few weekdays say more than the whole week that they moved; many say no more than it.
        by_day = None not in same or 0 < singles <= SINGLE_MAX
        if by_day is (half.weekday is not None):
            yield half
