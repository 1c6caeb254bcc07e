"""Answered: which questions were answered in a period, and when versions of their surveys were published."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Date, String, and_, bindparam, or_, select, union

from sync.collector.figures.queries.asked import Asked
from sync.collector.figures.queries.counts import HalfDay, read_asked
from sync.collector.figures.queries.grains import Days
from sync.collector.figures.queries.summed import FIRST, LAST
from sync.collector.store.schema import block, survey_text, uncut_count


def _is_over(day: Any, part: Any) -> ColumnElement[bool]:
    today = bindparam("today", type_=Date)
    return or_(day < today, and_(day == today, part < bindparam("part", type_=String)))


_U, _B = uncut_count.c, block.c
_WAITING = union(
    select(_U.survey, _U.question).where(_U.day.between(FIRST, LAST), _U.n > 0, _is_over(_U.day, _U.part)),
    select(_B.series, _B.question).where(
        _B.shown_at.is_(None), _B.last_day >= FIRST, _B.first_day <= LAST, _is_over(_B.first_day, _B.first_part)
    ),
)


def read_answered(connection: Connection, days: Days, present: HalfDay) -> dict[Asked, int]:
    """Which questions were answered in the months of these days, and how often is shown: nought where all wait.

    Of half days before the ``present`` one. What no block holds yet stands under the exact ``id@version``.
    """
    found = read_asked(connection, days)
    values = {"today": date.fromisoformat(present[0]), "part": present[1], **days._asdict()}
    for row in sorted(tuple(row) for row in connection.execute(_WAITING, values)):
        found.setdefault(Asked(*row), 0)
    return found


def read_published(connection: Connection, refs: Collection[str]) -> dict[str, datetime]:
    """When these versions of the office's own surveys were published."""
    c = survey_text.c
    wanted = select(c.ref, c.published_at).where(c.ref.in_(sorted(refs)), c.published_at.is_not(None))
    return {row.ref: row.published_at for row in connection.execute(wanted)} if refs else {}
