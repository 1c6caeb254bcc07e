"""Months: which are due to be dropped, whether one may be yet, and who decided it."""

from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, func, or_, select, update

from sync.collector.errors import NotAllowed, UsageWrong
from sync.collector.people.audit import note
from sync.collector.proof.floor import DROPPED
from sync.collector.replica.dropped import ARCHIVED, DECIDED
from sync.collector.replica.shown import month_after
from sync.collector.settings.collector import CollectorConfig
from sync.collector.store.schema import closed_look, closed_month, dropped_month, first_closed, segment

_WHOLE_OFFICE = 0


class Decision(NamedTuple):
    """Who decided that a month's lines go, and why."""

    actor: str
    second: str
    """The account of the second person, who typed their password."""
    purpose: str
    now: datetime


def until_of(month: date) -> datetime:
    """The first moment after a month of arrival, which is in UTC."""
    after = month_after(month)
    return datetime(after.year, after.month, 1, tzinfo=UTC)


def last_due(config: CollectorConfig, now: datetime) -> date | None:
    """The newest month whose time is over; None where lines are kept for ever."""
    months = config.retention.lines_months
    if not months:
        return None
    today = now.astimezone(UTC)
    # As many whole months as are kept lie between the month and this one.
    at = today.year * 12 + today.month - 1 - months - 1
    return date(at // 12, at % 12 + 1, 1)


def due_months(connection: Connection, config: CollectorConfig, now: datetime) -> list[date]:
    """The months whose time is over and of which lines are here, the oldest first."""
    newest = last_due(config, now)
    if newest is None:
        return []
    oldest = func.min(segment.c.received_at, type_=segment.c.received_at.type)
    first = connection.execute(select(oldest)).scalar_one()
    found, month = [], None if first is None else first.astimezone(UTC).date().replace(day=1)
    while month is not None and month <= newest:
        found.append(month)
        month = month_after(month)
    done = set(connection.execute(select(dropped_month.c.month).where(dropped_month.c.done_at.is_not(None))).scalars())
    return [each for each in found if each not in done]


def require_due(connection: Connection, config: CollectorConfig, month: date, now: datetime) -> None:
    """Raise NotAllowed unless a month's time is over, it is closed, and no correction of it or before waits."""
    newest = last_due(config, now)
    if newest is None or month > newest:
        raise NotAllowed("this month is not due: see retention.lines_months in the settings")
    begun = connection.execute(select(first_closed.c.month)).scalar_one_or_none()
    c = closed_month.c
    # In the office's zone the end of a month of arrival lies in the next one.
    after = month_after(month)
    closed = select(c.month).where(c.month.in_((month, after)), c.unit_id == _WHOLE_OFFICE)
    known = set(connection.execute(closed).scalars())
    # What was over before this collector closed months is never closed.
    if begun is None or any(each >= begun and each not in known for each in (month, after)):
        raise NotAllowed("this month is not closed yet")
    k = closed_look.c
    waiting = select(k.month).where(k.month <= after, or_(k.waits, k.failed_at.is_not(None)))
    if connection.execute(waiting.limit(1)).first() is not None:
        raise NotAllowed("a correction of this month, or of one before, is not made yet")


def decide(connection: Connection, month: date, archive: bytes, decision: Decision) -> Row[Any]:
    """Let a month's lines go, whose file has the hash ``archive``; a repeat changes nothing.

    Raises UsageWrong without a file of that month, or with another one.
    """
    c = dropped_month.c
    row = connection.execute(select(dropped_month).where(c.month == month).with_for_update()).one_or_none()
    if row is None or bytes(row.archive) != archive:
        raise UsageWrong("this is not the file in which the lines of this month were written last")
    if row.state != ARCHIVED:
        return row
    actor, second, purpose, now = decision
    values = {"state": DECIDED, "decided_at": now, "decided_by": actor, "second": second, "purpose": purpose}
    connection.execute(update(dropped_month).where(c.month == month).values(values))
    said = {"archive": archive.hex(), "second": second, "purpose": purpose}
    counts = {"journals": row.journals, "lines": row.lines, "ratings": row.ratings, "kept": row.kept}
    note(connection, now, actor, DROPPED, f"{month:%Y-%m}", said | counts)
    return row
