"""Holm: which of several differences are more than chance when all of them are looked at together. Pure.

After Holm (1979, Scandinavian Journal of Statistics 6:65-70), at 5 %: that any of those that are called different is so
by chance alone has at most that likelihood, however the tests hang together.
"""

from collections.abc import Hashable, Mapping
from typing import TypeVar

DOUBT = 0.05
K = TypeVar("K", bound=Hashable)


def told_apart(doubts: Mapping[K, float]) -> list[K]:
    """What differs by more than chance, the least doubtful first; of equals, in the order of the mapping.

    ``doubts`` say of each how likely a difference as large is by chance.
    """
    found: list[K] = []
    for number, (key, doubt) in enumerate(sorted(doubts.items(), key=lambda each: each[1])):
        if doubt > DOUBT / (len(doubts) - number):
            break
        found.append(key)
    return found
