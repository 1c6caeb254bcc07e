"""Index: what each leaf of the log is about, and the log's state, as the database has them.

Neither is believed: a leaf is worked out anew from what it is about and held to the log's tiles.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, and_, delete, func, insert, or_, select, update

from sync.collector.store.bulk import insert_rows
from sync.collector.store.schema import log_journal, log_leaf, log_state
from sync.protocol.tlog.leaf import ENDED, JOURNAL, KEY, LOGKEY, REPORT, RESTART

_ROW = 1
ROWS_AT_ONCE = 2000

OWN_KINDS = (LOGKEY, RESTART)
"""Of leaves that are about the log itself."""
NAMES_SOMETHING = or_(
    and_(log_leaf.c.kind.in_((JOURNAL, ENDED)), log_leaf.c.journal_id.is_not(None)),
    and_(log_leaf.c.kind.in_((KEY, REPORT)), log_leaf.c.subject.is_not(None)),
    log_leaf.c.kind.in_(OWN_KINDS),
)
"""Of rows that say what their leaf is about, so that it can be held to that. Any other row is as good as none."""


class LeafSource(NamedTuple):
    """What a leaf is about, and so what it can be worked out from anew."""

    day: date
    kind: str
    journal_id: str | None = None
    seq: int | None = None
    cuts_size: int | None = None
    cuts_root: bytes | None = None
    subject: str | None = None


class State(NamedTuple):
    """Which log it is, and how far."""

    origin: str
    vkey: str
    size: int
    root: bytes
    day: date | None
    published_size: int
    published_at: datetime | None
    cosigned: int
    fault: str | None
    fault_at: datetime | None


def keep_sources(connection: Connection, epoch: int, first: int, sources: Sequence[LeafSource]) -> None:
    """Note what the leaves from index ``first`` on are about."""
    rows = [(index, source.day.isoformat(), *source[1:]) for index, source in enumerate(sources, first)]
    names = ("leaf_index", *LeafSource._fields)
    insert_rows(connection, log_leaf, {"epoch": epoch}, names, rows, then="ON CONFLICT DO NOTHING")


def forget_unsigned(connection: Connection, epoch: int, size: int) -> None:
    """Drop what was noted of leaves that were never signed; with size 0 all that was noted."""
    connection.execute(delete(log_leaf).where(log_leaf.c.epoch == epoch, log_leaf.c.leaf_index >= size))


def missing_sources(connection: Connection, epoch: int, size: int) -> list[int]:
    """Of which of the first ``size`` leaves it is not noted what they are about."""
    wanted = select(log_leaf.c.leaf_index).where(log_leaf.c.epoch == epoch, log_leaf.c.leaf_index < size)
    missing = bytearray(b"\1") * size
    for index in connection.execute(wanted.where(NAMES_SOMETHING)).scalars():
        missing[index] = 0
    return [index for index, is_missing in enumerate(missing) if is_missing]


def count_sources(connection: Connection, epoch: int, size: int) -> int:
    """Of how many of the first ``size`` leaves it is noted what they are about."""
    wanted = select(func.count()).where(log_leaf.c.epoch == epoch, log_leaf.c.leaf_index < size)
    return int(connection.execute(wanted.where(NAMES_SOMETHING)).scalar_one())


def sources_between(connection: Connection, epoch: int, first: int, end: int) -> Iterator[tuple[int, LeafSource]]:
    """What the leaves from ``first`` up to, but not with, ``end`` are about, by index."""
    columns = (log_leaf.c.leaf_index, *(log_leaf.c[name] for name in LeafSource._fields))
    wanted = select(*columns).where(log_leaf.c.epoch == epoch, log_leaf.c.leaf_index >= first)
    for row in connection.execute(wanted.where(log_leaf.c.leaf_index < end).order_by(log_leaf.c.leaf_index)):
        yield row.leaf_index, source_of(row)


def source_of(row: Row[Any]) -> LeafSource:
    """What a row of ``log_leaf`` says."""
    journal_id = None if row.journal_id is None else str(row.journal_id)
    root = None if row.cuts_root is None else bytes(row.cuts_root)
    return LeafSource(row.day, row.kind, journal_id, row.seq, row.cuts_size, root, row.subject)


def keep_first_hashes(connection: Connection, hashes: Sequence[tuple[str, bytes]]) -> None:
    """Remember the hash after the first line of journals; another one that was remembered was wrong."""
    then = "ON CONFLICT (journal_id) DO UPDATE SET first_hash = excluded.first_hash"
    insert_rows(connection, log_journal, {}, ("journal_id", "first_hash"), list(hashes), then=then)


def read_state(connection: Connection) -> State | None:
    """How far the log is; None where there is none yet."""
    row = connection.execute(select(*(log_state.c[name] for name in State._fields))).one_or_none()
    return None if row is None else State(*row)._replace(root=bytes(row.root))


def keep_state(connection: Connection, **values: object) -> None:
    """Note something of the log's state; the first time everything that has to be known."""
    if not connection.execute(update(log_state).values(values)).rowcount:
        connection.execute(insert(log_state).values({"row_id": _ROW, **values}))
