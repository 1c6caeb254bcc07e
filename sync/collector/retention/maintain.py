"""Maintain: everything that is due, one piece after another; the chore of a serving collector and the command do this.

Each piece may be done twice or be broken off: it goes on where it stood. One program does it at a time.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from sync.collector.errors import TurnTaken
from sync.collector.retention.engine import analyse, needs_analysis
from sync.collector.retention.lines.drop import Dropping, decided_parts
from sync.collector.retention.old import Old, count_old, forget, old_rows
from sync.collector.retention.steps import Pace
from sync.collector.retention.works import Work
from sync.collector.settings.collector import CollectorConfig
from sync.collector.store.database import Database
from sync.collector.store.partitions import make_parts, missing_parts
from sync.collector.store.turns import Turns, note_done, read_holder
from sync.collector.store.writer import Transact

TURN = "maintain"
"""What its turn is called. Taken while somebody is at it, where a serving collector's chore has a turn all the time."""
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
    yield Piece(Work.DROPS, lambda: len(decided_parts(database)), dropping.run)
    for old in old_rows(site.config, now):
        yield _forgetting(site, old)
    yield Piece(Work.STATISTICS, lambda: _is_unanalysed(site), lambda: _analysed(site))


def look(site: Site) -> Iterator[Told]:
    """What is due and how much of it; nothing is changed."""
    for piece in pieces_of(site):
        yield Told(piece, piece.due())


def maintain(site: Site, monotonic: Callable[[], float] = time.monotonic) -> Iterator[Told]:
    """Do what is due, as long as it is this program's turn.

    Raises TurnTaken where another program is at it; then nothing was done.
    """
    turns = Turns(site.transact, [TURN], monotonic)
    try:
        if not turns.take():
            raise taken_by(site.database)
        for piece in pieces_of(site):
            if not turns.has(TURN):
                return
            yield Told(piece, piece.do())
        site.transact(partial(note_done, chore=TURN, at=site.now()))
    finally:
        turns.stop()


def taken_by(database: Database) -> TurnTaken:
    """What to say where another program has the turn."""
    with database.reading() as connection:
        who = read_holder(connection, TURN)
    return TurnTaken(
        "another program is at it ({who}): nothing was done here. If that one was killed, this can be done in a minute",
        who=who,
    )


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
