"""Basis: what a month's report was added up of, kept beside its numbers, so that it can be proven later.

Which blocks are in it and where they stand, what waits, which pools and unions were told, and what is known of each
day's transactions. Blocks are never formed anew, but decisions, moves and late deliveries change where they count: so
it is read in the same moment as the report. Nothing here rests on one to four ratings: of a tail, of a block that is
not shown and of what was set aside there are counts alone; levels and reasons stand with whole blocks, pools and
unions that were told.
"""

import zlib
from datetime import date

import msgspec

FORM = 1
Levels = tuple[int, int, int, int, int]
Named = tuple[str, str, int]
"""A place, a standing, and how many."""


class Piece(msgspec.Struct, frozen=True, array_like=True):
    """How many ratings of a block stand where, when and as what."""

    place: str
    day: date
    part: str
    standing: str
    n: int


class BasisBlock(msgspec.Struct, frozen=True, array_like=True):
    """One block or tail with ratings of this place and month."""

    journal: str
    last: int
    """The seq of its last rating."""
    cut: int
    """The entry that states it, or the line at which the collector made it."""
    series: str
    question: str
    is_kiosks: bool
    is_tail: bool
    fault: str | None
    is_shown: bool
    is_looked: bool
    """Whether it was looked at for the reports; what was not waits for that."""
    pool: int | None
    place: str | None
    """The counter, or the unit that has its counters; None where that lies above."""
    ends: tuple[date, date]
    pieces: tuple[Piece, ...]
    levels: Levels | None
    """Of what counts or would without a decision; None of a tail and of what is not shown."""
    reasons: dict[str, int]


class BasisPool(msgspec.Struct, frozen=True, array_like=True):
    """Tails that are told together in the month of a unit."""

    pool: int
    series: str
    question: str
    place: str
    levels: Levels
    reasons: dict[str, int]
    aside: Levels | None
    """None where what was set aside in it is too little to be told."""
    standings: tuple[Named, ...]


class BasisUnion(msgspec.Struct, frozen=True, array_like=True):
    """Blocks of one month whose set-aside levels are told together."""

    journal: str
    series: str
    question: str
    first: int
    last: int
    """The last ratings of its first block and of its last one."""
    place: str
    levels: Levels
    blocks: tuple[int, ...]
    """The last rating of each."""


class Uncut(msgspec.Struct, frozen=True, array_like=True):
    """Ratings that no block holds."""

    place: str
    journal: str | None
    """None of what was recorded before there were blocks."""
    series: str
    question: str
    standing: str
    n: int
    every: int
    """How many of the journal's counted ratings wait at that counter in all months: fewer than five wait for more."""


class Served(msgspec.Struct, frozen=True, array_like=True):
    """One day of a counter: visits rated, transactions typed in, and whether these are known."""

    place: str
    day: date
    ratings: int
    transactions: int
    known: int
    days: int


class Basis(msgspec.Struct, frozen=True):
    """Everything that one report rests on."""

    form: int
    blocks: tuple[BasisBlock, ...]
    pools: tuple[BasisPool, ...]
    unions: tuple[BasisUnion, ...]
    uncut: tuple[Uncut, ...]
    served: tuple[Served, ...]


def pack(basis: Basis) -> bytes:
    """As it is kept."""
    return zlib.compress(msgspec.json.encode(basis), 6)


def unpack(packed: bytes) -> Basis:
    """What was kept; raises ValueError for anything else, or what a later version wrote."""
    found = msgspec.json.decode(zlib.decompress(packed), type=Basis)
    if found.form > FORM:
        raise ValueError(f"form {found.form} is newer than this version")
    return found
