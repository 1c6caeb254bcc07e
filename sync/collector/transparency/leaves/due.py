"""Due: which leaves a day adds, and what each says.

The order of a day's leaves is that of their bytes, which are hashes: it says nothing of who they are about.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache, partial
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, func, select

from sync.collector.replica.stored import stored_hashes
from sync.collector.store.database import Database
from sync.collector.store.schema import device, device_key, journal, log_journal, log_leaf
from sync.collector.transparency.disk.tree import Tree
from sync.collector.transparency.leaves.cuts import cuts_of, with_cuts
from sync.collector.transparency.leaves.index import LeafSource
from sync.collector.transparency.leaves.reports import kept_reports, require_new, require_said
from sync.protocol.tlog.checkpoint import write_hash
from sync.protocol.tlog.leaf import (
    ENDED,
    JOURNAL,
    KEY,
    LOGKEY,
    REPORT,
    RESTART,
    Leaf,
    Reached,
    journal_leaf,
    journal_secret,
    key_leaf,
    logkey_leaf,
    tag,
)
from sync.protocol.tlog.statement import KeyChange
from sync.protocol.tlog.tiles import TILE_WIDTH

JOURNALS_AT_ONCE = 500
BUNDLES_KEPT = 64


class Due(NamedTuple):
    """A leaf to be added, and what it is about."""

    leaf: bytes
    source: LeafSource


class Wanted(NamedTuple):
    """For which log and which day, and what that log says of itself."""

    epoch: int
    day: date
    """The office's day that has ended."""
    tree: Tree
    """What is signed so far."""
    changes: Sequence[KeyChange] = ()
    first: bytes | None = None
    """The leaf with which a log begins that follows a lost one."""


def due_leaves(database: Database, wanted: Wanted, size: int) -> tuple[list[Due], list[tuple[str, bytes]]]:
    """The leaves that are due, in their order, and the first hashes of journals that were not remembered yet.

    Raises LogAltered for a closed report whose row and numbers do not say the same, or that the log has already.
    """
    learnt: list[tuple[str, bytes]] = []
    others = list(_journals(database, wanted, _Before(wanted.tree, size), learnt))
    with database.reading() as connection:
        others += [*_keys(connection, wanted), *_reports(connection, wanted, size), *_log_keys(connection, wanted)]
    return [*_restart(wanted, size), *sorted(others, key=lambda due: due.leaf)], learnt


def first_hash(connection: Connection, journal_id: str) -> bytes | None:
    """The chain's hash after a journal's first line, worked out from the stored line, or kept when that was dropped."""
    return stored_hashes(connection, journal_id, {1}).get(1)


def _restart(wanted: Wanted, size: int) -> Iterator[Due]:
    if wanted.first is not None and size == 0:
        leaf = Leaf.parse(wanted.first)
        yield Due(leaf.raw, LeafSource(leaf.day, RESTART, subject="/".join(leaf.fields)))


class _Before:
    """The leaves before these, to which it is held what the database remembers of journals."""

    def __init__(self, tree: Tree, size: int) -> None:
        # A day's leaves stand beside each other, so few bundles are read however many journals grew.
        self._bundle = lru_cache(BUNDLES_KEPT)(partial(tree.leaves, size=size))

    def first_hash(self, row: Row[Any], newest: Row[Any] | None) -> bytes | None:
        """The remembered hash after a journal's first line, where its last leaf bears the tag that follows from it.

        Whoever wrote another one into the database would have leaves signed in which no kiosk finds itself.
        """
        if row.first_hash is None or newest is None:
            return None
        bundle, place = divmod(newest.leaf_index, TILE_WIDTH)
        wanted = write_hash(tag(journal_secret(bytes(row.first_hash)), newest.day))
        is_its = Leaf.parse(self._bundle(bundle)[place]).fields[0] == wanted
        return bytes(row.first_hash) if is_its else None


def _journals(database: Database, wanted: Wanted, before: _Before, learnt: list[tuple[str, bytes]]) -> Iterator[Due]:
    after = None
    while True:
        # Some at a time: on some versions of SQLite nobody can write while a view is held.
        with database.reading() as connection:
            page = with_cuts(_journals_in_order()).limit(JOURNALS_AT_ONCE)
            rows = connection.execute(page if after is None else page.where(journal.c.journal_id > after)).all()
            some = [
                _journal(connection, one, wanted.day, before, learnt) for one in _grown(connection, wanted.epoch, rows)
            ]
        yield from (due for due in some if due is not None)
        if len(rows) < JOURNALS_AT_ONCE:
            return
        after = str(rows[-1].journal_id)


class _Grown(NamedTuple):
    """A journal that grew since its last leaf, or ended since."""

    row: Row[Any]
    newest: Row[Any] | None
    """Its last leaf."""
    has_ended: bool


def _journal(
    connection: Connection, grown: _Grown, day: date, before: _Before, learnt: list[tuple[str, bytes]]
) -> Due | None:
    row = grown.row
    journal_id, last, first = str(row.journal_id), row.next_seq - 1, before.first_hash(row, grown.newest)
    if first is None:
        first = first_hash(connection, journal_id)
        if first is None:
            return None
        learnt.append((journal_id, first))
    reached = Reached(day, last, bytes(row.head), *cuts_of(connection, row, last))
    leaf = journal_leaf(journal_secret(first), reached, ended=grown.has_ended)
    kind = ENDED if grown.has_ended else JOURNAL
    return Due(leaf.raw, LeafSource(day, kind, journal_id, last, reached.cuts_size, reached.cuts_root))


def _journals_in_order() -> Select[Any]:
    columns = (journal.c.journal_id, journal.c.next_seq, journal.c.head, log_journal.c.first_hash)
    return (
        select(*columns, device.c.revoked_at)
        .join(device, device.c.device_id == journal.c.device_id)
        .outerjoin(log_journal, log_journal.c.journal_id == journal.c.journal_id)
        .where(journal.c.next_seq > 1)
        .order_by(journal.c.journal_id)
    )


def _grown(connection: Connection, epoch: int, rows: Sequence[Row[Any]]) -> Iterator[_Grown]:
    """Those of these journals of which a leaf is due; asked apart, for leaves and later journals may lie elsewhere."""
    journals = [row.journal_id for row in rows]
    newest = (
        select(func.max(log_leaf.c.leaf_index))
        .where(log_leaf.c.epoch == epoch, log_leaf.c.journal_id.in_(journals))
        .group_by(log_leaf.c.journal_id)
    )
    c, later = log_leaf.c, journal.c
    wanted: Select[Any] = select(c.journal_id, c.leaf_index, c.day, c.seq, c.kind).where(
        c.epoch == epoch, c.leaf_index.in_(newest)
    )
    leaves: dict[str, Row[Any]] = {str(leaf.journal_id): leaf for leaf in connection.execute(wanted)}
    gone_on = select(later.continues).where(later.continues.in_(journals), later.next_seq > 1)
    elsewhere = set(connection.execute(gone_on).scalars())
    for row in rows:
        leaf, has_ended = leaves.get(row.journal_id), row.revoked_at is not None or row.journal_id in elsewhere
        if leaf is None or leaf.seq < row.next_seq - 1 or (has_ended and leaf.kind != ENDED):
            yield _Grown(row, leaf, has_ended)


def _keys(connection: Connection, wanted: Wanted) -> Iterator[Due]:
    c = device_key.c
    rows = connection.execute(select(c.device_id, c.key_id, c.public_key))
    known = _subjects(connection, wanted.epoch, KEY)
    for row in rows:
        subject = f"{row.device_id}/{row.key_id}"
        if subject not in known:
            leaf = key_leaf(wanted.day, str(row.device_id), row.public_key)
            yield Due(leaf.raw, LeafSource(wanted.day, KEY, subject=subject))


def _reports(connection: Connection, wanted: Wanted, size: int) -> Iterator[Due]:
    known = _subjects(connection, wanted.epoch, REPORT)
    new = [one for one in kept_reports(connection) if known.isdisjoint((one.of.subject, one.old_subject))]
    require_new(wanted.tree, size, new)
    for report in new:
        require_said(connection, report)
        yield Due(report.leaf(wanted.day).raw, LeafSource(wanted.day, REPORT, subject=report.of.subject))


def _log_keys(connection: Connection, wanted: Wanted) -> Iterator[Due]:
    known = _subjects(connection, wanted.epoch, LOGKEY)
    for change in wanted.changes:
        leaf = logkey_leaf(wanted.day, change.old.vkey, change.new.vkey)
        subject = f"{change.old.key_id.hex()}/{change.new.key_id.hex()}"
        if subject not in known:
            yield Due(leaf.raw, LeafSource(wanted.day, LOGKEY, subject=subject))


def _subjects(connection: Connection, epoch: int, kind: str) -> set[str]:
    wanted = select(log_leaf.c.subject).where(log_leaf.c.epoch == epoch, log_leaf.c.kind == kind)
    return set(connection.execute(wanted.where(log_leaf.c.subject.is_not(None))).scalars())
