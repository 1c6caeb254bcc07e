"""Bursts: presses that follow each other faster than people are served. Pure.

Method: a press is quick when it follows another counted one within ``quick_s`` (60 s). If people come
independently of each other, a half day of n presses has about n(n-1) × quick_s / 4 hours of them; twice as
many are taken as honest, for people come in waves. The sum over the days is compared with a Poisson tail.
Threshold: p < 1e-6, at least 10 quick ones, and one press in ten.
"""

from collections import Counter

from sync.collector.signals.chance import DOUBT, poisson_tail
from sync.collector.signals.watched import Finding, Pressed, Sign, Watched, part_of, span_of

HALF_DAY_S = 4 * 3600
WAVES = 2.0
LEAST = 10
LEAST_SHARE = 0.1
MOSTLY = 0.9
"""From here on nearly all of the quick ones chose the same face, which is said without numbers."""


def find_bursts(watched: Watched, quick_s: int) -> Finding | None:
    """The sign, where there is one."""
    quick = {half: pressed.quick for half, pressed in watched.half_days.items() if pressed.quick}
    k, n = sum(quick.values()), watched.n
    if k < LEAST or k < LEAST_SHARE * n:
        return None
    expected = sum(expected_quick(pressed, quick_s) for pressed in watched.half_days.values())
    if poisson_tail(k, expected) >= DOUBT:
        return None
    levels: Counter[int] = Counter()
    for pressed in watched.half_days.values():
        levels.update(pressed.quick_levels)
    first, last = span_of(quick)
    evidence = {
        "quick": k, "n": n, "expected": round(expected), "seconds": quick_s, "days": len({half.day for half in quick}),
        "one_face": max(levels.values(), default=0) >= MOSTLY * k,
    }  # fmt: skip
    return Finding(watched.counter_id, Sign.BURST, first, last, part_of(quick), evidence)


def expected_quick(pressed: Pressed, quick_s: int) -> float:
    """How many quick ones are honest at most, on average."""
    return WAVES * pressed.n * max(0, pressed.n - 1) * quick_s / HALF_DAY_S
