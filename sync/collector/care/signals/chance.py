"""Chance: how probable so much or more would be if nothing were the matter. Exact tails, no table, no library. Pure."""

from collections.abc import Sequence
from math import exp, lgamma, log, log1p

DOUBT = 1e-6
"""So improbable it must be under the honest rule. A province of 600 counters asks some 2,000 questions a night, which
repeat most of the day before: one false alarm in years, were the honest rule exact. It never is, so each sign is also
asked how large it is."""


def binomial_tail(k: int, n: int, p: float) -> float:
    """The probability of ``k`` or more of ``n`` when each has the chance ``p``."""
    if k <= 0:
        return 1.0
    if k > n or p <= 0.0:
        return 0.0
    if p >= 1.0:
        return 1.0
    logs = [_choose(n, i) + i * log(p) + (n - i) * log1p(-p) for i in range(k, n + 1)]
    return _sum_of(logs)


def poisson_tail(k: int, mean: float) -> float:
    """The probability of ``k`` or more where ``mean`` are expected."""
    if k <= 0:
        return 1.0
    if mean <= 0.0:
        return 0.0
    # Beyond so many terms nothing is added that a double could tell.
    last = k + int(mean) + 60
    return _sum_of([i * log(mean) - mean - lgamma(i + 1) for i in range(k, last)])


def median(values: Sequence[float]) -> float:
    """The middle of ``values``, which are not none."""
    return quantile(values, 0.5)


def quantile(values: Sequence[float], part: float) -> float:
    """The value below which ``part`` of the values lie; between two of them, in proportion."""
    ordered = sorted(values)
    place = part * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def _choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def _sum_of(logs: Sequence[float]) -> float:
    most = max(logs)
    return min(1.0, exp(most) * sum(exp(one - most) for one in logs))
