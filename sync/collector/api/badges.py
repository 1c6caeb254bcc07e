"""Badges: how much work waits for a reader, shown in the navigation of every page; two cheap counts."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Connection, func, literal_column, select
from sqlalchemy import case as whenever

from sync.collector.care.cases.opening import CLOSED
from sync.collector.people.rights import Reader, Right
from sync.collector.store.schema import comment, follow_up, unit


@dataclass(frozen=True, slots=True)
class Badges:
    """How many things wait; 0 where none does, or where the reader may not see them."""

    comments: int = 0
    """New ones."""
    cases: int = 0
    """Open ones."""
    overdue: int = 0
    """Of these, those whose day is over."""


NOTHING = Badges()


def read_badges(connection: Connection, reader: Reader, today: date) -> Badges:
    """What waits in the reader's units, as far as they may see it."""
    comments = _new_comments(connection, reader) if reader.may(Right.DECIDE) else 0
    cases, overdue = _open_cases(connection, reader, today) if reader.may(Right.FOLLOW) else (0, 0)
    return Badges(comments, cases, overdue)


def _new_comments(connection: Connection, reader: Reader) -> int:
    # The state is a literal: the database does not use the partial index of new comments for a parameter.
    is_new: ColumnElement[bool] = literal_column("comment.state = 'new'")
    wanted = select(func.count()).select_from(comment).where(is_new, comment.c.published_on.is_not(None))
    if reader.path:
        wanted = wanted.join(unit, unit.c.unit_id == comment.c.unit_id)
        wanted = wanted.where(unit.c.path.startswith(reader.path, autoescape=True))
    return int(connection.execute(wanted).scalar_one())


def _open_cases(connection: Connection, reader: Reader, today: date) -> tuple[int, int]:
    overdue = func.count(whenever((follow_up.c.due_on < today, 1)))
    wanted = select(func.count(), overdue).select_from(follow_up).where(follow_up.c.state != CLOSED)
    if reader.path:
        wanted = wanted.join(unit, unit.c.unit_id == follow_up.c.unit_id)
        wanted = wanted.where(unit.c.path.startswith(reader.path, autoescape=True))
    n, late = connection.execute(wanted).one()
    return int(n), int(late)
