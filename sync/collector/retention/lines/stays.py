"""Stays: which of a journal's first lines may go with a month, and why those of another must stay."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, func, or_, select

from sync.collector.replica.dropped import floor_of
from sync.collector.replica.projection_rows import UnreadReason
from sync.collector.store.schema import (
    block,
    cut_state,
    cut_tree,
    journal,
    log_leaf,
    log_state,
    proof_look,
    proof_mark,
    rating,
    segment,
    uncut_count,
    unread,
)

_FOR_GOOD = (
    UnreadReason.BAD_CUT,
    UnreadReason.BAD_TREE,
    UnreadReason.AFTER_CUT,
    UnreadReason.NOT_IN_VISIT,
    UnreadReason.BAD_COUNT,
)
"""What no upgrade and no grant will ever read otherwise."""


class Stays(StrEnum):
    """Why a journal's lines of a month stay; the sentence's message id."""

    CONTINUED = "the kiosk went on in another journal, whose entries are known again by these"
    BEFORE_BLOCKS = "they are from before blocks, and what was told then rests on them alone"
    WAITS = "ratings among them wait for a block, or their block was not looked at yet"
    UNREAD = "entries among them are set aside, and may still be read"
    UNPROVEN = "they were not found to hold by the nightly check"
    UNLOGGED = "the public log does not have them yet"


class Stretch(NamedTuple):
    """The first lines of a journal that came before a moment."""

    journal_id: str
    first: int
    last: int
    prev: bytes
    """The hash before the first of them."""


def stretch_of(connection: Connection, journal_id: str, until: datetime) -> Stretch | None:
    """The lines of a journal that are here and came before ``until``, up to the first that did not; None of none."""
    floor = floor_of(connection, journal_id)
    first = 1 if floor is None else floor.last + 1
    s = segment.c
    here = (s.journal_id == journal_id) & (s.first_seq >= first)
    after = connection.execute(select(func.min(s.first_seq)).where(here, s.received_at >= until)).scalar_one()
    before = here if after is None else here & (s.first_seq < after)
    last = connection.execute(select(func.max(s.last_seq)).where(before)).scalar_one()
    if last is None:
        return None
    prev = connection.execute(select(s.prev).where(here, s.first_seq == first)).scalar_one()
    return Stretch(journal_id, first, last, bytes(prev))


def why_stays(connection: Connection, of: Stretch, *, is_logged: bool) -> Stays | None:
    """Why these lines must stay, or None; ``is_logged`` where this collector keeps a public log."""
    if _is_continued(connection, of.journal_id):
        return Stays.CONTINUED
    state = connection.execute(select(cut_state).where(cut_state.c.journal_id == of.journal_id)).one_or_none()
    if state is None or state.begun_seq > 1:
        return Stays.BEFORE_BLOCKS
    if state.next_seq <= of.last or _waits(connection, of) or not _has_tree(connection, of):
        return Stays.WAITS
    if _any(
        connection, unread.c.journal_id == of.journal_id, unread.c.seq <= of.last, unread.c.reason.not_in(_FOR_GOOD)
    ):
        return Stays.UNREAD
    if not _is_proven(connection, of):
        return Stays.UNPROVEN
    return Stays.UNLOGGED if is_logged and not _is_in_log(connection, of) else None


def _is_continued(connection: Connection, journal_id: str) -> bool:
    j = journal.c
    # Two questions: journals lie on several machines in a distributed database.
    if _any(connection, j.continues == journal_id):
        return True
    return _any(connection, j.journal_id == journal_id, or_(j.continued, j.continues.is_not(None)))


def _waits(connection: Connection, of: Stretch) -> bool:
    """Whether a rating among them is in no block, or in one of which nobody knows yet where it counts."""
    r, u, b = rating.c, uncut_count.c, block.c
    newest = select(func.max(r.day)).where(r.journal_id == of.journal_id, r.seq <= of.last).scalar_subquery()
    return _any(connection, u.journal_id == of.journal_id, u.n > 0, u.day <= newest) or _any(
        connection, b.journal_id == of.journal_id, b.last_seq <= of.last, b.grain.is_(None)
    )


def _has_tree(connection: Connection, of: Stretch) -> bool:
    """Whether cuts among them are in the journal's tree, or there are none."""
    t, b = cut_tree.c, block.c
    if _any(connection, t.journal_id == of.journal_id, t.through >= of.last):
        return True
    return not _any(connection, b.journal_id == of.journal_id, b.is_kiosks, b.cut_seq <= of.last)


def _is_proven(connection: Connection, of: Stretch) -> bool:
    m, k = proof_mark.c, proof_look.c
    held = (
        select(m.next_seq)
        .join(journal, journal.c.journal_id == m.journal_id)
        .join(proof_look, k.device_id == journal.c.device_id)
        .where(m.journal_id == of.journal_id, m.next_seq > of.last, k.found.is_(None))
    )
    return connection.execute(held).first() is not None


def _is_in_log(connection: Connection, of: Stretch) -> bool:
    c = log_leaf.c
    size = select(func.max(log_state.c.published_size)).scalar_subquery()
    return _any(connection, c.journal_id == of.journal_id, c.seq >= of.last, c.leaf_index < size)


def _any(connection: Connection, *where: ColumnElement[bool]) -> bool:
    return connection.execute(select(1).where(*where).limit(1)).first() is not None
