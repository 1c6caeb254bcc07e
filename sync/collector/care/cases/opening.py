"""Opening: a case begins by itself, once for a place and a period, with an owner and a day until which."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, func, insert, or_, select, text

from kiosk.domain.numbers.measures import Share
from sync.collector.figures.places import Place
from sync.collector.fleet.rollouts.calendars import Calendars
from sync.collector.people.audit import note
from sync.collector.people.owners import usual_owner
from sync.collector.settings.care import Cases
from sync.collector.store.schema import counter, follow_up, follow_up_step, unit

NEW, TAKEN, DOING, CLOSED = "new", "taken", "doing", "closed"
OPENED = "opened"
_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('hailong cases'))")


@dataclass(frozen=True, slots=True)
class LowResult:
    """Too many were dissatisfied at a place in a period."""

    place: Place
    unit_code: str
    period: str
    first: date
    last: date
    survey: str
    question: str
    bad: Share
    levels: tuple[int, ...]
    """The levels counted as dissatisfied."""
    reasons: tuple[tuple[str, int], ...]
    """The reasons chosen most, and how often."""
    versions: tuple[str, ...] = ()
    """What the survey of an earlier case about the same may be called; by default the survey's own name alone."""

    @property
    def about(self) -> "About":
        """What the case is about."""
        return About(self.versions or (self.survey,), self.question)


class About(NamedTuple):
    """The question of a case: by whatever version of its survey."""

    surveys: tuple[str, ...]
    question: str


@dataclass(frozen=True, slots=True)
class Rule:
    """What holds for every case that opens now."""

    cases: Cases
    calendars: Calendars
    today: date
    now: datetime


@dataclass(frozen=True, slots=True)
class Opener:
    """Who opens a case: the collector by its rule, or a person."""

    name: str = "collector"
    """For the audit log."""
    full_name: str = ""
    """As the case's history tells it; empty for the collector."""
    note: str = ""
    """Why, in a person's words."""


BY_RULE = Opener()


def open_case(connection: Connection, found: LowResult, rule: Rule, opener: Opener = BY_RULE) -> int | None:
    """Open a case for what was found; None where the place has one about it that is open, or had one in this period.

    A repeat changes nothing, and of several collectors at once only one opens it.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(_LOCK)
    if found.place.key in known_cases(connection, found.period, found.first, found.about):
        return None
    unit_row = connection.execute(select(unit).where(unit.c.code == found.unit_code)).one()
    owner = usual_owner(connection, unit_row.path)
    row = {
        "number": _next_number(connection, rule.today.year), "place": found.place.key, "period": found.period,
        "unit_id": unit_row.unit_id, "counter_id": found.place.counter_id, "survey": found.survey,
        "question": found.question, "first": found.first, "last": found.last, "bad": found.bad.numerator,
        "n": found.bad.denominator, "levels": list(found.levels), "share_percent": rule.cases.share_percent,
        "n_min": rule.cases.n_min, "reasons": [list(reason) for reason in found.reasons], "opened_at": rule.now,
        "opened_on": rule.today, "due_on": rule.calendars.of(unit_row.path).after(rule.today, rule.cases.deadline_days),
        "owner_id": owner.account_id if owner else None, "state": NEW,
    }  # fmt: skip
    case_id = int(connection.execute(insert(follow_up).values(row).returning(follow_up.c.case_id)).scalar_one())
    step = {"case_id": case_id, "at": rule.now, "actor": opener.full_name, "what": OPENED, "note": opener.note}
    connection.execute(insert(follow_up_step).values(step))
    details = {
        "place": found.place.key,
        "period": found.period,
        "bad": found.bad.numerator,
        "n": found.bad.denominator,
        "owner": owner.name if owner else None,
        "due": row["due_on"].isoformat(),
    } | ({"note": opener.note} if opener.note else {})
    note(connection, rule.now, opener.name, "case open", row["number"], details)
    return case_id


def find_case(connection: Connection, case_id: int) -> Row[Any]:
    """A case with the names of its unit and counter."""
    wanted = (
        select(follow_up, unit.c.name.label("unit"), unit.c.path, counter.c.name.label("counter"))
        .join(unit, unit.c.unit_id == follow_up.c.unit_id)
        .outerjoin(counter, counter.c.counter_id == follow_up.c.counter_id)
    )
    return connection.execute(wanted.where(follow_up.c.case_id == case_id)).one()


def known_cases(connection: Connection, period: str, first: date, about: About) -> dict[str, str]:
    """By place, the number of the case for which no other opens there in a period: an open one, or one that was in it.

    Each question has cases of its own: a place where one is looked after may be ill in another.
    """
    same = (follow_up.c.survey.in_(about.surveys), follow_up.c.question == about.question)
    wanted = select(follow_up.c.place, follow_up.c.number).where(_is_known(period, first), *same)
    # Of several the open one comes last, and stays: it is the one to go on with.
    rows = connection.execute(wanted.order_by(follow_up.c.state != CLOSED, follow_up.c.case_id))
    return {row.place: row.number for row in rows}


def _is_known(period: str, first: date) -> ColumnElement[bool]:
    # One that was closed in the period holds for the rest of it: the numbers of before still weigh in the share.
    return or_(follow_up.c.period == period, follow_up.c.state != CLOSED, follow_up.c.closed_on >= first)


def _next_number(connection: Connection, year: int) -> str:
    """``2026-001``, ``2026-002``, …"""
    numbers = select(follow_up.c.number).where(follow_up.c.number.startswith(f"{year}-"))
    longest_last = (func.length(follow_up.c.number).desc(), follow_up.c.number.desc())
    last = connection.execute(numbers.order_by(*longest_last).limit(1)).scalar_one_or_none()
    return f"{year}-{int(last.partition('-')[2]) + 1 if last else 1:03d}"


def unit_code(place: Place) -> str:
    """The code of a unit, or of a counter's unit."""
    return place.key.rpartition(":")[0].rstrip("/").rpartition("/")[2] if place.is_counter else place.code
