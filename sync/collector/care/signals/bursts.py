"""Bursts: presses that follow each other faster than people are served. Pure.

Method: a press is quick when it follows another counted one within ``quick_s`` (60 s). If people come
independently of each other, a half day of n presses has about n(n-1) × quick_s / 4 hours of them; twice as
many are taken as honest, for people come in waves. A half day with more than twice the counter's median is
taken at that pace: else a rush would excuse itself. The sum over the days is compared with a Poisson tail.
Threshold: p < 1e-6, at least 10 quick ones, and either one press in five or 20 in one half day: couples who both
press are no rush.
"""

from collections import Counter
from collections.abc import Sequence

from sync.collector.care.signals.chance import DOUBT, median, poisson_tail
from sync.collector.care.signals.watched import FoundSign, Sign, Watched, by_week, part_of, span_of

HALF_DAY_S = 4 * 3600
WAVES = 2.0
PACE_LEAST = 6.0
LEAST = 10
LEAST_SHARE = 0.2
LEAST_IN_ONE = 20
MOSTLY = 0.9
"""From here on nearly all of the quick ones chose the same face, which is said without numbers."""


def find_bursts(watched: Watched, quick_s: int) -> FoundSign | None:
    """The sign, where there is one."""
    quick = {half: pressed.quick for half, pressed in watched.half_days.items() if pressed.quick}
    k, n = sum(quick.values()), watched.n
    if k < LEAST or (k < LEAST_SHARE * n and max(quick.values()) < LEAST_IN_ONE):
        return None
    expected = expected_quick([pressed.n for pressed in watched.half_days.values() if pressed.n], quick_s)
    if poisson_tail(k, expected) >= DOUBT:
        return None
    levels: Counter[int] = Counter()
    for pressed in watched.half_days.values():
        levels.update(pressed.quick_levels)
    first, last = span_of(quick)
    evidence = {
        "quick": k,
        "n": n,
        "expected": round(expected),
        "seconds": quick_s,
        "days": len({half.day for half in quick}),
        "one_face": max(levels.values(), default=0) >= MOSTLY * k,
        "weeks": by_week(quick, watched.half_days),
    }
    return FoundSign(watched.counter_id, Sign.BURST, first, last, part_of(quick), evidence)


def expected_quick(counts: Sequence[int], quick_s: int) -> float:
    """How many quick ones are honest at most, on average, in half days with so many presses."""
    pace = max(2 * median(counts), PACE_LEAST)
    return sum(WAVES * min(n, pace) * (n - 1) * quick_s / HALF_DAY_S for n in counts)
