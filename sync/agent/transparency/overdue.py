"""Overdue: what an honest collector does within days, counted on the days on which it answers.

Silence proves nothing. Whoever shows the same checkpoint again and again, none at all, or one so large that nothing
can follow it, keeps a kiosk from seeing what became of its journal; so would whoever shows it a log of its own that no
witness signed. None of it ends by itself, and each is told after a fixed number of days. Days without an answer are
not counted: a kiosk that was away hears everything with its first call.
"""

from datetime import date, datetime

import msgspec

from kiosk.journal.chain import Cursor
from sync.agent.transparency.chain import Chain
from sync.agent.transparency.kept import Awaited, Counted, Doubt, Fault, KeptLog

HELD_DAYS_MAX = 7
"""On how many days the collector may answer before entries that it has are in its log; one is enough in good order."""
GROWN_DAYS_MAX = 30
"""On how many days the log may be seen not to grow, where it holds all of this kiosk: others press too."""
SIGNED_DAYS_MAX = 7
"""On how many days a checkpoint may be kept that too few of the known witnesses signed: none such is published."""
OVERDUE = frozenset({Doubt.STALLED, Doubt.QUIET, Doubt.UNWITNESSED})


def after_answer(kept: KeptLog, chain: Chain, cursor: Cursor, now: datetime, *, has_grown: bool) -> KeptLog:
    """What is kept once the collector answered, with what is overdue as its trouble; that ends by itself.

    ``cursor`` is how far the collector's copy reaches.
    """
    day = now.date()
    is_signed = not kept.note or kept.witnessed >= kept.roots.quorum
    counted = msgspec.structs.replace(
        kept,
        awaited=_asked(kept, chain, cursor, day),
        quiet=None if has_grown else _one_more(kept.quiet, day),
        unsigned=None if is_signed else _one_more(kept.unsigned, day),
    )
    late, trouble = _late(counted, chain), kept.trouble
    if late is None:
        return msgspec.structs.replace(counted, trouble=None if trouble and trouble.code in OVERDUE else trouble)
    since = trouble.at if trouble and trouble.code is late[0] else now.isoformat(timespec="seconds")
    return msgspec.structs.replace(counted, trouble=Fault(late[0], since, late[1]))


def _late(kept: KeptLog, chain: Chain) -> tuple[Doubt, str] | None:
    """The first thing that is overdue, and in which words."""
    awaited, proven = kept.awaited, kept.told(chain.id).seq
    is_awaited = awaited is not None and awaited.journal_id == chain.id and awaited.seq > proven
    if awaited is not None and is_awaited and awaited.asked >= HELD_DAYS_MAX:
        why = f"the collector answered on {awaited.asked} days, and its log holds entry {proven} and not {awaited.seq}"
        return Doubt.STALLED, why
    if kept.unsigned is not None and kept.unsigned.days >= SIGNED_DAYS_MAX:
        why = f"{kept.witnessed} of {kept.roots.quorum} witnesses signed the checkpoint, on {kept.unsigned.days} days"
        return Doubt.UNWITNESSED, why
    if kept.quiet is not None and kept.quiet.days >= GROWN_DAYS_MAX:
        return Doubt.QUIET, f"the collector answered on {kept.quiet.days} days, and its log did not grow"
    return None


def _asked(kept: KeptLog, chain: Chain, cursor: Cursor, day: date) -> Awaited | None:
    """What is awaited of the log, with this day counted. Nothing changes where the disk cannot tell."""
    awaited, acknowledged, today = kept.awaited, cursor.next_seq - 1, day.isoformat()
    if chain.hash_at(1) is None or chain.hash_at(acknowledged) != cursor.head:
        return awaited
    proven = kept.told(chain.id).seq
    if acknowledged > proven and (awaited is None or awaited.journal_id != chain.id):
        return Awaited(chain.id, acknowledged, today)
    if awaited is None or acknowledged <= proven:
        return awaited
    if proven >= awaited.seq:
        # Days on which the log grew without the journal's newest leaf go on being counted.
        return Awaited(chain.id, acknowledged, awaited.day if awaited.days else today, awaited.days)
    if today in (awaited.day, awaited.asked_on):
        return awaited
    return msgspec.structs.replace(awaited, asked=awaited.asked + 1, asked_on=today)


def _one_more(counted: Counted | None, day: date) -> Counted:
    if counted is None:
        return Counted(day.isoformat())
    is_counted = counted.day == day.isoformat()
    return counted if is_counted else Counted(day.isoformat(), counted.days + 1)
