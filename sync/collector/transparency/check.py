"""Check: holds the database to the log: each leaf to what the stored lines, keys and reports say now.

Whoever rewrites the past, with whatever key and however consistently, arrives at other hashes than those that are
published. Heads of segments are taken as they are kept: that they follow from the lines is for the chain's check.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, bindparam, select

from sync.collector.errors import UsageWrong
from sync.collector.proof.wrong import Finding, What, Whose, Wrong
from sync.collector.replica.blocks.tree import cuts_at
from sync.collector.replica.dropped import floor_of
from sync.collector.replica.stored import stored_hashes
from sync.collector.store.database import Database
from sync.collector.store.schema import device_key, journal, log_leaf, segment
from sync.collector.transparency.disk.names import epoch_of
from sync.collector.transparency.errors import LogDamaged, LogFileMissing
from sync.collector.transparency.leaves.due import first_hash
from sync.collector.transparency.leaves.index import LeafSource, count_sources, source_of
from sync.collector.transparency.leaves.reports import LeafOf, reports_by_subject
from sync.collector.transparency.public import PublicLog, Published
from sync.collector.transparency.strange import claims_of, strange_leaves, strange_own
from sync.protocol.tlog.checkpoint import Checkpoint
from sync.protocol.tlog.errors import NoteWrong
from sync.protocol.tlog.leaf import (
    ENDED,
    KEY,
    REPORT,
    Leaf,
    Reached,
    journal_leaf,
    journal_secret,
    key_leaf,
)
from sync.protocol.tlog.merkle import EMPTY_ROOT, leaf_hash
from sync.protocol.tlog.note import Note

_HEADS = select(segment.c.last_seq, segment.c.head).where(segment.c.journal_id == bindparam("of_journal"))
_OF_JOURNAL = select(log_leaf).where(
    log_leaf.c.journal_id == bindparam("of_journal"), log_leaf.c.epoch == bindparam("of_epoch")
)


def check_journal(
    connection: Connection, log: PublicLog, published: Published, journal_id: str, newest: int | None = None
) -> None:
    """Hold the published leaves of a journal, or the ``newest`` so many, to its lines; raises Wrong for the first."""
    size = published.checkpoint.size
    of = {"of_journal": journal_id, "of_epoch": epoch_of(published.checkpoint.origin)}
    found = connection.execute(_OF_JOURNAL.order_by(log_leaf.c.leaf_index.desc()).limit(newest), of).all()
    rows = [row for row in reversed(found) if row.leaf_index < size]
    if not rows:
        return
    first = first_hash(connection, journal_id)
    heads = _heads(connection, journal_id, [row.seq for row in rows])
    floor = floor_of(connection, journal_id)
    for row in rows:
        source = source_of(row)
        if floor is not None and row.seq <= floor.last and row.seq not in heads:
            # The hash there went with the lines. What it was is in the log, and the log only grows.
            continue
        _hold_journal(source, first, heads)
        leaf = _journal_leaf(source, first or b"", heads)
        if leaf_hash(leaf.raw) != log.leaf_hash(row.leaf_index, size):
            raise Wrong(What.LOG_DIFFERS, last=source.seq, day=source.day.isoformat())
    # What the newest leaf commits to holds every cut before.
    last = source_of(rows[-1])
    if cuts_at(connection, journal_id, last.seq or 0) != (last.cuts_size, last.cuts_root):
        raise Wrong(What.LOG_DIFFERS, last=last.seq, day=last.day.isoformat())


def check_rest(database: Database, log: PublicLog, *, whole: bool = True) -> list[Finding]:
    """What does not hold of keys and reports, and leaves that belong to nothing.

    ``whole`` hashes every leaf anew, also those of the logs that this one follows.
    """
    found = [finding for one in log.older() for finding in _rest(database, one, whole=True)] if whole else []
    return found + _rest(database, log, whole=whole)


def _rest(database: Database, log: PublicLog, *, whole: bool) -> list[Finding]:
    found = list[Wrong]()
    try:
        published = log.newest()
        if published is None:
            return []
        with database.reading() as connection:
            size, epoch = published.checkpoint.size, epoch_of(published.checkpoint.origin)
            is_looked_at = whole or count_sources(connection, epoch, size) < size
            claims = claims_of(connection, published) if is_looked_at else None
            if claims is None:
                found += strange_own(connection, log, published)
        if claims is not None:
            found += strange_leaves(log, published, claims)
        with database.reading() as connection:
            found += _keys_and_reports(connection, log, published)
    except (LogDamaged, NoteWrong) as error:
        found.append(_unfit(error))
    return [Finding.of(wrong) for wrong in found]


def check_kiosk(connection: Connection, log: PublicLog, device_id: str, newest: int | None = None) -> Iterator[Finding]:
    """What does not hold of a kiosk's journals against what is published; see :func:`check_journal`.

    Without ``newest`` also against the logs that this one follows.
    """
    ids = connection.execute(select(journal.c.journal_id).where(journal.c.device_id == device_id)).scalars().all()
    for one in [*log.older(), log] if newest is None else [log]:
        published = _published(one)
        if published is None:
            continue
        for journal_id in sorted(map(str, ids)):
            yield from _of_journal(connection, one, published, journal_id, device_id, newest)


def _journals_logged(connection: Connection, published: Published) -> Iterator[tuple[str, str | None]]:
    """Every journal with a leaf, and its kiosk; None where the journal is not here."""
    epoch = epoch_of(published.checkpoint.origin)
    mine = select(log_leaf.c.journal_id).where(log_leaf.c.epoch == epoch, log_leaf.c.journal_id.is_not(None))
    ids = mine.distinct().subquery()
    wanted = select(ids.c.journal_id, journal.c.device_id).outerjoin(journal, journal.c.journal_id == ids.c.journal_id)
    for row in connection.execute(wanted.order_by(ids.c.journal_id)):
        yield str(row.journal_id), None if row.device_id is None else str(row.device_id)


def _heads(connection: Connection, journal_id: str, seqs: Sequence[int]) -> Mapping[int, bytes]:
    """The hash after each of these entries that the copy has."""
    wanted = set(seqs)
    ends = connection.execute(_HEADS.where(segment.c.last_seq.in_(sorted(wanted))), {"of_journal": journal_id})
    found = {row.last_seq: bytes(row.head) for row in ends}
    # A restored collector was sent again what came after its backup, in batches that end elsewhere.
    return found | stored_hashes(connection, journal_id, wanted - found.keys())


def _hold_journal(source: LeafSource, first: bytes | None, heads: Mapping[int, bytes]) -> None:
    if first is None or source.seq not in heads:
        raise Wrong(What.LOG_AHEAD, Whose.UNKNOWN, last=source.seq, day=source.day.isoformat())


def _journal_leaf(source: LeafSource, first: bytes, heads: Mapping[int, bytes]) -> Leaf:
    seq = source.seq or 0
    reached = Reached(source.day, seq, heads[seq], source.cuts_size or 0, source.cuts_root or EMPTY_ROOT)
    return journal_leaf(journal_secret(first), reached, ended=source.kind == ENDED)


def _keys_and_reports(connection: Connection, log: PublicLog, published: Published) -> Iterator[Wrong]:
    keys = {f"{row.device_id}/{row.key_id}": row for row in connection.execute(select(device_key))}
    size, epoch = published.checkpoint.size, epoch_of(published.checkpoint.origin)
    wanted = select(log_leaf).where(log_leaf.c.epoch == epoch, log_leaf.c.subject.is_not(None))
    rows = connection.execute(wanted.where(log_leaf.c.kind.in_((KEY, REPORT)), log_leaf.c.leaf_index < size)).all()
    sources = [(row.leaf_index, source_of(row)) for row in rows]
    reports = reports_by_subject(connection)
    for index, source in sources:
        leaf = _key_leaf(source, keys) if source.kind == KEY else _report_leaf(source, reports)
        if leaf is None or leaf_hash(leaf.raw) != log.leaf_hash(index, size):
            what = What.LOG_KEY if source.kind == KEY else What.LOG_REPORT
            yield Wrong(what, subject=source.subject, day=source.day.isoformat())


def _key_leaf(source: LeafSource, keys: Mapping[str, Any]) -> Leaf | None:
    row = keys.get(source.subject or "")
    return None if row is None else key_leaf(source.day, str(row.device_id), row.public_key)


def _report_leaf(source: LeafSource, reports: Mapping[str, LeafOf]) -> Leaf | None:
    leaf_of = reports.get(source.subject or "")
    return None if leaf_of is None else leaf_of(source.day)


def check_log(database: Database, log: PublicLog) -> Iterator[Finding]:
    """Everything that does not hold against what is published, now or by the logs before; nothing where no log is."""
    missing = set[str]()
    journals = (finding for one in (*log.older(), log) for finding in _journals(database, one))
    for finding in (*journals, *check_rest(database, log)):
        # Many journals are looked up in one file.
        file = finding.values["file"] if finding.code == What.LOG_MISSING.code else ""
        if file not in missing:
            yield finding
        missing |= {file} - {""}


def _published(log: PublicLog) -> Published | None:
    """What is published; None also where it cannot be read, which is told with the rest."""
    with suppress(NoteWrong):
        return log.newest()
    return None


def _journals(database: Database, log: PublicLog) -> Iterator[Finding]:
    published = _published(log)
    if published is None:
        return
    with database.reading() as connection:
        journals = list(_journals_logged(connection, published))
    for journal_id, device_id in journals:
        # A view for each: on some versions of SQLite nobody can write while one is held.
        with database.reading() as connection:
            found = list(_of_journal(connection, log, published, journal_id, device_id or ""))
        yield from found


def _of_journal(
    connection: Connection, log: PublicLog, published: Published, journal_id: str, device_id: str,
    newest: int | None = None,
) -> Iterator[Finding]:  # fmt: skip
    try:
        check_journal(connection, log, published, journal_id, newest)
    except Wrong as wrong:
        yield Finding.of(wrong, journal_id, device_id)
    except LogDamaged as error:
        yield Finding.of(_unfit(error), journal_id, device_id)


def _unfit(error: LogDamaged | NoteWrong) -> Wrong:
    """What is said of files that are missing or cannot be read: they are no part of the database."""
    if isinstance(error, LogFileMissing):
        return Wrong(What.LOG_MISSING, Whose.BESIDE, file=error.file)
    return Wrong(What.LOG_DAMAGED, Whose.BESIDE, why=str(error))


def require_checkpoint(log: PublicLog, text: str) -> Iterator[Finding]:
    """That the published log begins with what a checkpoint says that somebody kept elsewhere.

    Raises UsageWrong where the text is no checkpoint of this log.
    """
    published = log.newest()
    if published is None:
        raise UsageWrong("this collector has published no log yet")
    try:
        note = Note.parse(text)
        kept = Checkpoint.parse(note.text)
        is_ours = kept.origin == published.checkpoint.origin and bool(note.verified_by(log.verifiers()))
    except NoteWrong as error:
        raise UsageWrong("this is no checkpoint: {why}", why=error) from error
    if not is_ours:
        origin = published.checkpoint.origin
        raise UsageWrong("the checkpoint is not signed by this collector's log {origin}", origin=origin)
    if kept.size > published.checkpoint.size or log.root(kept.size, published.checkpoint.size) != kept.root:
        yield Finding.of(Wrong(What.LOG_REWRITTEN, n=kept.size))
