"""Awaited: entries that the collector has, and that its log must hold before long.

A leaf that is not sent proves nothing, and one of a later entry than the kiosk has made cannot be checked. Both are
told by what an honest collector does: it commits each night to all that it has, and never to what no kiosk sent.

What is counted are the days on which the kiosk saw the log grow, never days by the calendar: a kiosk that was away for
weeks sees it grow once, and a collector that was restored has been sent everything again before the next night.
"""

from datetime import date

import msgspec

from kiosk.journal.chain import Cursor
from sync.agent.transparency.chain import Chain
from sync.agent.transparency.kept import Awaited
from sync.protocol.tlog.messages import LogLeaf

GROWN_DAYS_MAX = 3
"""On how many days the log may be seen to grow without entries that the collector had before them all.

One is enough in good order; an entry that came while the night's leaves were made is in the next one's.
"""


def awaited_next(
    awaited: Awaited | None, chain: Chain, cursor: Cursor, leaf: LogLeaf | None, day: date
) -> Awaited | None:
    """What is awaited once the log was seen to grow: ``leaf`` is the journal's newest, ``cursor`` the collector's.

    Nothing changes where this disk cannot tell: it does not know its first entry any more, or the collector's copy
    does not lie on it, as after the kiosk was restored.
    """
    acknowledged, through = cursor.next_seq - 1, 0 if leaf is None else leaf.seq
    if chain.hash_at(1) is None or chain.hash_at(acknowledged) != cursor.head:
        return awaited
    if awaited is None or awaited.journal_id != chain.id or through >= awaited.seq:
        return Awaited(chain.id, max(acknowledged, through), day.isoformat())
    if awaited.day == day.isoformat():
        return awaited
    return msgspec.structs.replace(awaited, day=day.isoformat(), days=awaited.days + 1)


def is_beyond(chain: Chain, cursor: Cursor, leaf: LogLeaf | None) -> bool:
    """Whether a leaf names entries that neither this disk nor the collector's copy of it has.

    After the kiosk was restored the collector's copy has them: the journal is then continued as another one.
    """
    return leaf is not None and leaf.seq >= max(chain.head().next_seq, cursor.next_seq)
