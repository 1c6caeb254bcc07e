"""Docket: the cases that a reader may see, the most urgent first, and what was closed lately."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Date, Row, func, literal, select
from sqlalchemy import case as whenever

from kiosk.domain.numbers.measures import Method, Share, differs
from kiosk.domain.office_calendar import Calendar
from sync.collector.care.cases.opening import CLOSED
from sync.collector.fleet.rollouts.calendars import Calendars, ways_to
from sync.collector.people.rights import RIGHTS, Right, Role
from sync.collector.store.schema import account, counter, follow_up, follow_up_step, unit

PAGE = 20
SOON_DAYS = 2


class Which(StrEnum):
    """Which cases are wanted."""

    OPEN = "open"
    OVERDUE = "overdue"
    SOON = "soon"
    """Due within two working days."""
    UNOWNED = "unowned"
    """Nobody's, or of somebody who can no longer take care of it."""
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Query:
    """Which cases are wanted."""

    path: str = ""
    which: Which = Which.OPEN
    owner: str = ""
    """An account's name; empty for anybody."""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Case:
    """One case as it is shown."""

    row: Row[Any]
    today: date
    calendar: Calendar
    newest_note: str = ""

    @property
    def is_closed(self) -> bool:
        """Whether nothing is left to do."""
        return bool(self.row.state == CLOSED)

    @property
    def opened_with(self) -> Share:
        """The share of the dissatisfied that opened it."""
        return Share(Method.TOP2BOX, self.row.bad, self.row.n)

    @property
    def after(self) -> Share | None:
        """The share of the dissatisfied in the days after the case was closed, where there are enough ratings."""
        return None if self.row.after_n is None else Share(Method.TOP2BOX, self.row.after_bad, self.row.after_n)

    @property
    def helped(self) -> bool | None:
        """Whether fewer are plainly dissatisfied since (True), plainly more (False), or neither."""
        if self.after is None or not differs(self.after, self.opened_with):
            return None
        before, after = self.opened_with, self.after
        return after.numerator * before.denominator < before.numerator * after.denominator

    @property
    def left(self) -> int:
        """How many working days are left; negative when overdue."""
        end = self.row.closed_on if self.is_closed else self.today
        return self.calendar.between(end, self.row.due_on)

    @property
    def is_overdue(self) -> bool:
        """Whether its day is over and it is not closed."""
        return not self.is_closed and self.row.due_on < self.today

    @property
    def granted(self) -> int:
        """How many working days there were in all."""
        return self.calendar.between(self.row.opened_on, self.row.due_on)

    @property
    def used(self) -> int:
        """How many of them, and beyond them, were used."""
        return self.calendar.between(self.row.opened_on, self.row.closed_on if self.is_closed else self.today)


@dataclass(frozen=True, slots=True)
class Docket:
    """One page of cases."""

    query: Query
    cases: tuple[Case, ...]
    by_which: Mapping[Which, int] = field(default_factory=dict)
    closed: tuple[Case, ...] = ()
    """The cases that were closed last, whatever is wanted."""

    @property
    def pages(self) -> int:
        """How many pages there are; at least one."""
        return max(1, -(-self.by_which.get(self.query.which, 0) // PAGE))


CLOSED_LATELY = 5


def read_docket(connection: Connection, query: Query, today: date, calendars: Calendars) -> Docket:
    """The page that is wanted, or the last one there is, and how many cases there are of each kind."""
    here = _here(query)
    kinds = {which: _kind(which, today, calendars) for which in Which}
    counts = select(*[func.count(whenever((kind, 1))) for kind in kinds.values()]).select_from(_FROM).where(*here)
    by_which = dict(zip(kinds, map(int, connection.execute(counts).one()), strict=True))
    docket = Docket(query, (), by_which)
    page = min(max(query.page, 1), docket.pages)
    order = (
        (follow_up.c.closed_on.desc(), follow_up.c.case_id.desc())
        if query.which is Which.CLOSED
        else (follow_up.c.due_on, follow_up.c.case_id)
    )
    wanted = _SELECT.where(*here, kinds[query.which]).order_by(*order).limit(PAGE).offset((page - 1) * PAGE)
    cases = _cases(connection, connection.execute(wanted).all(), today, calendars)
    lately = _SELECT.where(*here, kinds[Which.CLOSED]).order_by(
        follow_up.c.closed_on.desc(), follow_up.c.case_id.desc()
    )
    closed = (
        ()
        if query.which is Which.CLOSED
        else _cases(connection, connection.execute(lately.limit(CLOSED_LATELY)).all(), today, calendars)
    )
    return replace(docket, query=replace(query, page=page), cases=cases, closed=closed)


def find_case(connection: Connection, number: str, path: str, today: date, calendars: Calendars) -> Case | None:
    """The case with this number, if its unit lies in the subtree ``path``."""
    rows = connection.execute(_SELECT.where(*_here(Query(path)), follow_up.c.number == number)).all()
    return next(iter(_cases(connection, rows, today, calendars)), None)


def open_cases_of(
    connection: Connection, path: str, today: date, calendars: Calendars, most: int
) -> tuple[tuple[Case, ...], int, int]:
    """The open cases of a place and below that are due first; how many are open in all, and overdue."""
    # A counter's key has a colon behind its unit's path.
    here = [follow_up.c.place == path] if ":" in path else [unit.c.path.startswith(path, autoescape=True)]
    kinds = [_kind(which, today, calendars) for which in (Which.OPEN, Which.OVERDUE)]
    counts = select(*[func.count(whenever((kind, 1))) for kind in kinds]).select_from(_FROM).where(*here)
    n, overdue = list(connection.execute(counts).one())
    wanted = _SELECT.where(*here, kinds[0]).order_by(follow_up.c.due_on, follow_up.c.case_id).limit(most)
    rows = connection.execute(wanted)
    return _cases(connection, rows.all(), today, calendars), int(n), int(overdue)


_owners_unit = unit.alias("owners_unit")
_FROM = (
    follow_up.join(unit, unit.c.unit_id == follow_up.c.unit_id)
    .outerjoin(counter, counter.c.counter_id == follow_up.c.counter_id)
    .outerjoin(account, account.c.account_id == follow_up.c.owner_id)
    .outerjoin(_owners_unit, _owners_unit.c.unit_id == account.c.unit_id)
)
# Whoever's account was closed, or may no longer decide there, takes care of nothing: their cases wait for somebody.
_IS_OWNED = (
    account.c.account_id.is_not(None)
    & account.c.disabled_at.is_(None)
    & account.c.role.in_([str(role) for role in Role if Right.DECIDE in RIGHTS[role]])
    & (
        account.c.unit_id.is_(None)
        | (func.substr(unit.c.path, 1, func.length(_owners_unit.c.path)) == _owners_unit.c.path)
    )
)
_SELECT = select(
    follow_up,
    unit.c.name.label("unit"),
    unit.c.code.label("unit_code"),
    unit.c.path,
    counter.c.name.label("counter"),
    counter.c.code.label("counter_code"),
    account.c.full_name.label("owner"),
    account.c.name.label("owner_name"),
    _IS_OWNED.label("is_owned"),
).select_from(_FROM)


def _here(query: Query) -> list[ColumnElement[bool]]:
    seen = [unit.c.path.startswith(query.path, autoescape=True)]
    return [*seen, account.c.name == query.owner] if query.owner else seen


def _kind(which: Which, today: date, calendars: Calendars) -> ColumnElement[bool]:
    is_open = follow_up.c.state != CLOSED
    match which:
        case Which.OVERDUE:
            return is_open & (follow_up.c.due_on < today)
        case Which.SOON:
            return is_open & (follow_up.c.due_on >= today) & (follow_up.c.due_on <= _soon(today, calendars))
        case Which.UNOWNED:
            return is_open & ~_IS_OWNED
        case Which.CLOSED:
            return follow_up.c.state == CLOSED
    return is_open


def _soon(today: date, calendars: Calendars) -> ColumnElement[date]:
    """The day on which two working days are over: by a case's unit, where units have days of their own."""
    until = {path: calendars.of(path).after(today, SOON_DAYS) for path in ("", *calendars.paths)}
    above = {path: [one for one in ways_to(path) if one in until and one != path] for path in until}
    # What a unit has as the one above it has it need not be told apart.
    own = [path for path in until if path and until[path] != until[above[path][-1]]]
    usual = literal(until[""], Date)
    if not own:
        return usual
    cuts = [(unit.c.path.startswith(path, autoescape=True), literal(until[path], Date)) for path in reversed(own)]
    return whenever(*cuts, else_=usual)


def _cases(connection: Connection, rows: Any, today: date, calendars: Calendars) -> tuple[Case, ...]:
    notes = _newest_notes(connection, [row.case_id for row in rows])
    return tuple(Case(row, today, calendars.of(row.path), notes.get(row.case_id, "")) for row in rows)


def _newest_notes(connection: Connection, case_ids: list[int]) -> dict[int, str]:
    wanted = (
        select(follow_up_step.c.case_id, follow_up_step.c.note)
        .where(follow_up_step.c.case_id.in_(case_ids), follow_up_step.c.note != "")
        .order_by(follow_up_step.c.step_id)
    )
    return {row.case_id: row.note for row in connection.execute(wanted)} if case_ids else {}
