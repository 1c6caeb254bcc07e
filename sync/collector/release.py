"""Release: moves counts on their way to the reports into what may be shown, in blocks that are large enough.

An append puts what it brought into ``waiting_count``, in its own transaction; this step takes it from there
when its part of a day is over, forms blocks (``kiosk.domain.disclosure``) and adds them to what is shown
(``sync.collector.shown``). So a count is in one of the two, or left over for the next block, never in both.
What is known of the days with transactions (``sync.collector.served``) is added up anew after it.
It is repeated freely: by the upkeep, and by whoever reads a report first after a half day has ended.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, delete, func, insert, literal, select, text, true

from kiosk.domain.disclosure import Policy, Slice, form_blocks
from sync.collector.bulk import insert_rows
from sync.collector.schema import leftover_count, reason_tally, shown_rule, tally, waiting_count
from sync.collector.served import add_up_rated, lock_counters, take_back_rated
from sync.collector.shown import StreamKey, Sums, take_back
from sync.collector.tally import ASIDE, COUNTED, REASON

COUNTERS_AT_ONCE = 40
"""So many counters share a transaction: an append waits no longer than for these."""
_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('hailong release'))")
_LEFT = ("survey", "question", "stream", "counter_id", "day", "part", "level")

Transact = Callable[[Callable[[Connection], bool]], bool]
"""Runs work in a transaction of its own and hands on what it says once that is durable."""


@dataclass(frozen=True, slots=True)
class Release:
    """What may go out at one moment, under one policy."""

    present: tuple[str, str]
    """Today and its part."""
    policy: Policy

    def is_due(self, connection: Connection) -> bool:
        """Whether anything is to be done; reads one row."""
        if not self._rules(connection):
            return True
        return connection.execute(select(waiting_count.c.n).where(self._over()).limit(1)).first() is not None

    def run(self, transact: Transact) -> None:
        """Bring everything out that may go, a few counters at a time."""
        while transact(self._some):
            pass

    def _some(self, connection: Connection) -> bool:
        """Bring some counters' counts out; whether there are more."""
        lock_releases(connection)
        if not self._rules(connection):
            self._begin_anew(connection)
            return True
        counters = self._due_counters(connection)
        lock_counters(connection, counters)
        moved = select(waiting_count.c.counter_id).where(
            waiting_count.c.n < 0, waiting_count.c.counter_id.in_(counters)
        )
        count_anew(connection, sorted(set(connection.execute(moved).scalars())))
        self._bring_out(connection, counters)
        return len(counters) == COUNTERS_AT_ONCE

    def _rules(self, connection: Connection) -> bool:
        """Whether what is shown was formed by this policy."""
        row = connection.execute(select(shown_rule.c.block_min, shown_rule.c.delay)).first()
        return row is not None and tuple(row) == (self.policy.block_min, self.policy.delay)

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

    def _due_counters(self, connection: Connection) -> list[int]:
        wanted = select(waiting_count.c.counter_id).where(self._over()).distinct().limit(COUNTERS_AT_ONCE)
        return sorted(connection.execute(wanted).scalars())

    def _bring_out(self, connection: Connection, counters: Sequence[int]) -> None:
        pieces = _Pieces()
        left = delete(leftover_count).where(leftover_count.c.counter_id.in_(counters)).returning(leftover_count)
        for row in connection.execute(left):
            pieces.add(row, ("", ""))
        over = delete(waiting_count).where(waiting_count.c.counter_id.in_(counters), self._over())
        for row in connection.execute(over.returning(waiting_count)):
            pieces.add(row, (row.out_day.isoformat(), row.out_part))
        sums = Sums()
        rest: list[tuple[Any, ...]] = []
        for key, slices in pieces.by_stream():
            blocks, waiting = form_blocks(slices, self.policy.block_min if _has_opinions(key.stream) else 1)
            for block in blocks:
                sums.add(key, block)
            rest += [row for piece in waiting for row in _left_rows(key, piece)]
        insert_rows(connection, leftover_count, {}, (*_LEFT, "n"), rest)
        sums.keep(connection)
        for question, places in sums.rated_on(COUNTED).items():
            add_up_rated(connection, question, places)


def lock_releases(connection: Connection) -> None:
    """Let nobody else bring counts out, or take them back, until this transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(_LOCK)


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
    found = select(*own, stream.label("stream"), c.day.label("out_day"), c.part.label("out_part"), *half,
                   level.label("level"), func.sum(c.n).label("n"))  # fmt: skip
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


def _left_rows(key: StreamKey, piece: Slice[StreamKey]) -> Iterator[tuple[Any, ...]]:
    for level, n in piece.counts.items():
        if n:
            yield key.survey, key.question, key.stream, key.counter_id, piece.day, piece.part, level, n


def _has_opinions(stream: str) -> bool:
    """Whether a stream tells what anybody thought; how many were set aside does not."""
    return stream in (COUNTED, ASIDE) or stream.startswith(REASON)
