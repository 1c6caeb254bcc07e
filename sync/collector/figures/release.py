"""Step 13, bring out: checked cuts become sums that may be shown, whole blocks at a time.

An append keeps what came; the cuts in it are judged (``sync.collector.replica.blocks``) and wait here. A block that is
believed and large enough is added to what is shown (``sync.collector.replica.outgoing``), once all its half days are
over; every other is looked at and stays where it is: it waits, and how many wait is told. Tails wait for their pool
(``sync.collector.replica.outgoing.pooling``). Who took part is added up anew after it
(``sync.collector.replica.served``). All of this is repeated freely: by the upkeep, and by whoever reads a report first
after a half day has ended. A journal whose blocks cannot be brought out waits by itself: the others go out without it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from itertools import groupby
from typing import Any

import structlog
from sqlalchemy import Connection, Row, Select, and_, or_, select, tuple_, update

from kiosk.domain.numbers.blocks import COUNTED_MIN
from kiosk.domain.numbers.disclosure import OFF, Policy
from kiosk.domain.visit.survey import Survey
from sync.collector.replica.blocks.judging import is_due as may_judge
from sync.collector.replica.blocks.judging import judge_anew, judge_due
from sync.collector.replica.outgoing.demonstration import (
    end_demonstration,
    is_demonstrated,
    is_whole,
    require_nothing_told,
    show_everything,
)
from sync.collector.replica.outgoing.minimum import follow_minimum, follows_minimum
from sync.collector.replica.outgoing.naming import doubted_journals, keep_versions, knows_versions
from sync.collector.replica.outgoing.pools import mark_loose
from sync.collector.replica.outgoing.standings import follow_decisions
from sync.collector.replica.outgoing.sums import BLOCK, add_blocks, lock_releases
from sync.collector.replica.outgoing.unions import add_unions
from sync.collector.replica.served import add_up_served, due_places, follow_due, lock_counters
from sync.collector.replica.shown import DAY, Ends, grain_of
from sync.collector.replica.tally import COUNTED
from sync.collector.store.blame import lies_in_the_data
from sync.collector.store.schema import block, block_piece, shown_count
from sync.collector.store.writer import Transact

BLOCKS_AT_ONCE = 1000
"""So many blocks share a transaction: an append waits no longer than for these."""
_KEY = tuple_(block.c.journal_id, block.c.last_seq)

_log = structlog.get_logger("collector.release")


@dataclass(frozen=True, slots=True)
class Release:
    """What may go out at one moment, under one policy."""

    now: datetime
    present: tuple[str, str]
    """Today and its part."""
    policy: Policy
    surveys: Mapping[str, Survey]
    apart: Collection[str] = ()
    """Journals that could not be judged or brought out lately (``HeldBack``): they wait, and are not tried again."""

    def is_due(self, connection: Connection) -> bool:
        """Whether anything is to be done."""
        if not knows_versions(connection, self.surveys) or due_places(connection):
            return True
        if self.is_at_once:
            return not is_whole(connection)
        if is_demonstrated(connection) or may_judge(connection, self.apart):
            return True
        if not follows_minimum(connection, self.policy.block_min):
            return True
        return connection.execute(self._due(self.apart).limit(1)).first() is not None

    def follows_rule(self, connection: Connection) -> bool:
        """Whether what is shown was brought out under this policy: at once, or as blocks."""
        return is_demonstrated(connection) is self.is_at_once

    def run(self, transact: Transact) -> list[str]:
        """Judge what is due, and bring everything out that may go, some blocks at a time; which journals failed.

        Raises what is the matter with the database itself, or with the rule: NotAllowed for a demonstration of what was
        told before there were blocks.
        """
        transact(self._doubt_anew)
        transact(self._begin)
        failed = judge_due(transact, self.surveys, apart=self.apart)
        while not self.is_at_once:
            apart = (*self.apart, *failed)
            try:
                journals = transact(partial(self._some, apart=apart))
            except Exception as error:
                if not lies_in_the_data(error):
                    raise
                journals = transact(partial(self._due_journals, apart=apart))
                failed += self._in_halves(transact, journals)
            if not journals:
                break
        while transact(follow_due):
            pass
        return failed

    @property
    def is_at_once(self) -> bool:
        """Whether this is a demonstration: no other setting shows less than a block, or a block before its time."""
        return self.policy == OFF

    def _doubt_anew(self, connection: Connection) -> None:
        """Have cuts judged again that were not believed because their survey was not known, before it is said to be."""
        if not knows_versions(connection, self.surveys):
            judge_anew(connection, doubted_journals(connection))

    def _begin(self, connection: Connection) -> None:
        lock_releases(connection)
        is_renamed = keep_versions(connection, self.surveys, self.policy.block_min)
        if self.is_at_once:
            require_nothing_told(connection)
            if is_renamed or not is_whole(connection):
                show_everything(connection)
                _serve_everything(connection)
            return
        if is_demonstrated(connection):
            end_demonstration(connection)
        follow_minimum(connection, self.policy.block_min)

    def _in_halves(self, transact: Transact, journals: list[str]) -> list[str]:
        """Bring these out, fewer at a time until what fails is one journal; which those are."""
        try:
            transact(partial(self._of_journals, journals=journals))
        except Exception as error:
            if not lies_in_the_data(error):
                raise
            if len(journals) > 1:
                half = len(journals) // 2
                return self._in_halves(transact, journals[:half]) + self._in_halves(transact, journals[half:])
            _log.exception("a journal's blocks cannot be shown", journal_id=journals[0])
            return journals
        return []

    def _some(self, connection: Connection, apart: Collection[str]) -> list[str]:
        lock_releases(connection)
        blocks = connection.execute(self._due(apart).limit(BLOCKS_AT_ONCE)).all()
        self._bring_out(connection, blocks)
        return sorted({one.journal_id for one in blocks})

    def _of_journals(self, connection: Connection, journals: list[str]) -> list[str]:
        lock_releases(connection)
        due = self._due(()).where(block.c.journal_id.in_(journals))
        self._bring_out(connection, connection.execute(due).all())
        return journals

    def _due_journals(self, connection: Connection, apart: Collection[str]) -> list[str]:
        return sorted({one.journal_id for one in connection.execute(self._due(apart).limit(BLOCKS_AT_ONCE))})

    def _due(self, apart: Collection[str]) -> Select[Any]:
        """The blocks that nobody looked at yet and whose half days are over, each journal's in order."""
        b, (day, part) = block.c, self.present
        today = date.fromisoformat(day)
        over = or_(b.last_day < today, and_(b.last_day == today, b.last_part < part))
        wanted = select(*BLOCK).where(b.grain.is_(None), over).order_by(b.journal_id, b.last_seq)
        return wanted.where(b.journal_id.not_in(sorted(apart))) if apart else wanted

    def _bring_out(self, connection: Connection, blocks: Sequence[Row[Any]]) -> None:
        """Look at these blocks, and add those that may go to what is shown."""
        lock_counters(connection, {one.counter_id for one in blocks if one.counter_id is not None})
        blocks = follow_decisions(connection, blocks)
        going = [one for one in blocks if self._may_go(one)]
        add_blocks(connection, going)
        add_unions(connection, going, self.policy.block_min)
        _mark(connection, going, {"shown_at": self.now})
        staying = [one for one in blocks if not self._may_go(one)]
        _mark(connection, staying, {})
        mark_loose(connection, staying)
        _add_up_rated(connection, blocks)

    def _may_go(self, one: Row[Any]) -> bool:
        return one.fault is None and not one.is_tail and one.n >= max(self.policy.block_min, COUNTED_MIN)


def _mark(connection: Connection, blocks: Iterable[Row[Any]], shown: Mapping[str, Any]) -> None:
    """Write down that these were looked at."""

    def grain(one: Row[Any]) -> str:
        return grain_of(Ends(one.first_day, one.first_part, one.last_day, one.last_part))

    for found, some in groupby(sorted(blocks, key=grain), key=grain):
        keys = [(one.journal_id, one.last_seq) for one in some]
        connection.execute(update(block).where(_KEY.in_(keys)).values(grain=found, **shown))


def _serve_everything(connection: Connection) -> None:
    """Count anew, for all days, which visits are of days whose transactions are known."""
    c = shown_count.c
    wanted = select(c.counter_id, c.first).where(c.stream == COUNTED, c.grain == DAY).distinct()
    add_up_served(connection, {tuple(row) for row in connection.execute(wanted)})


def _add_up_rated(connection: Connection, blocks: Sequence[Row[Any]]) -> None:
    """Count anew, for the days of these blocks, which visits are of days whose transactions are known."""
    p = block_piece.c
    here = tuple_(p.journal_id, p.last_seq).in_([(one.journal_id, one.last_seq) for one in blocks])
    wanted = select(p.counter_id, p.day).where(here).distinct()
    add_up_served(connection, {tuple(row) for row in connection.execute(wanted)})
