"""Moves: a counter moves to another unit from a day on, and a unit ends and is followed by others.

What was pressed before stays where it was pressed: the counter gets another row (``schema.places``), so no unit's
sums change for days before. What was pressed since, and came before the move was booked, goes along.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, or_, select, update

from sync.collector.calendar.presstime import LocalDays
from sync.collector.care.signals.standing import lock_journals
from sync.collector.errors import NotAllowed
from sync.collector.fleet.places.units import find_counter, find_unit, require_open
from sync.collector.people.audit import note
from sync.collector.replica.outgoing.carried import carry_counter
from sync.collector.replica.outgoing.sums import lock_releases
from sync.collector.replica.served import lock_counters
from sync.collector.services.relocate import Relocation, relocate
from sync.collector.store.schema import (
    account,
    audit,
    comment,
    counter,
    device,
    device_grant,
    enrolment_code,
    follow_up,
    signal,
    suspicion,
    tally,
    transaction_count,
    typed_count,
    unit,
    unit_follower,
)

CODE_CHARS_MAX = 40
_SHORT = CODE_CHARS_MAX - len("~2026-07-01")
_LISTED_MAX = 12


@dataclass(frozen=True, slots=True)
class Act:
    """Who does it, when, by which calendar."""

    now: datetime
    actor: str
    days: LocalDays

    @property
    def today(self) -> date:
        """The office's day."""
        return date.fromisoformat(self.days.today(self.now)[0])


@dataclass(frozen=True, slots=True)
class Moved:
    """What a move of counters took along."""

    counters: tuple[str, ...]
    ratings: int
    """So many that had come already went along."""
    accounts: tuple[str, ...] = ()
    """Of a unit that ended: whoever still sees that unit alone."""


def move_counter(connection: Connection, code: str, to: str, since: date, act: Act) -> Moved:
    """Let the counter stand in the unit ``to`` from the day ``since`` on.

    Raises UsageWrong for what is not there, and NotAllowed for what cannot be.
    """
    found, wanted = find_counter(connection, code), find_unit(connection, to)
    require_open(connection, wanted)
    _require_day(since, act)
    if found.unit_id == wanted.unit_id:
        raise NotAllowed("counter {code} stands in unit {unit} already", code=code, unit=to)
    if found.since is not None and since < found.since:
        raise NotAllowed(
            "counter {code} stands in unit {unit} since {day} only: name that day or a later one",
            code=code,
            unit=found.unit,
            day=found.since.isoformat(),
        )
    lock_journals(connection, found.counter_id)
    if _stands_since(connection, found, since, act):
        ratings = _correct(connection, found, wanted)
    else:
        ratings = _go_on_in(connection, found, wanted, since, act)
    details = {"from": found.unit, "to": to, "since": since.isoformat(), "ratings": ratings}
    note(connection, act.now, act.actor, "counter.moved", code, details)
    return Moved((code,), ratings)


def end_unit(connection: Connection, code: str, into: Sequence[str], since: date, act: Act) -> Moved:
    """End a unit on the day ``since``, the first on which it is no more; its counters move into the one that follows.

    Raises UsageWrong for what is not there, and NotAllowed for what cannot be.
    """
    found, followers = find_unit(connection, code), [find_unit(connection, other) for other in dict.fromkeys(into)]
    require_open(connection, found)
    _require_day(since, act)
    for follower in followers:
        require_open(connection, follower)
        if follower.path.startswith(found.path):
            raise NotAllowed("unit {code} cannot be followed by itself or a unit below it", code=code)
    _require_nothing_below(connection, found)
    counters = _counters_of(connection, found)
    if counters and len(followers) != 1:
        raise NotAllowed(
            "these counters stand in unit {code}: {counters}; move each to where it belongs with: "
            "collector counter move",
            code=code,
            counters=_listed(counters),
        )
    moved = [move_counter(connection, each, followers[0].code, since, act) for each in counters]
    connection.execute(update(unit).where(unit.c.unit_id == found.unit_id).values(ended_on=since))
    for follower in followers:
        connection.execute(insert(unit_follower).values(unit_id=found.unit_id, into_id=follower.unit_id))
    details = {
        "into": ", ".join(follower.code for follower in followers),
        "since": since.isoformat(),
        "counters": len(counters),
    }
    note(connection, act.now, act.actor, "unit.ended", code, details)
    left = select(account.c.name).where(account.c.unit_id == found.unit_id, account.c.disabled_at.is_(None))
    accounts = tuple(connection.execute(left.order_by(account.c.name)).scalars())
    return Moved(tuple(counters), sum(each.ratings for each in moved), accounts)


def reopen_unit(connection: Connection, code: str, act: Act) -> Moved:
    """Take the end of a unit back, where it was a mistake; the counters that moved with it come back for its days.

    Raises UsageWrong for what is not there, and NotAllowed for what cannot be.
    """
    found = find_unit(connection, code)
    if found.ended_on is None:
        raise NotAllowed("unit {code} has not ended", code=code)
    above = connection.execute(select(unit).where(unit.c.unit_id == found.parent_id)).one_or_none()
    if above is not None:
        require_open(connection, above)
    counters = _moved_by_end(connection, found)
    connection.execute(update(unit).where(unit.c.unit_id == found.unit_id).values(ended_on=None))
    connection.execute(delete(unit_follower).where(unit_follower.c.unit_id == found.unit_id))
    moved = [move_counter(connection, each, code, found.ended_on, act) for each in counters]
    note(connection, act.now, act.actor, "unit.reopened", code, {"counters": len(counters)})
    return Moved(tuple(counters), sum(each.ratings for each in moved))


def midnight(day: date, days: LocalDays) -> datetime:
    """When an office's day begins."""
    return datetime.combine(day, time(), days.zone)


def _require_day(since: date, act: Act) -> None:
    if since > act.today:
        raise NotAllowed(
            "{day} has not come yet: do it on that day or later; what is pressed meanwhile goes along",
            day=since.isoformat(),
        )


def _stands_since(connection: Connection, found: Row[Any], since: date, act: Act) -> bool:
    """Whether the counter stood nowhere else before that day, so that its place is only put right."""
    if found.since is not None:
        return bool(found.since == since)
    if found.created_at.astimezone(act.days.zone).date() < since:
        return False
    # A kiosk may have been in use before anybody made its counter.
    earlier = [
        select(table.c.day).where(table.c.counter_id == found.counter_id, table.c.day < since, table.c.n > 0)
        for table in (tally, transaction_count, typed_count)
    ]
    return not any(connection.execute(each.limit(1)).first() for each in earlier)


def _correct(connection: Connection, found: Row[Any], wanted: Row[Any]) -> int:
    """The row itself goes to the other unit, and with it all that is counted there; how many ratings that are."""
    lock_releases(connection)
    lock_counters(connection, {found.counter_id})
    carry_counter(connection, found.counter_id, found.unit_id, wanted.unit_id)
    published = (comment.c.counter_id == found.counter_id) & comment.c.published_on.is_not(None)
    connection.execute(update(comment).where(published).values(unit_id=wanted.unit_id))
    _rename_cases(connection, found, f"{wanted.path}:{found.code}")
    ratings = select(func.coalesce(func.sum(tally.c.n), 0)).where(tally.c.counter_id == found.counter_id)
    return int(connection.execute(ratings).scalar_one())


def _go_on_in(connection: Connection, found: Row[Any], wanted: Row[Any], since: date, act: Act) -> int:
    """Another row of the counter begins; how many ratings went along."""
    past = _past_code(found, since)
    connection.execute(update(counter).where(counter.c.counter_id == found.counter_id).values(code=past, until=since))
    same = {"code": found.code, "name": found.name, "created_at": found.created_at}
    begun = same | {"unit_id": wanted.unit_id, "origin_id": found.origin_id or found.counter_id, "since": since}
    row_id = int(connection.execute(insert(counter).values(begun).returning(counter.c.counter_id)).scalar_one())
    stand = update(device).where(device.c.counter_id == found.counter_id)
    connection.execute(stand.values(counter_id=row_id))
    granted = update(device_grant).where(device_grant.c.counter_id == found.counter_id)
    connection.execute(granted.values(counter_id=row_id))
    codes = update(enrolment_code).where(
        enrolment_code.c.counter_id == found.counter_id, enrolment_code.c.device_id.is_(None)
    )
    connection.execute(codes.values(counter_id=row_id))
    path = connection.execute(select(unit.c.path).where(unit.c.unit_id == found.unit_id)).scalar_one()
    _rename_cases(connection, found, f"{path}:{past}")
    _move_signs(connection, found.counter_id, row_id, since)
    rows, targets = frozenset({int(found.counter_id)}), frozenset({row_id})
    moment = midnight(since, act.days)
    return relocate(connection, Relocation(rows, moment, lambda _day: row_id, targets, act.days))


def _past_code(found: Row[Any], since: date) -> str:
    code = str(found.code)
    if len(code) <= _SHORT:
        return f"{code}~{since}"
    number = f"~{since}~{found.counter_id}"
    return code[: CODE_CHARS_MAX - len(number)] + number


def _rename_cases(connection: Connection, found: Row[Any], key: str) -> None:
    of_it = update(follow_up).where(follow_up.c.counter_id == found.counter_id)
    connection.execute(of_it.values(place=key))


def _move_signs(connection: Connection, from_id: int, to_id: int, since: date) -> None:
    """Signs of the days since go along, and so does what people decided of these days."""
    later = update(signal).where(signal.c.counter_id == from_id, signal.c.first_day >= since)
    connection.execute(later.values(counter_id=to_id))
    touched = select(suspicion).where(suspicion.c.counter_id == from_id, suspicion.c.last_day >= since)
    for row in connection.execute(touched.order_by(suspicion.c.suspicion_id)).all():
        here = update(suspicion).where(suspicion.c.suspicion_id == row.suspicion_id)
        if row.first_day >= since:
            connection.execute(here.values(counter_id=to_id))
            continue
        connection.execute(here.values(last_day=since - timedelta(days=1)))
        copy = {name: value for name, value in row._mapping.items() if name != "suspicion_id"}
        connection.execute(insert(suspicion).values({**copy, "counter_id": to_id, "first_day": since, "n": 0}))


def _require_nothing_below(connection: Connection, found: Row[Any]) -> None:
    below = select(unit.c.code).where(
        unit.c.path.startswith(found.path, autoescape=True), unit.c.unit_id != found.unit_id, unit.c.ended_on.is_(None)
    )
    codes = list(connection.execute(below.order_by(unit.c.path)).scalars())
    if codes:
        raise NotAllowed(
            "these units lie below unit {code}: {units}; end them first", code=found.code, units=_listed(codes)
        )


def _counters_of(connection: Connection, found: Row[Any]) -> list[str]:
    stand = select(counter.c.code).where(counter.c.unit_id == found.unit_id, counter.c.until.is_(None))
    return list(connection.execute(stand.order_by(counter.c.code)).scalars())


def _moved_by_end(connection: Connection, found: Row[Any]) -> list[str]:
    """The counters that left a unit for one that follows it on the day of its end, and stand there still."""
    into = select(unit_follower.c.into_id).where(unit_follower.c.unit_id == found.unit_id)
    # One that stood nowhere before that day was put right whole, so the audit log alone knows where it came from.
    here = or_(counter.c.since == found.ended_on, counter.c.since.is_(None))
    stand = select(counter.c.code).where(counter.c.unit_id.in_(into), counter.c.until.is_(None), here)
    there = set(connection.execute(stand).scalars())
    moves = connection.execute(select(audit.c.subject, audit.c.details).where(audit.c.action == "counter.moved"))
    left = {"from": found.code, "since": found.ended_on.isoformat()}
    return sorted({row.subject for row in moves if left.items() <= row.details.items()} & there)


def _listed(codes: Sequence[str]) -> str:
    shown = ", ".join(codes[:_LISTED_MAX])
    return f"{shown} … ({len(codes)})" if len(codes) > _LISTED_MAX else shown
