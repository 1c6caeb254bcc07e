"""Counted: whether the database holds everything that was brought, once, and nothing else."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from sync.collector.store.database import Database
from sync.collector.store.schema import block, cut_due, journal, rating, tally, unread
from tests.load.fleet import Member
from tests.load.journals import Template, prepare


@dataclass(frozen=True)
class Wrong:
    """What does not hold."""

    what: str
    n: int


def count(database: Database, away: Sequence[int], templates: list[Template]) -> list[Wrong]:
    """Hold cursors, ratings and tallies of those that were away to what they brought."""
    with database.reading() as connection:
        return counted(connection, away, templates)


def counted(connection: Connection, away: Sequence[int], templates: list[Template]) -> list[Wrong]:
    """The same, as this transaction sees them."""
    found = {
        "cursors": _cursors(connection, away, templates),
        "ratings of a kiosk": _ratings(connection, away, templates),
        "tallies": _tallies(connection, away, templates),
        "lines set aside": connection.execute(select(func.count()).select_from(unread)).scalar_one(),
    }
    return [Wrong(what, n) for what, n in found.items() if n]


def n_due(database: Database) -> int:
    """How many journals are still to be judged."""
    with database.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(cut_due)).scalar_one())


def faulty_blocks(database: Database) -> int:
    """How many cuts were judged and not believed."""
    with database.reading() as connection:
        return int(connection.execute(select(func.count()).where(block.c.fault.is_not(None))).scalar_one())


def _cursors(connection: Connection, away: Sequence[int], templates: list[Template]) -> int:
    """How many journals do not end where their kiosk's does."""
    stored = {
        row.journal_id: (row.next_seq, row.head)
        for row in connection.execute(select(journal.c.journal_id, journal.c.next_seq, journal.c.head))
    }
    wrong = 0
    for member in map(Member, away):
        *_, last = prepare(member.journal_id, member.key, member.template(templates))
        wrong += stored.get(member.journal_id) != (last.end.next_seq, last.end.head)
    return wrong


def _ratings(connection: Connection, away: Sequence[int], templates: list[Template]) -> int:
    """At how many kiosks there are more or fewer ratings than were pressed."""
    counted = select(rating.c.journal_id, func.count().label("n")).group_by(rating.c.journal_id)
    stored = {row.journal_id: row.n for row in connection.execute(counted)}
    wanted = {one.journal_id: one.template(templates).ratings.total() for one in map(Member, away)}
    return sum(stored.get(journal_id, 0) != wanted.get(journal_id, 0) for journal_id in stored.keys() | wanted.keys())


def _tallies(connection: Connection, away: Sequence[int], templates: list[Template]) -> int:
    """By how many ratings the tallies of any standing and level differ from what was pressed."""
    wanted: Counter[tuple[str, int]] = Counter()
    for member in map(Member, away):
        wanted.update(member.template(templates).ratings)
    summed = select(tally.c.standing, tally.c.level, func.sum(tally.c.n).label("n"))
    rows = connection.execute(summed.group_by(tally.c.standing, tally.c.level))
    stored = {(row.standing, row.level): int(row.n) for row in rows}
    return sum(abs(stored.get(key, 0) - wanted[key]) for key in stored.keys() | wanted.keys())
