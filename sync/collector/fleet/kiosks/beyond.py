"""Beyond: what kiosks said of counters, days or visits that are not theirs; it was kept, set aside and is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlalchemy import Connection, func, select

from sync.collector.calendar.half_days import HalfDay, half_day_at, told_until
from sync.collector.replica.projection_rows import BEYOND, UnreadReason
from sync.collector.store.schema import counter, journal, unit, unread

LINES_MAX = 40
_COUNTER = "counter "
_OLDER = ("no counter ", " in this unit")
"""How an older version wrote the same."""


@dataclass(frozen=True, slots=True)
class Aside:
    """Entries of one kiosk that were set aside for the same reason."""

    reason: str
    code: str
    """The counter they are for, where that is the reason."""
    name: str
    """Its name, where there is such a counter in somebody's units."""
    n: int
    last: HalfDay
    """When the last of them came."""

    @property
    def is_beyond(self) -> bool:
        """Whether the kiosk said what it may not say; else this version could not read it."""
        return self.reason in BEYOND


def read_asides(connection: Connection, device_id: str, path: str, now: datetime, zone: tzinfo) -> list[Aside]:
    """What of a kiosk was set aside in half days that are over, by reason and counter, the most first.

    Names below ``path`` alone.
    """
    newest = func.max(unread.c.received_at, type_=unread.c.received_at.type).label("at")
    wanted = select(unread.c.reason, unread.c.detail, func.count().label("n"), newest).select_from(unread)
    mine = wanted.join(journal, journal.c.journal_id == unread.c.journal_id).where(journal.c.device_id == device_id)
    mine = mine.where(unread.c.received_at < told_until(now, zone))
    found: dict[tuple[str, str], tuple[int, datetime]] = {}
    for row in connection.execute(mine.group_by(unread.c.reason, unread.c.detail)):
        key = (row.reason, counter_in(row.detail) if row.reason == UnreadReason.UNKNOWN_COUNTER else "")
        n, at = found.get(key, (0, row.at))
        found[key] = (n + row.n, max(at, row.at))
    most = sorted(found.items(), key=lambda item: (item[0][0] not in BEYOND, -item[1][0], item[0]))[:LINES_MAX]
    names = _names(connection, [code for (_, code), _ in most if code], path)
    return [Aside(reason, code, names.get(code, ""), n, half_day_at(at, zone)) for (reason, code), (n, at) in most]


def beyond_since(connection: Connection, since: datetime, until: datetime) -> dict[str, str]:
    """The kiosks that said what they may not say between two moments, and in short what that was."""
    kind = (journal.c.device_id, unread.c.reason)
    named = (func.min(unread.c.detail).label("first"), func.max(unread.c.detail).label("last"))
    wanted = select(*kind, *named).select_from(unread).join(journal, journal.c.journal_id == unread.c.journal_id)
    rows = connection.execute(
        wanted.where(unread.c.received_at >= since, unread.c.received_at < until)
        .where(unread.c.reason.in_([str(reason) for reason in BEYOND]))
        .group_by(*kind)
        .order_by(*kind)
    )
    found: dict[str, str] = {}
    for row in rows:
        of_counter = row.reason == UnreadReason.UNKNOWN_COUNTER
        what = f"{row.reason} {row.first} {row.last}" if of_counter else row.reason
        found[str(row.device_id)] = "; ".join(filter(None, (found.get(str(row.device_id)), what)))
    return found


def count_asides(connection: Connection, until: datetime) -> dict[str, int]:
    """How many entries of all kiosks that came before ``until`` are set aside, by reason."""
    wanted = select(unread.c.reason, func.count().label("n")).where(unread.c.received_at < until)
    rows = connection.execute(wanted.group_by(unread.c.reason))
    return {row.reason: int(row.n) for row in rows}


def counter_in(detail: str) -> str:
    """The counter that the detail of an entry names."""
    return detail.removeprefix(_COUNTER).removeprefix(_OLDER[0]).removesuffix(_OLDER[1])


def _names(connection: Connection, codes: Sequence[str], path: str) -> dict[str, str]:
    if not codes:
        return {}
    wanted = select(counter.c.code, counter.c.name).join(unit).where(counter.c.code.in_(codes))
    rows = connection.execute(wanted.where(unit.c.path.startswith(path, autoescape=True)))
    return {row.code: row.name for row in rows}
