"""Answered: which questions were answered in a period, and when versions of their surveys were published."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, or_, select, union

from sync.collector.figures.queries.asked import Asked
from sync.collector.figures.queries.counts import HalfDay, read_asked
from sync.collector.figures.queries.grains import Days
from sync.collector.store.schema import block, survey_text, uncut_count


def read_answered(connection: Connection, days: Days, present: HalfDay) -> dict[Asked, int]:
    """Which questions were answered in the months of these days, and how often is shown: nought where all wait.

    Of half days before the ``present`` one. What no block holds yet stands under the exact ``id@version``.
    """
    found = read_asked(connection, days)
    u, b = uncut_count.c, block.c
    uncut = select(u.survey, u.question).where(u.day.between(*days), u.n > 0, _is_before(u.day, u.part, present))
    unshown = select(b.series, b.question).where(
        b.shown_at.is_(None), b.last_day >= days.first, b.first_day <= days.last,
        _is_before(b.first_day, b.first_part, present),
    )  # fmt: skip
    for row in sorted(tuple(row) for row in connection.execute(union(uncut, unshown))):
        found.setdefault(Asked(*row), 0)
    return found


def _is_before(day: Any, part: Any, present: HalfDay) -> ColumnElement[bool]:
    today = date.fromisoformat(present[0])
    return or_(day < today, and_(day == today, part < present[1]))


def read_published(connection: Connection, refs: Collection[str]) -> dict[str, datetime]:
    """When these versions of the office's own surveys were published."""
    c = survey_text.c
    wanted = select(c.ref, c.published_at).where(c.ref.in_(sorted(refs)), c.published_at.is_not(None))
    return {row.ref: row.published_at for row in connection.execute(wanted)} if refs else {}
