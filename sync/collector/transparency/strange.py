"""Strange: leaves of the log that belong to nothing, or to something else than the index in the database says."""

from array import array
from collections.abc import Iterator
from datetime import date
from typing import TypeAlias

from sqlalchemy import ColumnElement, Connection, select

from sync.collector.proof.wrong import What, Whose, Wrong
from sync.collector.store.schema import log_leaf
from sync.collector.transparency.disk.names import epoch_of
from sync.collector.transparency.leaves.index import NAMES_SOMETHING, OWN_KINDS
from sync.collector.transparency.public import PublicLog, Published
from sync.protocol.tlog.leaf import ENDED, JOURNAL, KEY, LOGKEY, REPORT, RESTART, Leaf
from sync.protocol.tlog.merkle import leaf_hash
from sync.protocol.tlog.tiles import TILE_WIDTH

_KINDS = {kind: number for number, kind in enumerate((JOURNAL, ENDED, KEY, REPORT, LOGKEY, RESTART), 1)}
_NUMBERS = 8

Claims: TypeAlias = "array[int]"
"""For each leaf, in one number, its kind and day as the index has them; 0 where that says nothing of it."""


def claims_of(connection: Connection, published: Published) -> Claims:
    """What the index says that each leaf of the log is."""
    claims = array("I", bytes(4 * published.checkpoint.size))
    for index, claim in _claimed(connection, published, NAMES_SOMETHING):
        claims[index] = claim
    return claims


def strange_leaves(log: PublicLog, published: Published, claims: Claims) -> Iterator[Wrong]:
    """The first leaf that belongs to nothing; and that tiles, entries and checkpoint belong together.

    Raises NoteWrong or LogDamaged for leaves that cannot be read.
    """
    size = published.checkpoint.size
    if log.root(size, size) != published.checkpoint.root:
        yield Wrong(What.LOG_DAMAGED, Whose.BESIDE, why="root")
        return
    strange: list[Leaf] = []
    for bundle in range(-(-size // TILE_WIDTH)):
        for index, raw in enumerate(log.leaves(bundle, size), bundle * TILE_WIDTH):
            if leaf_hash(raw) != log.leaf_hash(index, size):
                yield Wrong(What.LOG_DAMAGED, Whose.BESIDE, why=f"leaf {index}")
                return
            leaf = Leaf.parse(raw)
            if claims[index] != _claim(leaf.kind, leaf.day):
                strange.append(leaf)
    yield from _told(strange)


def strange_own(connection: Connection, log: PublicLog, published: Published) -> Iterator[Wrong]:
    """The first leaf that the index calls the log's own, and that is not: only of those nothing else is looked up."""
    size, strange = published.checkpoint.size, list[Leaf]()
    for index, claim in _claimed(connection, published, log_leaf.c.kind.in_(OWN_KINDS)):
        leaf = Leaf.parse(log.leaves(index // TILE_WIDTH, size)[index % TILE_WIDTH])
        if claim != _claim(leaf.kind, leaf.day):
            strange.append(leaf)
    yield from _told(strange)


def _claimed(connection: Connection, published: Published, which: ColumnElement[bool]) -> Iterator[tuple[int, int]]:
    c, checkpoint = log_leaf.c, published.checkpoint
    mine = select(c.leaf_index, c.kind, c.day).where(c.epoch == epoch_of(checkpoint.origin))
    for row in connection.execute(mine.where(c.leaf_index < checkpoint.size, which)):
        yield row.leaf_index, _claim(row.kind, row.day)


def _claim(kind: str, day: date) -> int:
    return day.toordinal() * _NUMBERS + _KINDS[kind]


def _told(strange: list[Leaf]) -> Iterator[Wrong]:
    if strange:
        first = strange[0]
        yield Wrong(What.LOG_LOST, Whose.UNKNOWN, n=len(strange), day=first.day.isoformat(), kind=first.kind)
