"""Logged: how far a journal is in the public log, and the leaves of keys and reports."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, func, select

from sync.collector.store.schema import log_leaf
from sync.collector.transparency.disk.names import epoch_of
from sync.collector.transparency.leaves.index import source_of
from sync.collector.transparency.leaves.reports import of_row
from sync.collector.transparency.public import Published
from sync.protocol.tlog.leaf import KEY, REPORT


@dataclass(frozen=True, slots=True)
class Logged:
    """A leaf of what is published."""

    index: int
    day: date
    """The office's day at whose end it was so."""
    kind: str
    seq: int
    """Of a journal its last entry then; else 0."""
    cuts_size: int
    cuts_root: bytes


_OF = log_leaf.c
_IN_LOG = _OF.epoch == bindparam("of_epoch")


def _newest_of(*which: ColumnElement[bool]) -> Select[Any]:
    # The index alone finds it; in any other form SQLite walks down from the newest leaf of all.
    found = select(func.max(_OF.leaf_index)).where(*which, _IN_LOG, _OF.leaf_index < bindparam("size"))
    return select(log_leaf).where(_IN_LOG, _OF.leaf_index == found.scalar_subquery())


_OF_JOURNAL = _newest_of(_OF.journal_id == bindparam("wanted"))
_OF_SUBJECT = _newest_of(_OF.subject.is_not(None), _OF.subject == bindparam("wanted"), _OF.kind == bindparam("of_kind"))


def logged_through(connection: Connection, journal_id: str, published: Published) -> Logged | None:
    """The newest leaf of a journal below the published checkpoint's size; None where there is none."""
    return _newest(connection, published, _OF_JOURNAL, wanted=journal_id)


def logged_key(connection: Connection, device_id: str, key_id: int, published: Published) -> Logged | None:
    """The leaf of a kiosk's key; None where none is published."""
    return _newest(connection, published, _OF_SUBJECT, wanted=f"{device_id}/{key_id}", of_kind=KEY)


def logged_report(
    connection: Connection, unit_id: int, month: date, number: int, published: Published
) -> Logged | None:
    """The leaf of a closed report or a correction of it (``closed_month``); None where none is published."""
    subjects = (of_row(connection, unit_id, month, number).subject, f"{unit_id}/{month:%Y-%m}/{number}")
    found = (_newest(connection, published, _OF_SUBJECT, wanted=one, of_kind=REPORT) for one in subjects)
    return next((one for one in found if one is not None), None)


def _newest(connection: Connection, published: Published, which: Select[Any], **of: object) -> Logged | None:
    checkpoint = published.checkpoint
    of |= {"of_epoch": epoch_of(checkpoint.origin), "size": checkpoint.size}
    row: Row[Any] | None = connection.execute(which, of).one_or_none()
    if row is None:
        return None
    said = source_of(row)
    return Logged(row.leaf_index, said.day, said.kind, said.seq or 0, said.cuts_size or 0, said.cuts_root or b"")
