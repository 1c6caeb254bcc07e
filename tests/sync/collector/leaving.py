"""Leaving: what is left of October at some counters, and what is told of it."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from sync.collector.people.rights import ANYBODY
from sync.collector.proof.run import check_sums
from sync.collector.services.reports import Query, read_book
from sync.collector.services.services import Services
from tests.sync.collector.builders import NOON, Office, Pen
from tests.sync.collector.proof.proven import rule_for
from tests.sync.collector.recount import check_numbers, days_of, read_pools

PERIODS = (
    days_of("2026-10-01", "2026-10-31"), days_of("2026-11-01", "2026-11-30"), days_of("2026-10-01", "2026-12-31"),
    days_of("2026-10-26", "2026-11-01"), days_of("2026-10-30", "2026-10-30"), days_of("2026-09-28", "2026-11-08"),
)  # fmt: skip
LEFT = datetime(2026, 10, 30, 3, 0, tzinfo=NOON.tzinfo)
"""A Friday morning, the last working day of October."""
CLOSED = datetime(2026, 11, 8, 5, 0, tzinfo=NOON.tzinfo)
"""Noon of the day after the seventh of November."""
COUNTED = "counted"


def leave(
    office: Office, counter: str, presses: Collection[int | tuple[int, str]], pen: Pen | None = None,
    received: datetime = LEFT,
) -> Pen:  # fmt: skip
    """Presses that are left of October at a counter, before a busy morning of November; each with a reason."""
    pen = pen or Pen()
    first = len(pen.lines) + 1
    for press in presses:
        level, standing = (press, COUNTED) if isinstance(press, int) else press
        pen.reasons(pen.rating(level, standing, counter=counter), "wait" if level < 3 else "attitude")
    deliver(office, pen, first, LEFT, received)
    first = len(pen.lines) + 1
    for _ in range(5):
        pen.rating(5, counter=counter)
    november = max(received, LEFT + timedelta(days=5))
    deliver(office, pen, first, november, november)
    return pen


def deliver(office: Office, pen: Pen, first: int, pressed: datetime, received: datetime) -> None:
    clock = replace(pen.instant(), mono_us=pen.mono_us + int((received - pressed).total_seconds() * 1e6))
    office.append(pen, pen.batch(first), received_at=received, clock=clock)


def told(services: Services, unit: str, counter: str | None = None, period: str = "2026-10") -> tuple[int, str]:
    """How many ratings are shown, and how many of those that count wait why."""
    me = read_book(services, ANYBODY, Query(unit, counter, period)).me
    return me.n or 0, " ".join(f"{why} {n}" for why, n in sorted(me.waits.items()) if n)


def pools_of(office: Office) -> dict[int, frozenset[tuple[str, int]]]:
    with office.database.reading() as connection:
        return {number: one.tails for number, one in read_pools(connection).items()}


def checked(services: Services, office: Office) -> None:
    """Every number of every period and place is a recount, and every pool is as it has to be."""
    services.release()
    with office.database.reading() as connection:
        check_numbers(services, connection, PERIODS)
        assert not services._pooling.is_due(connection)
    assert check_sums(office.database, rule_for(office.database))[1] == []
