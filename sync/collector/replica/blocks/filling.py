"""Filling: journals that came before blocks were kept are judged from their stored lines.

It may be stopped at any time, and goes on where it stood."""

from collections.abc import Callable, Collection
from functools import partial

from sqlalchemy import Connection, func, select

from sync.collector.replica.blocks.judging import Surveys, judge_due
from sync.collector.replica.held import mark_due
from sync.collector.store.schema import cut_state, journal
from sync.collector.store.writer import Transact

AT_ONCE = 50

Progress = Callable[[int, int], None]
"""How many journals are done, and of how many."""


def fill(transact: Transact, surveys: Surveys, progress: Progress, apart: Collection[str] = ()) -> list[str]:
    """Judge every journal that never was, the rest of what is due besides; which could not be judged.

    Those in ``apart`` failed before and are not tried again.
    """
    failed: list[str] = []
    while True:
        waiting = transact(partial(_mark_some, apart=[*apart, *failed]))
        failed += judge_due(transact, surveys, apart=[*apart, *failed])
        if not waiting:
            return failed
        progress(*transact(how_far))


def how_far(connection: Connection) -> tuple[int, int]:
    """How many journals have been judged, and how many there are."""
    begun = select(func.count()).select_from(cut_state)
    there = select(func.count()).select_from(journal).where(journal.c.next_seq > 1)
    return connection.execute(begun).scalar_one(), connection.execute(there).scalar_one()


def _mark_some(connection: Connection, apart: list[str]) -> list[str]:
    never = journal.c.journal_id.not_in(select(cut_state.c.journal_id)) & (journal.c.next_seq > 1)
    wanted = select(journal.c.journal_id).where(never, journal.c.journal_id.not_in(apart))
    some = list(connection.execute(wanted.order_by(journal.c.journal_id).limit(AT_ONCE)).scalars())
    mark_due(connection, some)
    return some
