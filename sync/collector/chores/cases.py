"""Cases: cases open, are told of, fall overdue and are looked at again, without anybody asking."""

from datetime import date, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, select, update

from kiosk.base.texts import texts
from sync.collector.care.cases.letters import tell_overdue
from sync.collector.care.cases.opening import CLOSED, LowResult, Rule, find_case
from sync.collector.services.cases import look_for, periods_now, place_of, read_since
from sync.collector.services.cases_by_hand import open_and_tell
from sync.collector.services.services import Services
from sync.collector.store.schema import follow_up
from sync.collector.store.writer import Transact

LOOKED_AFTER_DAYS = 30
"""So many days after it was closed a case's place is looked at: did it help?"""


def run_case_round(services: Services, transact: Transact) -> int:
    """Open what is to be opened, tell what is overdue, and count what came after the closed; how many opened."""
    now = services.now()
    today = date.fromisoformat(services.days.today(now)[0])
    with services.database.reading() as connection:
        calendars = services.calendars(connection)
    rule = Rule(services.config.cases, calendars, today, now)
    opened = 0
    if rule.cases.open:
        for finding in _findings(services, rule):
            opened += transact(partial(open_and_tell, services=services, finding=finding, rule=rule))
    transact(partial(_tell_overdue, services=services, rule=rule))
    _look_after(services, transact, today)
    return opened


def _findings(services: Services, rule: Rule) -> list[LowResult]:
    found: list[LowResult] = []
    for period in periods_now(rule.cases.kind, rule.today):
        found += look_for(services, rule.cases, period)
    return found


def _tell_overdue(connection: Connection, services: Services, rule: Rule) -> None:
    late = (follow_up.c.state != CLOSED) & (follow_up.c.due_on < rule.today) & follow_up.c.told_overdue_at.is_(None)
    t = texts("collector", services.config.language)
    for case_id in connection.execute(select(follow_up.c.case_id).where(late).with_for_update()).scalars().all():
        told = tell_overdue(t, services.config.url, find_case(connection, case_id))
        services.outbox.put(connection, told, rule.now)
        values = {"told_overdue_at": rule.now}
        connection.execute(update(follow_up).where(follow_up.c.case_id == case_id).values(values))


def _look_after(services: Services, transact: Transact, today: date) -> None:
    """Count what came at the places of cases that were closed not long ago, and keep it beside what opened them."""
    since = today - timedelta(days=LOOKED_AFTER_DAYS + 7)
    wanted = select(follow_up).where(follow_up.c.state == CLOSED, follow_up.c.closed_on.between(since, today))
    with services.database.reading() as connection:
        cases = connection.execute(wanted).all()
    for case in cases:
        transact(partial(_keep_after, case_id=case.case_id, values=_after(services, case, today)))


def _after(services: Services, case: Any, today: date) -> dict[str, Any]:
    first = case.closed_on + timedelta(days=1)
    last = min(today, first + timedelta(days=LOOKED_AFTER_DAYS - 1))
    place, asked = place_of(services, case.place), f"{case.survey}:{case.question}"
    bad = read_since(services, place, first, last, asked) if place is not None and first <= last else None
    if bad is None:
        return {"after_bad": None, "after_n": None, "after_last": None}
    return {"after_bad": bad.numerator, "after_n": bad.denominator, "after_last": last}


def _keep_after(connection: Connection, case_id: int, values: dict[str, Any]) -> None:
    # One that was opened again meanwhile has no after.
    here = (follow_up.c.case_id == case_id) & (follow_up.c.state == CLOSED)
    connection.execute(update(follow_up).where(here).values(values))
