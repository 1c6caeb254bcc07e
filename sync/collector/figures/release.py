"""Step 13, bring out: moves counts on their way to the reports into what may be shown, in large enough blocks.

An append puts what it brought into ``waiting_count``, in its own transaction; this step takes it from there
when its part of a day is over, forms blocks (``kiosk.domain.numbers.disclosure``) and adds them to what is shown
(``sync.collector.replica.shown``). So a count is in one of the two, or left over for the next block, never in both.
What is known of the days with transactions (``sync.collector.replica.served``) is added up anew after it.
It is repeated freely: by the upkeep, and by whoever reads a report first after a half day has ended.
A counter whose counts cannot be brought out waits by itself: the others go out without it.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import structlog
from sqlalchemy import Column, ColumnElement, Connection, Row, Select, delete, func, insert, literal, select, text, true

from kiosk.domain.numbers.disclosure import Policy, Slice, form_blocks
from sync.collector.replica.served import add_up_rated, lock_counters, take_back_rated
from sync.collector.replica.shown import StreamKey, Sums, take_back
from sync.collector.replica.tally import ASIDE, COUNTED, REASON
from sync.collector.store.blame import lies_in_the_data
from sync.collector.store.bulk import insert_rows
from sync.collector.store.schema import leftover_count, reason_tally, shown_rule, tally, waiting_count
from sync.collector.store.writer import Transact

COUNTERS_AT_ONCE = 40
"""So many counters share a transaction: an append waits no longer than for these."""
_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('hailong release'))")
_LEFT = ("survey", "question", "stream", "counter_id", "day", "part", "level")

_log = structlog.get_logger("collector.release")


@dataclass(frozen=True, slots=True)
class Release:
    """What may go out at one moment, under one policy."""

    present: tuple[str, str]
    """Today and its part."""
    policy: Policy
    apart: Collection[int] = ()
    """Counters whose counts could not go out lately (``HeldBack``): they go on waiting, and are not tried again."""

    def is_due(self, connection: Connection) -> bool:
        """Whether anything is to be done; reads one row."""
        if not self.follows_rule(connection):
            return True
        return connection.execute(self._due(waiting_count.c.n, self.apart).limit(1)).first() is not None

    def run(self, transact: Transact) -> list[int]:
        """Bring everything out that may go, a few counters at a time; which counters' counts could not go.

        Raises what is the matter with the database itself, or with the rule.
        """
        transact(self._follow_rule)
        failed: list[int] = []
        while True:
            apart = (*self.apart, *failed)
            try:
                counters = transact(partial(self._some, apart=apart))
            except Exception as error:
                if not lies_in_the_data(error):
                    raise
                counters = transact(partial(self._due_counters, apart=apart))
                failed += self._in_halves(transact, counters)
            if len(counters) < COUNTERS_AT_ONCE:
                return failed

    def _in_halves(self, transact: Transact, counters: list[int]) -> list[int]:
        """Bring these out, fewer at a time until what fails is one counter; which those are."""
        try:
            transact(partial(self._bring_out, counters=counters))
        except Exception as error:
            if not lies_in_the_data(error):
                raise
            if len(counters) > 1:
                half = len(counters) // 2
                return self._in_halves(transact, counters[:half]) + self._in_halves(transact, counters[half:])
            _log.exception("a counter's counts cannot be shown", counter_id=counters[0])
            return counters
        return []

    def _some(self, connection: Connection, apart: Collection[int]) -> list[int]:
        _lock(connection)
        return self._bring_out(connection, self._due_counters(connection, apart))

    def _due_counters(self, connection: Connection, apart: Collection[int]) -> list[int]:
        wanted = self._due(waiting_count.c.counter_id, apart).distinct().limit(COUNTERS_AT_ONCE)
        return sorted(connection.execute(wanted).scalars())

    def _due(self, column: Column[int], apart: Collection[int]) -> Select[int]:
        wanted = select(column).where(self._over())
        return wanted.where(waiting_count.c.counter_id.not_in(sorted(apart))) if apart else wanted

    def follows_rule(self, connection: Connection) -> bool:
        """Whether what is shown was formed by this policy."""
        row = connection.execute(select(shown_rule.c.block_min, shown_rule.c.delay)).first()
        return row is not None and tuple(row) == (self.policy.block_min, self.policy.delay)

    def _follow_rule(self, connection: Connection) -> list[int]:
        _lock(connection)
        if not self.follows_rule(connection):
            self._begin_anew(connection)
        return []

    def _begin_anew(self, connection: Connection) -> None:
        lock_counters(connection, None)
        connection.execute(delete(shown_rule))
        connection.execute(
            insert(shown_rule).values(rule_id=1, block_min=self.policy.block_min, delay=self.policy.delay)
        )
        count_anew(connection, None)

    def _over(self) -> ColumnElement[bool]:
        if not self.policy.delay:
            return true()
        day, part = date.fromisoformat(self.present[0]), self.present[1]
        this_morning = (waiting_count.c.out_day == day) & (waiting_count.c.out_part < part)
        return (waiting_count.c.out_day < day) | this_morning

    def _bring_out(self, connection: Connection, counters: list[int]) -> list[int]:
        """Bring these counters' counts out; the counters."""
        _lock(connection)
        lock_counters(connection, counters)
        # Below nought: ratings that are out already were moved since, by a decision or another face. Blocks cannot give
        # one back, so everything of such a counter is taken back and formed anew.
        moved = select(waiting_count.c.counter_id).where(
            waiting_count.c.n < 0, waiting_count.c.counter_id.in_(counters)
        )
        count_anew(connection, sorted(set(connection.execute(moved).scalars())))
        sums, rest = self._blocks(connection, counters)
        insert_rows(connection, leftover_count, {}, (*_LEFT, "n"), rest)
        sums.keep(connection)
        for question, places in sums.rated_on(COUNTED).items():
            add_up_rated(connection, question, places)
        return counters

    def _blocks(self, connection: Connection, counters: Sequence[int]) -> tuple[Sums, list[tuple[Any, ...]]]:
        """Take all that may go from where it waits: what goes out now, and what is left over."""
        pieces = _Pieces()
        left = delete(leftover_count).where(leftover_count.c.counter_id.in_(counters)).returning(leftover_count)
        for row in connection.execute(left):
            pieces.add(row, ("", ""))
        over = delete(waiting_count).where(waiting_count.c.counter_id.in_(counters), self._over())
        for row in connection.execute(over.returning(waiting_count)):
            pieces.add(row, (row.out_day.isoformat(), row.out_part))
        sums = Sums()
        rest: Counter[tuple[Any, ...]] = Counter()
        for key, slices in pieces.by_stream():
            blocks, waiting = form_blocks(slices, self.policy.block_min if _has_opinions(key.stream) else 1)
            for block in blocks:
                sums.add(key, block)
            for piece in waiting:
                # What was left over and what came late may be of the same half day and level.
                rest.update(_left_counts(key, piece))
        return sums, [(*place, n) for place, n in rest.items() if n]


def count_anew(connection: Connection, counters: Sequence[int] | None) -> None:
    """Take everything of these counters back, and put it from the tallies on its way again; None is every counter."""
    if counters is not None and not counters:
        return
    take_back(connection, counters)
    take_back_rated(connection, counters)
    for table in (leftover_count, waiting_count):
        of_them = table.c.counter_id.in_(counters) if counters is not None else true()
        connection.execute(delete(table).where(of_them))
    names = [column.name for column in waiting_count.columns]
    for source in _sources():
        wanted = source if counters is None else source.where(source.selected_columns.counter_id.in_(counters))
        connection.execute(insert(waiting_count).from_select(names, wanted))


def _sources() -> Iterator[Select[Any]]:
    """Every stream as the tallies have it."""
    counted, aside = tally.c.standing == COUNTED, tally.c.standing != COUNTED
    nought: ColumnElement[int] = literal(0)
    yield _source(tally, literal(COUNTED), tally.c.level, tally.c.level).where(counted)
    yield _source(tally, literal(ASIDE), tally.c.level, tally.c.level).where(aside)
    yield _source(tally, tally.c.standing, nought, tally.c.standing).where(aside)
    reason = reason_tally.c.reason
    yield _source(reason_tally, literal(REASON) + reason, nought, reason).where(reason_tally.c.standing == COUNTED)


def _source(table: Any, stream: ColumnElement[str], level: ColumnElement[int], by: ColumnElement[Any]) -> Select[Any]:
    c = table.c
    own = (c.journal_id, c.counter_id, c.survey, c.question)
    half = (c.day, c.part)
    out = (stream.label("stream"), c.day.label("out_day"), c.part.label("out_part"))
    found = select(*own, *out, *half, level.label("level"), func.sum(c.n).label("n"))
    return found.group_by(*own, *half, by).having(func.sum(c.n) > 0)


class _Pieces:
    """Rows gathered by stream and half day."""

    def __init__(self) -> None:
        self._levels: dict[StreamKey, dict[tuple[str, str, tuple[str, str]], Counter[int]]] = {}

    def add(self, row: Row[Any], out_with: tuple[str, str]) -> None:
        """A row of what waits or was left over."""
        of_stream = self._levels.setdefault(StreamKey(row.counter_id, row.survey, row.question, row.stream), {})
        of_stream.setdefault((row.day.isoformat(), row.part, out_with), Counter())[row.level] += row.n

    def by_stream(self) -> Iterator[tuple[StreamKey, list[Slice[StreamKey]]]]:
        """What disclosure takes."""
        for key, pieces in self._levels.items():
            yield key, [Slice(key, day, part, counts, out) for (day, part, out), counts in pieces.items()]


def _left_counts(key: StreamKey, piece: Slice[StreamKey]) -> dict[tuple[Any, ...], int]:
    place = (key.survey, key.question, key.stream, key.counter_id, piece.day, piece.part)
    return {(*place, level): n for level, n in piece.counts.items()}


def _lock(connection: Connection) -> None:
    """Let two collectors not bring out the same."""
    if connection.dialect.name == "postgresql":
        connection.execute(_LOCK)


def _has_opinions(stream: str) -> bool:
    """Whether a stream tells what anybody thought; how many were set aside does not."""
    return stream in (COUNTED, ASIDE) or stream.startswith(REASON)


def lock_releases(connection: Connection) -> None:
    """Let nobody bring counts out, or take them back, until this transaction ends."""
    _lock(connection)
