"""Inbox: the comments that a reader may see, found by place, time, state and words, page after page."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select

from sync.collector.errors import UsageWrong
from sync.collector.store.schema import account, comment, counter, follow_up, unit
from sync.collector.store.search import OLDER_FOLDS, words_of

PAGE = 20
WORDS_MAX = 8
"""So many words of a search are looked for; the rest would only make it slow."""


class CommentState(StrEnum):
    """How far a comment is."""

    NEW = "new"
    DOING = "doing"
    DONE = "done"
    SPAM = "spam"
    """Set aside: kept, in no other list, and taken back at any time."""


@dataclass(frozen=True, slots=True)
class Query:
    """Which comments are wanted."""

    path: str = ""
    """The path of the unit whose subtree is wanted; empty is every unit."""
    state: CommentState | None = None
    """None: every one but spam."""
    words: str = ""
    """All of them must occur, in any order, whatever their accents."""
    days: tuple[date, date] | None = None
    """Comments of which it is said that they were written between these."""
    page: int = 1
    counter_id: int | None = None
    """Those alone of which it is said that they were written at this counter."""


@dataclass(frozen=True, slots=True)
class Written:
    """One comment as a reader sees it: nothing here says when in its week it came, or with which level."""

    code: str
    text: str | None
    """None where its time is over and it was deleted."""
    unit: str
    unit_path: str
    counter: str | None
    """None: somewhere in the unit."""
    first: date | None
    last: date | None
    published_on: date
    forgotten_on: date | None
    state: CommentState
    owner_id: int | None
    owner: str | None
    case_id: int | None
    case_number: str | None


@dataclass(frozen=True, slots=True)
class Inbox:
    """One page of comments."""

    query: Query
    comments: tuple[Written, ...]
    found: int
    by_state: Mapping[CommentState, int] = field(default_factory=dict)

    @property
    def pages(self) -> int:
        """How many pages there are; at least one."""
        return max(1, -(-self.found // PAGE))

    @property
    def all_n(self) -> int:
        """Every one but spam."""
        return sum(n for state, n in self.by_state.items() if state is not CommentState.SPAM)


def read_inbox(connection: Connection, query: Query) -> Inbox:
    """The page that is wanted, or the last one there is, and how many comments are in which state."""
    wanted = _wanted(query)
    counted = select(comment.c.state, func.count()).select_from(_FROM).where(*wanted).group_by(comment.c.state)
    by_state = {CommentState(state): int(n) for state, n in connection.execute(counted)}
    inbox = Inbox(query, (), 0, by_state)
    found = inbox.all_n if query.state is None else by_state.get(query.state, 0)
    inbox = replace(inbox, found=found)
    page = min(max(query.page, 1), inbox.pages)
    rows = connection.execute(
        _SELECT.where(*wanted, _in_state(query.state))
        .order_by(comment.c.shown_last.is_(None), comment.c.shown_last.desc(), comment.c.code)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    return replace(inbox, query=replace(query, page=page), comments=tuple(map(_written, rows)))


class Commented(NamedTuple):
    """A unit of which there are comments."""

    path: str
    code: str
    name: str


def count_by_unit(connection: Connection, query: Query) -> dict[Commented, dict[CommentState, int]]:
    """How many comments each unit has by state, without those of units below it; only units that have any."""
    by = (unit.c.path, unit.c.code, unit.c.name)
    wanted = select(*by, comment.c.state, func.count()).select_from(_FROM).where(*_wanted(query))
    found: dict[Commented, dict[CommentState, int]] = {}
    for *at, state, n in connection.execute(wanted.group_by(*by, comment.c.state)):
        found.setdefault(Commented(*at), {})[CommentState(state)] = int(n)
    return found


def find_comment(connection: Connection, code: str, path: str) -> Written | None:
    """One comment, if it may be read and lies in the subtree ``path``."""
    row = connection.execute(_SELECT.where(*_wanted(Query(path)), comment.c.code == code)).first()
    return None if row is None else _written(row)


def comments_of_case(connection: Connection, case_id: int, path: str) -> list[Written]:
    """The comments that were put to a case."""
    rows = connection.execute(
        _SELECT.where(*_wanted(Query(path)), comment.c.case_id == case_id).order_by(
            comment.c.shown_last.desc(), comment.c.code
        )
    )
    return list(map(_written, rows))


class Counter(NamedTuple):
    """A counter by which comments are sought."""

    counter_id: int
    code: str
    name: str
    unit: str


def find_counter(connection: Connection, code: str, path: str) -> Counter:
    """A counter of the subtree ``path`` by its code, whether anybody wrote of it or not.

    Raises UsageWrong: what may not be seen is as what is not there.
    """
    c = counter.c
    wanted = select(c.counter_id, c.code, c.name, unit.c.name.label("unit")).join_from(counter, unit)
    here = unit.c.path.startswith(path, autoescape=True)
    row = connection.execute(wanted.where(c.code == code, here)).first()
    if row is None:
        raise UsageWrong("there is no counter {code}", code=code)
    return Counter(*row)


def units_written_of(connection: Connection, path: str) -> list[tuple[str, str]]:
    """Code and name of each unit in the subtree of which there are comments, in the order of the tree."""
    rows = connection.execute(
        select(unit.c.code, unit.c.name)
        .where(unit.c.unit_id.in_(select(comment.c.unit_id).where(comment.c.published_on.is_not(None))))
        .where(unit.c.path.startswith(path, autoescape=True))
        .order_by(unit.c.path)
    )
    return [(row.code, row.name) for row in rows]


_FROM = comment.join(unit, unit.c.unit_id == comment.c.unit_id)
_SELECT: Select[Any] = select(
    comment.c.code,
    comment.c.text,
    unit.c.name.label("unit"),
    unit.c.path.label("unit_path"),
    counter.c.name.label("counter"),
    comment.c.shown_first.label("first"),
    comment.c.shown_last.label("last"),
    comment.c.published_on,
    comment.c.forgotten_on,
    comment.c.state,
    comment.c.owner_id,
    account.c.full_name.label("owner"),
    comment.c.case_id,
    follow_up.c.number.label("case_number"),
).select_from(
    _FROM.outerjoin(counter, counter.c.counter_id == comment.c.shown_counter_id)
    .outerjoin(account, account.c.account_id == comment.c.owner_id)
    .outerjoin(follow_up, follow_up.c.case_id == comment.c.case_id)
)


def _wanted(query: Query) -> list[ColumnElement[bool]]:
    wanted = [comment.c.published_on.is_not(None), unit.c.path.startswith(query.path, autoescape=True)]
    if query.days is not None:
        wanted += [comment.c.shown_last >= query.days[0], comment.c.shown_first <= query.days[1]]
    if query.counter_id is not None:
        wanted.append(_names(query.counter_id))
    folded: Any = comment.c.folded
    for older in OLDER_FOLDS:
        folded = func.replace(folded, older, "d")
    wanted += [folded.contains(word, autoescape=True) for word in words_of(query.words)[:WORDS_MAX]]
    return wanted


def _names(counter_id: int) -> ColumnElement[bool]:
    """Whether it is said of a comment that it came from a counter: of few people's it is said nowhere, though known."""
    return comment.c.shown_counter_id == counter_id


def _in_state(state: CommentState | None) -> ColumnElement[bool]:
    return comment.c.state != CommentState.SPAM if state is None else comment.c.state == state


def _written(row: Row[Any]) -> Written:
    return Written(**{**row._mapping, "state": CommentState(row.state)})
