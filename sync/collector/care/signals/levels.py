"""Levels: nearly everybody chose the same face. Pure.

Method: the share of a counter's most chosen level against the counters where it is largest: what nine of
ten of them stay below, at least 90 % and at most 95 %. Binomial tail. Threshold: p < 1e-6, at least 100
ratings on at least 10 half days, and 97 %. So 97 % of 100 is no sign, all of 270 are.
"""

from collections import Counter
from collections.abc import Sequence

from sync.collector.care.signals.chance import DOUBT, binomial_tail, quantile
from sync.collector.care.signals.watched import FoundSign, Sign, Watched, span_of
from sync.collector.replica.stretch import ANY_PART

LEAST = 100
HALF_DAYS_LEAST = 10
SHARE_LEAST = 0.97
PEER_N_LEAST = 50
PEERS_LEAST = 5
USUAL_LEAST, USUAL_MOST = 0.9, 0.95


def usual_share(all_of_them: Sequence[Watched]) -> float:
    """Up to which share of one face is nothing special here."""
    tops = [_levels(watched) for watched in all_of_them]
    shares = [max(levels.values()) / levels.total() for levels in tops if levels.total() >= PEER_N_LEAST]
    usual = quantile(shares, 0.9) if len(shares) >= PEERS_LEAST else USUAL_LEAST
    return min(USUAL_MOST, max(USUAL_LEAST, usual))


def find_one_level(watched: Watched, usual: float) -> FoundSign | None:
    """The sign, where there is one."""
    levels, halves = _levels(watched), [half for half, pressed in watched.half_days.items() if pressed.n]
    n = levels.total()
    if n < LEAST or len(halves) < HALF_DAYS_LEAST:
        return None
    (_, k), *_ = levels.most_common(1)
    if k < SHARE_LEAST * n or binomial_tail(k, n, usual) >= DOUBT:
        return None
    first, last = span_of(halves)
    # Neither which face nor how many did not: that would be few people's opinion.
    evidence = {"n": n, "percent": int(100 * SHARE_LEAST), "usual_percent": round(100 * usual)}
    return FoundSign(watched.counter_id, Sign.ONE_LEVEL, first, last, ANY_PART, evidence)


def _levels(watched: Watched) -> "Counter[int]":
    levels: Counter[int] = Counter()
    for pressed in watched.half_days.values():
        levels.update(pressed.levels)
    return levels
