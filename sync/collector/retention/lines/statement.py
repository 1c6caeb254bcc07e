"""Statement: what is kept of a journal's lines when they go, worked out from them."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from kiosk.domain.visit.survey import Survey
from kiosk.journal.chain import chain_next
from kiosk.journal.judged import Judge
from sync.collector.replica.blocks.series import levels_of
from sync.collector.replica.dropped import PRINT_BYTES, floor_of
from sync.collector.replica.stored import lines_in
from sync.collector.retention.lines.stays import Stretch
from sync.collector.store.schema import rating, segment


class Statement(NamedTuple):
    """One row of ``dropped_lines``, but for its month and its sums."""

    journal_id: str
    first_seq: int
    last_seq: int
    prev: bytes
    head: bytes
    first_hash: bytes
    prints: bytes
    signs: bool
    state: str
    ratings: int
    last_day: date | None


def segments_of(connection: Connection, of: Stretch) -> Iterator[Any]:
    """The segments with these lines, in order."""
    s = segment.c
    here = (s.journal_id == of.journal_id) & s.first_seq.between(of.first, of.last)
    yield from connection.execute(select(segment).where(here).order_by(s.first_seq))


def state_of(connection: Connection, of: Stretch, surveys: Mapping[str, Survey], segments: Iterable[Any]) -> Statement:
    """What is to be kept of these lines."""
    floor = floor_of(connection, of.journal_id)
    judge = Judge(levels_of(surveys), None if floor is None else floor.state or None)
    head, prints, signs = of.prev, bytearray(), False if floor is None else floor.signs
    first_hash = None if floor is None else floor.first_hash
    for row in segments:
        signs = signs or row.request is not None
        for seq, line in enumerate(lines_in(row.lines), row.first_seq):
            head = chain_next(head, line)
            first_hash = first_hash or head
            prints += head[:PRINT_BYTES]
            for _ in judge.read(seq, line):
                pass
    r = rating.c
    here = (r.journal_id == of.journal_id) & (r.seq <= of.last)
    n, day = connection.execute(select(func.count(), func.max(r.day)).where(here)).one()
    return Statement(
        of.journal_id, of.first, of.last, of.prev, head, first_hash or head, bytes(prints), signs, judge.state, n, day
    )
