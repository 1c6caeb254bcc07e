"""Recognised: what leaves are about of which no index is left, found by working out whose they can be.

After a restore of everything, what a mirror gave back are leaves alone. Whoever has the journals' lines knows them
again: by the tag of their day, and then by the entry to which the commitment fits. What kiosks have not sent again yet
stays unknown until they have.
"""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Connection, func, select

from sync.collector.replica.blocks.tree import cuts_at
from sync.collector.replica.stored import stored_entries
from sync.collector.store.schema import device_key, journal, log_leaf
from sync.collector.transparency.leaves.due import first_hash
from sync.collector.transparency.leaves.index import LeafSource
from sync.collector.transparency.leaves.reports import kept_reports, subject_in
from sync.protocol.tlog.checkpoint import write_hash
from sync.protocol.tlog.leaf import (
    ENDED,
    JOURNAL,
    KEY,
    REPORT,
    Leaf,
    Reached,
    journal_leaf,
    journal_secret,
    key_leaf,
    tag,
)

Leaves = Mapping[int, Leaf]
"""By index."""
Found = Iterator[tuple[int, LeafSource]]


def recognise(connection: Connection, epoch: int, leaves: Leaves) -> Found:
    """What those of the ``leaves`` are about that can be known, by index."""
    yield from _journals(connection, epoch, {at: leaf for at, leaf in leaves.items() if leaf.kind in (JOURNAL, ENDED)})
    yield from _keys(connection, {at: leaf for at, leaf in leaves.items() if leaf.kind == KEY})
    yield from _reports(connection, {at: leaf for at, leaf in leaves.items() if leaf.kind == REPORT})
    # The log's own leaves say themselves what they are about.
    for at, leaf in leaves.items():
        if leaf.kind not in (JOURNAL, ENDED, KEY, REPORT):
            yield at, LeafSource(leaf.day, leaf.kind, subject="/".join(leaf.fields))


def _journals(connection: Connection, epoch: int, leaves: Leaves) -> Found:
    by_tag = {leaf.fields[0]: (at, leaf) for at, leaf in leaves.items()}
    days = sorted({leaf.day for leaf in leaves.values()})
    if not days:
        return
    for journal_id in list(connection.execute(select(journal.c.journal_id).where(journal.c.next_seq > 1)).scalars()):
        first = first_hash(connection, str(journal_id))
        if first is not None:
            secret = journal_secret(first)
            mine = [by_tag[name] for day in days if (name := write_hash(tag(secret, day))) in by_tag]
            yield from _reached(connection, epoch, str(journal_id), secret, mine) if mine else ()


def _reached(
    connection: Connection, epoch: int, journal_id: str, secret: bytes, leaves: Sequence[tuple[int, Leaf]]
) -> Found:
    """To which entry of a journal each of its leaves commits; they come in the order of the days, so of the entries."""
    since = _known_through(connection, epoch, journal_id, leaves[0][0])
    waiting, cuts = list(leaves), cuts_at(connection, journal_id, since) if since else (0, b"")
    for seq, head, line in stored_entries(connection, journal_id, max(since, 1), 2**53):
        if not cuts[1] or b'"block"' in line:
            cuts = cuts_at(connection, journal_id, seq)
        at, leaf = waiting[0]
        reached = Reached(leaf.day, seq, head, *cuts)
        if seq >= since and journal_leaf(secret, reached, ended=leaf.kind == ENDED) == leaf:
            yield at, LeafSource(leaf.day, leaf.kind, journal_id, seq, *cuts)
            waiting.pop(0)
        if not waiting:
            return


def _known_through(connection: Connection, epoch: int, journal_id: str, index: int) -> int:
    """The entry of a journal's last leaf before that index of which the index knows."""
    c = log_leaf.c
    wanted = select(func.max(c.seq)).where(c.journal_id == journal_id, c.epoch == epoch, c.leaf_index < index)
    return int(connection.execute(wanted).scalar_one() or 0)


def _keys(connection: Connection, leaves: Leaves) -> Found:
    rows = connection.execute(select(device_key)).all() if leaves else []
    days = {leaf.day for leaf in leaves.values()}
    known = {
        key_leaf(day, str(row.device_id), row.public_key): f"{row.device_id}/{row.key_id}"
        for day in days
        for row in rows
    }
    yield from _named(leaves, known)


def _reports(connection: Connection, leaves: Leaves) -> Found:
    # One that names its unit is about that report, whatever the database says of it now.
    named = {at: leaf for at, leaf in leaves.items() if leaf.version > 1}
    for at, leaf in named.items():
        yield at, LeafSource(leaf.day, leaf.kind, subject=subject_in(leaf))
    others = {at: leaf for at, leaf in leaves.items() if at not in named}
    days = {leaf.day for leaf in others.values()}
    reports = list(kept_reports(connection)) if others else []
    yield from _named(others, {one.unnamed_leaf(day): one.old_subject for day in days for one in reports})


def _named(leaves: Leaves, known: Mapping[Leaf, str]) -> Found:
    for at, leaf in leaves.items():
        if leaf in known:
            yield at, LeafSource(leaf.day, leaf.kind, subject=known[leaf])
