"""Whole: the index of the leaves in the database, held to what was kept in files beside the log, and made whole.

Whoever can write to the database alone could otherwise have a leaf belong to nothing and the changed thing signed anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path

import structlog

from sync.collector.store.database import Database
from sync.collector.store.writer import Transact
from sync.collector.transparency.disk.tree import Tree
from sync.collector.transparency.errors import LogAltered
from sync.collector.transparency.leaves.index import (
    ROWS_AT_ONCE,
    LeafSource,
    count_sources,
    forget_unsigned,
    keep_sources,
    missing_sources,
    sources_between,
)
from sync.collector.transparency.leaves.kept import keep_index, kept_index
from sync.collector.transparency.leaves.recognised import recognise
from sync.protocol.tlog.leaf import Leaf
from sync.protocol.tlog.tiles import TILE_WIDTH

_log = structlog.get_logger("collector.log")


@dataclass(frozen=True, slots=True)
class WholeIndex:
    """The index of one log's signed leaves."""

    database: Database
    transact: Transact
    files: Path
    """The folder in which it is kept beside the log."""
    tree: Tree
    epoch: int
    size: int

    def complete(self) -> None:
        """Give a restored database again what it does not know of the leaves.

        Raises LogAltered where it says of a leaf what the files do not.
        """
        is_whole = self._known() == self.size
        if not is_whole:
            self._put_back()
        hold_index(self.database, self.files, self.epoch, self.size)
        if not is_whole:
            self._recognise()

    def renew(self) -> None:
        """Lay the database's index out again, from the files and the stored lines alone."""
        self.transact(partial(forget_unsigned, epoch=self.epoch, size=0))
        self.complete()

    def _known(self) -> int:
        with self.database.reading() as connection:
            return count_sources(connection, self.epoch, self.size)

    def _put_back(self) -> None:
        for first, sources in kept_index(self.files, self.size):
            for at in range(0, len(sources), ROWS_AT_ONCE):
                self._put(first + at, sources[at : at + ROWS_AT_ONCE])

    def _put(self, first: int, sources: Sequence[LeafSource]) -> None:
        self.transact(partial(keep_sources, epoch=self.epoch, first=first, sources=sources))

    def _recognise(self) -> None:
        """Find out by the stored lines what leaves are about of which no file says it."""
        with self.database.reading() as connection:
            missing = missing_sources(connection, self.epoch, self.size)
            leaves = leaves_at(self.tree, missing, self.size)
            found = sorted(recognise(connection, self.epoch, leaves)) if leaves else []
        # Those that stand beside each other go into one file.
        for _, run in groupby(enumerate(found), lambda each: each[1][0] - each[0]):
            (first, source), *rest = (one for _, one in run)
            sources = [source, *(one for _, one in rest)]
            keep_index(self.files, first, sources)
            self._put(first, sources)
        if missing:
            _log.warning("leaves without an index", known_again=len(found), left=len(missing) - len(found))


def leaves_at(tree: Tree, indexes: Sequence[int], size: int) -> dict[int, Leaf]:
    """The leaves of a log of ``size`` that stand at these indexes."""
    bundles = {bundle: tree.leaves(bundle, size) for bundle in {index // TILE_WIDTH for index in indexes}}
    return {index: Leaf.parse(bundles[index // TILE_WIDTH][index % TILE_WIDTH]) for index in indexes}


def hold_index(database: Database, files: Path, epoch: int, size: int) -> None:
    """Hold the index of the first ``size`` leaves to its files; raises LogAltered, and changes nothing."""
    for first, sources in kept_index(files, size):
        # A file at a time: on some versions of SQLite nobody can write while a view is held.
        with database.reading() as connection:
            rows = dict(sources_between(connection, epoch, first, first + len(sources)))
        for index, source in enumerate(sources, first):
            if rows.get(index) != source:
                raise LogAltered(
                    "the index of the log was altered in the database: leaf {index} of {day} is not what it was "
                    "when it was signed. See with collector verify what else was altered, find out by whom, and "
                    "lay the index out again with collector log rebuild",
                    index=index, day=source.day.isoformat(),
                )  # fmt: skip
