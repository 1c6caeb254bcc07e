"""Statement: what is kept of a journal's lines when they go, worked out from them."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from hashlib import sha256
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, func, select

from kiosk.domain.visit.survey import Survey
from kiosk.journal.chain import chain_next
from kiosk.journal.judged import Judge
from sync.collector.replica.blocks.series import levels_of
from sync.collector.replica.dropped import PRINT_BYTES, floor_of
from sync.collector.replica.stored import lines_in
from sync.collector.retention.lines.stays import Stretch
from sync.collector.store.schema import journal, rating, segment


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
    segments: int
    contents: bytes
    ratings: int
    last_day: date | None


class Record(NamedTuple):
    """A stored segment, and how it stands in the file."""

    row: Any
    raw: bytes
    """With all that is stored of it, on one line."""


def records_of(connection: Connection, of: Stretch) -> Iterator[Record]:
    """The segments with these lines, in order."""
    wanted = select(journal.c.device_id).where(journal.c.journal_id == of.journal_id)
    device_id = str(connection.execute(wanted).scalar_one())
    s = segment.c
    here = (s.journal_id == of.journal_id) & s.first_seq.between(of.first, of.last)
    for row in connection.execute(select(segment).where(here).order_by(s.first_seq)):
        said = {
            "journal": of.journal_id, "device": device_id, "first": row.first_seq, "last": row.last_seq,
            "received_at": row.received_at.isoformat(), "prev": row.prev.hex(), "head": row.head.hex(),
            "lines": bytes(row.lines), "signature": row.signature, "kiosk_clock": row.kiosk_clock,
            "key_id": row.key_id, "request": row.request, "by_file": row.by_file,
        }  # fmt: skip
        yield Record(row, msgspec.json.encode(said) + b"\n")


def contents_of(records: Iterable[Record]) -> bytes:
    """SHA-256 of segments as they stand in the file."""
    found = sha256()
    for record in records:
        found.update(record.raw)
    return found.digest()


def state_of(
    connection: Connection, of: Stretch, surveys: Mapping[str, Survey], records: Iterable[Record]
) -> Statement:
    """What is to be kept of these lines."""
    floor = floor_of(connection, of.journal_id)
    judge = Judge(levels_of(surveys), None if floor is None else floor.state or None)
    head, prints, signs = of.prev, bytearray(), False if floor is None else floor.signs
    first_hash = None if floor is None else floor.first_hash
    segments, contents = 0, sha256()
    for row, raw in records:
        signs = signs or row.request is not None
        segments += 1
        contents.update(raw)
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
        of.journal_id, of.first, of.last, of.prev, head, first_hash or head, bytes(prints), signs, judge.state,
        segments, contents.digest(), n, day,
    )  # fmt: skip
