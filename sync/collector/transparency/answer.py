"""Answer: what a kiosk is told of the log in the answer of a call that it makes anyway, with the proofs of it.

Nearly always nothing: one look at what is published, which is remembered. Once a day a checkpoint is new, and the
proofs are read from tiles that are remembered too.
"""

from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection

from sync.collector.settings.log import Log
from sync.collector.store.database import Database
from sync.collector.transparency.logged import Logged, logged_through
from sync.collector.transparency.public import PublicLog, Published
from sync.collector.transparency.trust import roots_of
from sync.protocol.own_key import sign_log_roots
from sync.protocol.tlog.checkpoint import write_hash
from sync.protocol.tlog.leaf import ENDED
from sync.protocol.tlog.merkle import EMPTY_ROOT
from sync.protocol.tlog.messages import STATEMENTS_MAX, LogAnswer, LogKept, LogLeaf


class Asked(NamedTuple):
    """What a kiosk says that it keeps, and of which journal it speaks."""

    kept: LogKept
    journal_id: str


def is_up_to_date(log: PublicLog, kept: LogKept) -> bool:
    """Whether ``log_answer`` has nothing to say, as it nearly always has; found without a question to the database."""
    if kept.checkpoint or not kept.origin:
        return False
    published = log.newest()
    if published is None:
        return True
    newest = published.checkpoint
    return (kept.origin, kept.size) == (newest.origin, newest.size) and kept.seq > 0


def log_answer(log: PublicLog, database: Database, asked: Asked) -> LogAnswer | None:
    """What is new for a kiosk that knows the log; None where nothing is."""
    published, kept = log.newest(), asked.kept
    if published is None or not kept.origin:
        return None
    is_same = kept.origin == published.checkpoint.origin
    if is_same and kept.size > published.checkpoint.size:
        # What was restored here must learn how far it was before it signs anything.
        return LogAnswer(show=True)
    is_known = is_same and kept.size == published.checkpoint.size
    if is_known and kept.seq:
        return None
    with database.reading() as connection:
        leaf = logged_through(connection, asked.journal_id, published)
    # A journal that is new to the kiosk is looked for until it is there; the log itself is known.
    return None if is_known and leaf is None else _answer(log, published, kept.size if is_same else None, leaf)


def roots_answer(
    connection: Connection, settings: Log, log: PublicLog, key: Ed25519PrivateKey, address: str
) -> LogAnswer | None:
    """By which a kiosk that was enrolled before there was a log knows it; None where there still is none."""
    roots = roots_of(connection, settings, log)
    return None if roots is None else LogAnswer(roots=sign_log_roots(key, roots, address))


def _answer(log: PublicLog, published: Published, kept_size: int | None, leaf: Logged | None) -> LogAnswer:
    size = published.checkpoint.size
    # Of another log nothing follows from what the kiosk keeps, but that this one begins by naming it.
    first = log.proof_of(0, size) if kept_size is None else []
    grown = log.consistency(kept_size, size) if kept_size else ()
    return LogAnswer(
        published.text,
        [write_hash(one) for one in grown],
        None if leaf is None else told_leaf(log, leaf, size),
        log.statements()[-STATEMENTS_MAX:],
        [write_hash(one) for one in first],
    )


def told_leaf(log: PublicLog, leaf: Logged, size: int) -> LogLeaf:
    """A journal's leaf as its kiosk is told, with the proof that it is in the tree of ``size`` leaves."""
    proof = [write_hash(one) for one in log.proof_of(leaf.index, size)]
    root = "" if leaf.cuts_root in (b"", EMPTY_ROOT) else write_hash(leaf.cuts_root)
    return LogLeaf("ended" if leaf.kind == ENDED else "journal", leaf.day.isoformat(), leaf.index, leaf.seq, proof,
                   leaf.cuts_size, root)  # fmt: skip
