"""Reread: the files in which dropped lines are, held to what was kept of these lines, and to what kiosks signed.

Chain, content and signatures are proven by a file; ratings and sums are not counted anew from it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, select

from kiosk.journal.chain import Cursor
from sync.collector.errors import UsageWrong
from sync.collector.proof.chain import Reach, Walk
from sync.collector.proof.keys import Keys
from sync.collector.proof.wrong import Finding, What, Wrong
from sync.collector.replica.dropped import DECIDED, DONE
from sync.collector.retention.lines.file import Found, Segment, digest_of, read_file
from sync.collector.retention.lines.months import statements_of
from sync.collector.store.schema import dropped_month

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Reread:
    """What came of the file of one part of a month."""

    month: str
    part: int
    file: str
    lines: int
    """So many of its entries were dropped."""
    is_read: bool = False
    signed: int = 0
    """For so many of them a signature vouches."""
    findings: list[Finding] = field(default_factory=list)


def reread(connection: Connection, folder: Path | None) -> Iterator[Reread]:
    """Each part of a month that was dropped, with what its file in ``folder`` holds; without a folder none is read."""
    c = dropped_month.c
    wanted = select(dropped_month).where(c.state.in_((DECIDED, DONE))).order_by(c.month, c.part)
    for row in connection.execute(wanted).all():
        gone = {name: one for name, one in statements_of(connection, row.month, row.part).items() if one.sums}
        lines = sum(one.last_seq - one.first_seq + 1 for one in gone.values())
        told = Reread(f"{row.month:%Y-%m}", row.part, row.archive_name, lines)
        file = None if folder is None else folder / row.archive_name
        if file is not None and file.is_file():
            _read(connection, told, file, row, gone)
        yield told


def _read(connection: Connection, told: Reread, file: Path, row: Row[Any], gone: dict[str, Row[Any]]) -> None:
    """Read the file to its end; what does not hold is noted. It may have more: lines that stayed all the same."""
    lacking, told.is_read = set(gone), True
    try:
        if digest_of(file) != bytes(row.archive):
            raise Wrong(What.ARCHIVE_CHANGED, file=file.name, day=told.month)
        for found in read_file(file, row.month, row.part):
            known = gone.get(found.journal_id)
            if known is None:
                continue
            lacking.discard(found.journal_id)
            if not found.is_as(known):
                raise Wrong(What.ARCHIVE_CHANGED, file=file.name, day=told.month)
            told.signed += _signed(connection, found)
        if lacking:
            raise Wrong(What.ARCHIVE_CHANGED, file=file.name, day=told.month)
    except Wrong as wrong:
        told.findings.append(Finding.of(wrong))
    except (OSError, UsageWrong):
        told.findings.append(Finding.of(Wrong(What.ARCHIVE_CHANGED, file=file.name, day=told.month)))


def _signed(connection: Connection, found: Found) -> int:
    """For how many entries a signature of their kiosk vouches; raises Wrong where one does not hold."""
    reach = Reach(Cursor(found.first_seq, found.prev), found.first_seq - 1)
    walk = Walk(connection, found.journal_id, found.device_id, Keys(connection, found.device_id), reach)
    for one in found.segments:
        walk.take(_row(one))
    return walk.reach.signed_seq - found.first_seq + 1


def _row(one: Segment) -> tuple[Any, ...]:
    received_us = (one.received_at - _EPOCH) // timedelta(microseconds=1)
    ends = (one.first, one.last, bytes.fromhex(one.prev), bytes.fromhex(one.head))
    return (*ends, one.lines, one.signature, one.kiosk_clock, one.key_id, one.request, one.by_file, received_us)
