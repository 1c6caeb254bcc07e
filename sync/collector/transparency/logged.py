"""Logged: how far a journal is in the public log, and the leaves of keys and reports."""

from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, select

from sync.collector.store.schema import log_leaf
from sync.collector.transparency.leaves.index import entry_of, epoch_of
from sync.collector.transparency.public import Published


class Logged(NamedTuple):
    """A leaf of what is published."""

    index: int
    day: date
    """The office's day at whose end it was so."""
    kind: str
    seq: int
    """Of a journal its last entry then; else 0."""
    cuts_size: int
    cuts_root: bytes


def logged_through(connection: Connection, journal_id: str, published: Published) -> Logged | None:
    """The newest leaf of a journal below the published checkpoint's size; None where there is none."""
    mine = log_leaf.c.journal_id == journal_id
    return _newest(connection, published, mine)


def logged_key(connection: Connection, device_id: str, key_id: int, published: Published) -> Logged | None:
    """The leaf of a kiosk's key; None where none is published."""
    return _newest(connection, published, log_leaf.c.kind == "key", log_leaf.c.subject == f"{device_id}/{key_id}")


def logged_report(
    connection: Connection, unit_id: int, month: date, number: int, published: Published
) -> Logged | None:
    """The leaf of a closed report or a correction of it (``closed_month``); None where none is published."""
    subject = f"{unit_id}/{month:%Y-%m}/{number}"
    return _newest(connection, published, log_leaf.c.kind == "report", log_leaf.c.subject == subject)


def _newest(connection: Connection, published: Published, *which: Any) -> Logged | None:
    checkpoint = published.checkpoint
    wanted = select(log_leaf).where(*which, log_leaf.c.epoch == epoch_of(checkpoint.origin))
    wanted = wanted.where(log_leaf.c.leaf_index < checkpoint.size).order_by(log_leaf.c.leaf_index.desc()).limit(1)
    row: Row[Any] | None = connection.execute(wanted).one_or_none()
    if row is None:
        return None
    entry = entry_of(row)
    return Logged(row.leaf_index, entry.day, entry.kind, entry.seq or 0, entry.cuts_size or 0, entry.cuts_root or b"")
