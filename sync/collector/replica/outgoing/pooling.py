"""Pooling: tells the tails of closed months in pools, some days after each month's end, and again when late ones came.

It is repeated freely: by the upkeep and by whoever reads a report first. Each pool is told whole, in one transaction;
a month of one question that cannot be told fails by itself.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any, NamedTuple

import structlog
from sqlalchemy import Connection, Select, and_, case, func, select, tuple_, update

from kiosk.domain.numbers.blocks import COUNTED_MIN
from sync.collector.replica.outgoing.pools import Pool, Tail, add_pools, count_pieces, form_pools
from sync.collector.replica.outgoing.sums import SUSPECT, lock_releases
from sync.collector.replica.shown import LEVEL_NAMES, NOWHERE, month_of
from sync.collector.replica.tally import COUNTED
from sync.collector.store.blame import lies_in_the_data
from sync.collector.store.bulk import insert_rows, update_rows
from sync.collector.store.schema import block, block_piece, micros, pool, unit
from sync.collector.store.writer import Transact

TAILS_AT_ONCE = 4000
"""About so many tails share a transaction: an append waits no longer than for these."""

_log = structlog.get_logger("collector.pools")


class Group(NamedTuple):
    """What is pooled together."""

    series: str
    question: str
    month: date
    """Its first day."""


@dataclass(frozen=True, slots=True)
class Pooling:
    """What may be pooled at one moment."""

    now: datetime
    open_since: date
    """The first day of the first month that is not closed."""
    least: int
    """So many ratings at least are told together; five where it is less."""
    apart: Collection[Group] = ()
    """What could not be told lately: it waits, and is not tried again."""

    def is_due(self, connection: Connection) -> bool:
        """Whether anything is to be looked at."""
        return connection.execute(self._due().limit(1)).first() is not None

    def run(self, transact: Transact) -> list[Group]:
        """Tell every pool that there is; which groups failed.

        Raises what is the matter with the database itself.
        """
        failed = []
        for group in transact(self._groups):
            try:
                while transact(partial(self._tell, group=group)):
                    pass
            except Exception as error:
                if not lies_in_the_data(error):
                    raise
                _log.exception("tails cannot be pooled", series=group.series, month=group.month.isoformat())
                failed.append(group)
        return failed

    def _due(self) -> Select[Any]:
        b = block.c
        wanted = select(b.series, b.question, b.loose).where(b.loose.is_not(None), b.loose < self.open_since)
        for group in self.apart:
            wanted = wanted.where(tuple_(b.series, b.question, b.loose) != group)
        return wanted

    def _groups(self, connection: Connection) -> list[Group]:
        rows = connection.execute(self._due().distinct())
        return sorted(Group(row.series, row.question, row.loose) for row in rows)

    def _tell(self, connection: Connection, group: Group) -> bool:
        """Tell some of the pools that the group makes now; whether there are more."""
        lock_releases(connection)
        units = dict(connection.execute(select(unit.c.path, unit.c.unit_id)).all())
        pools = form_pools(_tails(connection, group), units, max(self.least, COUNTED_MIN))
        some, tails = list[Pool](), 0
        for each in pools:
            if tails < TAILS_AT_ONCE:
                some.append(each)
                tails += len(each.tails)
        self._keep(connection, group, some, units)
        if len(some) == len(pools):
            _leave(connection, group)
        return len(some) < len(pools)

    def _keep(self, connection: Connection, group: Group, pools: Sequence[Pool], units: Mapping[str, int]) -> None:
        """Write down what is together from now on, and show it."""
        before = connection.execute(select(func.coalesce(func.max(pool.c.pool_id), 0))).scalar_one()
        numbered = list(enumerate(pools, before + 1))
        ends = [day.isoformat() for day in month_of(group.month)]
        rows = [(number, *ends, units.get(each.way, NOWHERE), each.tells_aside) for number, each in numbered]
        same = {"series": group.series, "question": group.question}
        insert_rows(connection, pool, same, ("pool_id", "first", "last", "unit_id", "tells_aside"), rows)
        now = micros(self.now)
        tails = [(*tail[:2], number, now, None) for number, each in numbered for tail in each.tails]
        update_rows(connection, block, ("journal_id", "last_seq"), ("pool_id", "shown_at", "loose"), tails)
        told_now = [number for number, _ in numbered]
        count_pieces(connection, told_now)
        add_pools(connection, told_now)


def _tails(connection: Connection, group: Group) -> list[Tail]:
    """The tails of the group that are believed and in no pool."""
    b, p, (first, last) = block.c, block_piece.c, month_of(group.month)
    n = sum((p[name] for name in LEVEL_NAMES[1:]), p[LEVEL_NAMES[0]])
    counted = func.sum(case((p.standing == COUNTED, n), else_=0))
    suspect = func.sum(case((p.standing == SUSPECT, n), else_=0))
    wanted = (
        select(b.journal_id, b.last_seq, func.coalesce(unit.c.path, ""), counted, func.sum(n) - counted)
        .join_from(block, block_piece, and_(p.journal_id == b.journal_id, p.last_seq == b.last_seq))
        .outerjoin(unit, unit.c.unit_id == b.unit_id)
        .where(b.shown_at.is_(None), b.last_day.between(first, last), b.first_day >= first)
        .where(b.is_tail, b.fault.is_(None), b.grain.is_not(None))
        .where(b.series == group.series, b.question == group.question)
        .group_by(b.journal_id, b.last_seq, unit.c.path)
    )
    rows = connection.execute(wanted.having(suspect == 0).order_by(b.journal_id, b.last_seq))
    return [Tail(journal_id, seq, way, int(n), int(aside)) for journal_id, seq, way, n, aside in rows]


def _leave(connection: Connection, group: Group) -> None:
    """What is left of the group waits until another tail comes."""
    b = block.c
    here = and_(b.series == group.series, b.question == group.question, b.loose == group.month)
    connection.execute(update(block).where(here).values(loose=None))
