"""Publish: a comment may be read when its week is over, and says no more of its place and time than many share.

Whoever saw who was at the counter must not be able to tell who wrote. So a comment appears after
its week, whatever day it was written; it names the counter where enough ratings were given there
that week, else the unit; the week where the unit had enough, else the month, else nothing at all.
What is said is decided once, by the same rule that hides small numbers, and stays.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select, update

from kiosk.domain.numbers.disclosure import Policy, hide_few
from kiosk.domain.visit.rating import Standing
from sync.collector.store.schema import comment, counter, tally

WEEK = timedelta(days=7)
AT_ONCE_MAX = 5000
"""Comments decided in one transaction."""


class Said(NamedTuple):
    """What may be said of where and when a comment was written."""

    counter_id: int | None
    """None: somewhere in the unit."""
    first: date | None
    """With ``last``: a week or a month; None: some day."""
    last: date | None


WAITS = Said(None, date.max, date.max)
"""Nothing may be said yet, nor the comment be shown."""


def publish_comments(connection: Connection, today: date, policy: Policy) -> int:
    """Decide on comments that have their text and whose week is over; how many may be read from now on."""
    rows = _ripe(connection, today, policy)
    counts = _Counts(connection)
    published = 0
    for row in rows:
        unit_id = counts.unit_of(row.counter_id)
        said = say(counts, row.counter_id, row.week, today, policy)
        if said == WAITS:
            continue
        values = {
            "published_on": today,
            "unit_id": unit_id,
            "shown_counter_id": said.counter_id,
            "shown_first": said.first,
            "shown_last": said.last,
        }
        here = (comment.c.journal_id == row.journal_id) & (comment.c.seq == row.seq)
        connection.execute(update(comment).where(here).values(values))
        published += 1
    return published


def say(counts: "_Counts", counter_id: int, week: date, today: date, policy: Policy) -> Said:
    """What may be said of a comment from this counter's week."""
    by_counter = counts.of_week(counter_id, week)
    if sum(by_counter.values()) >= policy.cell_min:
        # The same rule as on the report: a lone small counter has a partner, or leaving it out would name it.
        hidden = hide_few(by_counter, policy.cell_min)
        named = by_counter.get(counter_id, 0) >= policy.cell_min and counter_id not in hidden
        return Said(counter_id if named else None, week, week + WEEK - timedelta(days=1))
    first = week.replace(day=1)
    weeks = _weeks_of_month(first)
    if policy.delay and weeks[-1] + WEEK > today:
        return WAITS
    # The weeks with enough ratings are said, so this one is known to be among the others.
    others = sum(n for each in weeks if (n := sum(counts.of_week(counter_id, each).values())) < policy.cell_min)
    if others >= policy.cell_min:
        return Said(None, first, (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1))
    return Said(None, None, None)


class _Counts:
    """How many ratings counted, by counter and week; each week is read once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._weeks: dict[date, dict[int, int]] = {}
        found = connection.execute(select(counter.c.counter_id, counter.c.unit_id)).all()
        self._units = {int(row.counter_id): int(row.unit_id) for row in found}

    def unit_of(self, counter_id: int) -> int:
        """The unit of a counter."""
        return self._units[counter_id]

    def of_week(self, counter_id: int, week: date) -> dict[int, int]:
        """How many ratings counted in a week, at every counter of this one's unit."""
        if week not in self._weeks:
            self._weeks[week] = self._read(week)
        unit_id, read = self._units[counter_id], self._weeks[week]
        return {at: n for at, n in read.items() if self._units.get(at) == unit_id}

    def _read(self, week: date) -> dict[int, int]:
        rows = self._connection.execute(
            select(tally.c.counter_id, func.sum(tally.c.n))
            .where(tally.c.day.between(week, week + WEEK - timedelta(days=1)))
            .where(tally.c.standing == str(Standing.COUNTED))
            .group_by(tally.c.counter_id)
        )
        return {int(counter_id): int(n) for counter_id, n in rows}


def _ripe(connection: Connection, today: date, policy: Policy) -> Sequence[Any]:
    wanted = (
        select(comment.c.journal_id, comment.c.seq, comment.c.counter_id, comment.c.week)
        .where(comment.c.published_on.is_(None), comment.c.text.is_not(None))
        .order_by(comment.c.week)
        .limit(AT_ONCE_MAX)
    )
    if policy.delay:
        wanted = wanted.where(comment.c.week <= today - WEEK)
    return connection.execute(wanted).all()


def _weeks_of_month(first: date) -> list[date]:
    """The Mondays in a month."""
    monday = first + timedelta(days=-first.weekday() % 7)
    return [day for number in range(5) if (day := monday + number * WEEK).month == first.month]
