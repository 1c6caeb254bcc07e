"""Carried: what a file takes of the log to kiosks without a network, which cannot say what they keep of it.

The proofs are from the end of every day that is not too long ago: what such a kiosk keeps is from an earlier file.
"""

from sqlalchemy import Connection, func, select

from sync.collector.store.schema import log_leaf
from sync.collector.transparency.answer import told_leaf
from sync.collector.transparency.disk.names import epoch_of
from sync.collector.transparency.logged import logged_through
from sync.collector.transparency.public import PublicLog, Published
from sync.protocol.tlog.checkpoint import write_hash
from sync.protocol.tlog.messages import STATEMENTS_MAX, CarriedLog, LogLeaf

DAYS_MAX = 400
"""From the ends of so many days on proofs are carried, about a kilobyte each."""


def carried_log(connection: Connection, log: PublicLog, published: Published) -> CarriedLog:
    """What is published, for kiosks that keep any of the last checkpoints, or none, or one of an older log."""
    size = published.checkpoint.size
    proofs = {
        str(old): [write_hash(one) for one in log.consistency(old, size)] for old in _sizes(connection, published)
    }
    first = [write_hash(one) for one in log.proof_of(0, size)] if size else []
    return CarriedLog(published.text, proofs, log.statements()[-STATEMENTS_MAX:], first)


def carried_leaf(connection: Connection, log: PublicLog, published: Published, journal_id: str) -> LogLeaf | None:
    """The newest published leaf of a journal; None where there is none."""
    leaf = logged_through(connection, journal_id, published)
    return None if leaf is None else told_leaf(log, leaf, published.checkpoint.size)


def _sizes(connection: Connection, published: Published) -> list[int]:
    """How large the log was at the ends of the last days, without what is published now."""
    c, size = log_leaf.c, published.checkpoint.size
    mine = (c.epoch == epoch_of(published.checkpoint.origin), c.leaf_index < size)
    ends = select(func.max(c.leaf_index)).where(*mine).group_by(c.day).order_by(c.day.desc()).limit(DAYS_MAX)
    return sorted(end + 1 for end in connection.execute(ends).scalars() if end + 1 < size)
