"""Maintain: everything that is due, one piece after another; the chore of a serving collector and the command do this.

Each piece may be done twice or be broken off: it goes on where it stood. One program does it at a time.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sync.collector.retention.engine import analyse, needs_analysis
from sync.collector.retention.lease import Lease
from sync.collector.retention.lines.drop import Dropping, decided_months
from sync.collector.retention.old import Old, count_old, forget, old_rows
from sync.collector.retention.steps import Pace
from sync.collector.retention.works import Work
from sync.collector.settings.collector import CollectorConfig
from sync.collector.store.database import Database
from sync.collector.store.partitions import make_parts, missing_parts
from sync.collector.store.writer import Transact

EVERY = timedelta(hours=24)
"""So often a serving collector does what is due; months' parts are looked after besides, each hour."""


class Piece(NamedTuple):
    """One piece of work."""

    work: Work
    due: Callable[[], int]
    """How much is due; changes nothing."""
    do: Callable[[], int]
    """Do it; how much was done."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where upkeep is done: over which database, by which settings and clock."""

    config: CollectorConfig
    database: Database
    transact: Transact
    now: Callable[[], datetime]
    pace: Pace


class Told(NamedTuple):
    """What came of a piece."""

    piece: Piece
    n: int


def pieces_of(site: Site) -> Iterator[Piece]:
    """Everything that may be due, in the order in which it is done."""
    database, now = site.database, site.now()
    yield Piece(Work.PARTS, lambda: len(missing_parts(database, now)), lambda: make_parts(database, now))
    dropping = Dropping(database, site.transact, site.pace, now)
    yield Piece(Work.DROPS, lambda: len(decided_months(database)), dropping.run)
    for old in old_rows(site.config, now):
        yield _forgetting(site, old)
    yield Piece(Work.STATISTICS, lambda: _is_unanalysed(site), lambda: _analysed(site))


def look(site: Site) -> Iterator[Told]:
    """What is due and how much of it; nothing is changed."""
    for piece in pieces_of(site):
        yield Told(piece, piece.due())


def maintain(site: Site, lease: Lease) -> Iterator[Told]:
    """Do what is due, as long as the lease is held; nothing where another program holds it."""
    is_done = False
    try:
        for piece in pieces_of(site):
            if not lease.take(site.now()):
                return
            yield Told(piece, piece.do())
        is_done = True
    finally:
        lease.give_back(site.now(), is_done=is_done)


def _forgetting(site: Site, old: Old) -> Piece:
    def count() -> int:
        with site.database.reading() as connection:
            return count_old(connection, old)

    return Piece(old.work, count, lambda: forget(site.transact, site.pace, old, site.now()))


def _is_unanalysed(site: Site) -> int:
    with site.database.reading() as connection:
        return int(needs_analysis(connection, site.now()))


def _analysed(site: Site) -> int:
    if not _is_unanalysed(site):
        return 0
    analyse(site.database)
    return 1
