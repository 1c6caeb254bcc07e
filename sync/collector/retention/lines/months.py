"""Months: which are due to be dropped, whether one may be yet, and who decided it."""

from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, delete, func, or_, select, text, update

from sync.collector.errors import NotAllowed, UsageWrong
from sync.collector.people.audit import note
from sync.collector.proof.floor import DROPPED
from sync.collector.replica.dropped import ARCHIVED, DECIDED, DONE
from sync.collector.replica.shown import month_after
from sync.collector.retention.lines.file import Totals
from sync.collector.retention.lines.file import totals_of as sum_up
from sync.collector.settings.collector import CollectorConfig
from sync.collector.store.schema import closed_look, closed_month, dropped_lines, dropped_month, first_closed, segment

_WHOLE_OFFICE = 0
_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('hailong dropped months'))")


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
    """The months whose time is over and in which lines came that are here, the oldest first."""
    newest = last_due(config, now)
    if newest is None:
        return []
    at = segment.c.received_at
    first = connection.execute(select(func.min(at, type_=at.type))).scalar_one()
    found, month = [], None if first is None else first.astimezone(UTC).date().replace(day=1)
    while month is not None and month <= newest:
        begins = datetime(month.year, month.month, 1, tzinfo=UTC)
        came = select(1).select_from(segment).where(at >= begins, at < until_of(month))
        if connection.execute(came.limit(1)).first() is not None:
            found.append(month)
        month = month_after(month)
    return found


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


def lock_months(connection: Connection) -> None:
    """Let no other program change how any month stands until this transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(_LOCK)


def next_part(connection: Connection, month: date) -> int:
    """Which part of its month the next file is.

    Lines that wait in one file must not go into a second one: raises NotAllowed where another month's file waits, or
    lines are being dropped.
    """
    c = dropped_month.c
    rows = connection.execute(select(c.month, c.part, c.state, c.archive_name).order_by(c.month, c.part)).all()
    for row in rows:
        if row.state == DECIDED:
            raise NotAllowed("lines of {month} are being dropped: do it to its end first, with collector maintain",
                             month=f"{row.month:%Y-%m}")  # fmt: skip
        if row.state == ARCHIVED and row.month != month:
            raise NotAllowed(
                "the lines of {month} are in {file} and not dropped yet: drop them first, or withdraw that file with "
                "collector lines withdraw --month {month}",
                month=f"{row.month:%Y-%m}", file=row.archive_name,
            )  # fmt: skip
    return 1 + max((row.part for row in rows if row.month == month and row.state == DONE), default=0)


def forget_archives(connection: Connection) -> None:
    """Forget what waits in files about which nobody decided, and what a killed program left of one."""
    decided = select(dropped_month.c.month).where(dropped_month.c.state == DECIDED)
    if connection.execute(decided.limit(1)).first() is None:
        connection.execute(delete(dropped_lines).where(dropped_lines.c.sums.is_(None)))
        connection.execute(delete(dropped_month).where(dropped_month.c.state == ARCHIVED))


def withdraw(connection: Connection, month: date, actor: str, now: datetime) -> str:
    """Let a month's file be void about which nobody decided; its name. Raises UsageWrong where there is none."""
    lock_months(connection)
    c = dropped_month.c
    here = select(c.archive_name, c.archive).where(c.month == month, c.state == ARCHIVED)
    row = connection.execute(here).one_or_none()
    if row is None:
        raise UsageWrong("no file of this month waits for a decision; see: collector lines list")
    forget_archives(connection)
    note(connection, now, actor, "lines withdraw", f"{month:%Y-%m}", {"archive": bytes(row.archive).hex()})
    return str(row.archive_name)


def totals_of(connection: Connection, month: date, part: int) -> Totals:
    """What is written down of a month's file, journal by journal, taken together."""
    d = dropped_lines.c
    wanted = select(d.journal_id, d.segments, d.first_seq, d.last_seq, d.contents)
    rows = connection.execute(wanted.where(d.month == month, d.part == part)).all()
    return sum_up(
        [(str(row.journal_id), row.segments, row.last_seq - row.first_seq + 1, bytes(row.contents)) for row in rows]
    )


def find_archive(connection: Connection, month: date, archive: bytes) -> Row[Any]:
    """The part of a month whose file has this hash; raises UsageWrong where there is none."""
    c = dropped_month.c
    row = connection.execute(select(dropped_month).where(c.month == month, c.archive == archive)).one_or_none()
    if row is None:
        raise UsageWrong("this is not the file in which the lines of this month were written last")
    return row


def statements_of(connection: Connection, month: date, part: int) -> dict[str, Row[Any]]:
    """What is written down of each journal in a month's file, by its id."""
    d = dropped_lines.c
    rows = connection.execute(select(dropped_lines).where(d.month == month, d.part == part)).all()
    return {str(row.journal_id): row for row in rows}


def decide(connection: Connection, month: date, archive: bytes, decision: Decision) -> Row[Any]:
    """Let a month's lines go, whose file has the hash ``archive`` and was read; a repeat changes nothing.

    Raises UsageWrong without a file of that month, or with another one.
    """
    lock_months(connection)
    row = find_archive(connection, month, archive)
    if row.state != ARCHIVED:
        return row
    if totals_of(connection, month, row.part) != (row.journals, row.segments, row.lines, bytes(row.contents)):
        raise UsageWrong("what is written down of this file is not whole: write the month to a new file")
    actor, second, purpose, now = decision
    values = {"state": DECIDED, "decided_at": now, "decided_by": actor, "second": second, "purpose": purpose}
    c = dropped_month.c
    connection.execute(update(dropped_month).where(c.month == month, c.part == row.part).values(values))
    said = {"archive": archive.hex(), "part": row.part, "second": second, "purpose": purpose}
    counts = {"journals": row.journals, "lines": row.lines, "ratings": row.ratings, "kept": row.kept}
    note(connection, now, actor, DROPPED, f"{month:%Y-%m}", said | counts)
    return row
