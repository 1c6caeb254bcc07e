"""Reason ranks: which reasons were plainly chosen more often than others, by a paired test. Pure.

The same people could choose both of two reasons, so the pair is compared by McNemar's test (1947, Psychometrika
12:153-157). How many chose both would be a cross table, which is never published; so nobody is taken to have chosen
both: with a and b how often each was chosen, (a - b)² / (a + b) is never larger than the test's own statistic, and the
test errs on the side of no difference. All pairs of listed reasons are tested together, after Holm.
"""

from collections.abc import Mapping
from itertools import combinations
from math import erfc, sqrt
from typing import NamedTuple

from sync.collector.figures.holm import told_apart


class Rank(NamedTuple):
    """Between which places a reason stands; the same twice where it is told apart from every other."""

    first: int
    last: int


def ranks_of(chosen: Mapping[str, int]) -> dict[str, Rank]:
    """The places of reasons by how often each was chosen; 1 was chosen most."""
    apart = _told_apart(chosen)
    found = {}
    for one, n in chosen.items():
        others = [other for other in chosen if other != one and frozenset((one, other)) in apart]
        above = sum(chosen[other] > n for other in others)
        found[one] = Rank(1 + above, len(chosen) - (len(others) - above))
    return found


def doubt_of(one: int, other: int) -> float:
    """How likely a gap as large is by chance, at most."""
    if one + other == 0:
        return 1.0
    # The upper tail of chi square with one degree of freedom.
    return erfc(sqrt((one - other) ** 2 / (one + other) / 2))


def _told_apart(chosen: Mapping[str, int]) -> set[frozenset[str]]:
    """The pairs that differ by more than chance."""
    pairs = combinations(sorted(chosen), 2)
    return set(told_apart({frozenset(pair): doubt_of(chosen[pair[0]], chosen[pair[1]]) for pair in pairs}))
