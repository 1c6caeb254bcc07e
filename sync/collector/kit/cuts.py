"""Cuts: of the tree that a kiosk signs, the statements of one month, and the hashes of all else. Pure.

A tree is told by its leaves of the month and, of every other stretch, by the hash over it. So whoever checks it works
out the root that the kiosk signed, and sees that no leaf between the first and the last is missing.
"""

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import NamedTuple

from sync.protocol.tlog.merkle import node_hash

Cover = tuple[int, int, bytes]
"""The hash over the leaves from the first position up to, but not with, the last."""


class Ordered(NamedTuple):
    """How far the months had come by one statement."""

    latest: str
    """The latest month (``2026-10``) so far."""
    is_late: bool
    """Whether it is of an earlier one: a clock was set back."""


def wanted_positions(statements: Sequence[Ordered], month: str) -> list[int]:
    """Which statements show all of a month: from the last before it to the first behind it, late ones, the end."""
    size = len(statements)
    first = next((place for place, one in enumerate(statements) if one.latest >= month), size)
    end = next((place for place, one in enumerate(statements) if one.latest > month), size)
    late = {place for place in range(end, size) if statements[place].is_late}
    last = {size - 1} if size else set()
    return sorted({*range(max(0, first - 1), min(size, end + 1)), *late, *last})


def covers_of(hashes: Sequence[bytes], told: Collection[int]) -> list[Cover]:
    """The hashes of the largest stretches without a leaf that is told (RFC 6962, section 2.1)."""
    shown = sorted(told)

    def is_told(first: int, end: int) -> bool:
        at = bisect_left(shown, first)
        return at < len(shown) and shown[at] < end

    def down(first: int, end: int) -> Iterator[Cover]:
        if first == end:
            return
        if not is_told(first, end):
            yield first, end, root(first, end)
        elif end - first > 1:
            middle = first + _half(end - first)
            yield from down(first, middle)
            yield from down(middle, end)

    root = _roots(hashes)
    return list(down(0, len(hashes)))


def _roots(hashes: Sequence[bytes]) -> Callable[[int, int], bytes]:
    def root(first: int, end: int) -> bytes:
        if end - first == 1:
            return hashes[first]
        middle = first + _half(end - first)
        return node_hash(root(first, middle), root(middle, end))

    return root


def _half(size: int) -> int:
    """The largest power of two below ``size``."""
    return 1 << ((size - 1).bit_length() - 1)
