"""The hash chain: each entry vouches for all before it, so that a change or a gap shows.

``hash_0`` is SHA-256 of the journal id, ``hash_n`` is SHA-256 of ``hash_{n-1}`` and the
very bytes of line n. Equal hashes mean equal pasts; that one fact carries the whole
protocol between kiosk and collector.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256


def chain_start(journal_id: str) -> bytes:
    """``hash_0`` of a journal, 32 raw bytes, from its id's 36 lower-case characters."""
    return sha256(journal_id.encode("ascii")).digest()


def chain_next(previous: bytes, line: bytes) -> bytes:
    """The hash after ``line``, given without its newline."""
    return sha256(previous + line).digest()


def links(before: Iterable[bytes], lines: Iterable[bytes]) -> list[bytes]:
    """The hash after each line, each from the one that is given as before it; ``before`` may be longer."""
    return [sha256(previous + line).digest() for previous, line in zip(before, lines, strict=False)]


def chain_over(previous: bytes, lines: Iterable[bytes]) -> bytes:
    """The hash after all of ``lines``, in their order."""
    for line in lines:
        previous = chain_next(previous, line)
    return previous


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a copy of a journal reaches: all delivery state there is."""

    next_seq: int
    """The first seq the copy does not have; 1 for an empty copy."""
    head: bytes
    """The hash after ``next_seq - 1``, 32 raw bytes."""

    @classmethod
    def start(cls, journal_id: str) -> "Cursor":
        """The cursor of a copy that has nothing yet."""
        return cls(1, chain_start(journal_id))

    def after(self, lines: Iterable[bytes]) -> "Cursor":
        """The cursor once ``lines`` are appended."""
        lines = tuple(lines)
        return Cursor(self.next_seq + len(lines), chain_over(self.head, lines))
