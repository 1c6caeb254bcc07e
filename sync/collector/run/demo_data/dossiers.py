"""Dossiers: what the demo province's dossier system counted month by month, for the ratios of Decision 766."""

import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select

from sync.collector.calendar.presstime import LocalDays
from sync.collector.profiles.index766 import Counts
from sync.collector.profiles.reading import import_months
from sync.collector.store.database import Database
from sync.collector.store.schema import counter, unit

PER_COUNTER = 210
"""Dossiers that a counter's unit finishes in an ordinary month."""
HANDED_IN_DAY = 5
"""Of the month after."""


def write_dossiers(database: Database, months: int, seed: int, now: datetime, days: LocalDays) -> None:
    """Hand in the counts of every month that is over, each some days after its end."""
    chance = random.Random(seed + 3)  # noqa: S311 - a demonstration, no secret
    today = now.astimezone(days.zone).date()
    with database.writing() as connection:
        halls = connection.execute(
            select(unit.c.code, func.count().label("n")).join(counter).group_by(unit.c.code).order_by(unit.c.code)
        ).all()
        # Some offices are late with their dossiers, and stay so.
        late = {row.code: chance.choice((0.004, 0.008, 0.012, 0.03)) for row in halls}
        for month in _months(today, months):
            at = _handed_in(month, days)
            if at < now:
                found = {(row.code, month): _month_of(row.n, late[row.code], chance) for row in halls}
                import_months(connection, found, at, "demo", f"so-lieu-766-{month:%Y-%m}.csv")


def _months(today: date, months: int) -> Iterator[date]:
    first = today.year * 12 + today.month - 1
    for number in range(first - months, first):
        yield date(number // 12, number % 12 + 1, 1)


def _handed_in(month: date, days: LocalDays) -> datetime:
    after = (month + timedelta(days=31)).replace(day=HANDED_IN_DAY)
    return datetime.combine(after, time(9, 12), days.zone)


def _month_of(counters: int, late: float, chance: random.Random) -> Counts:
    dossiers = round(counters * PER_COUNTER * chance.uniform(0.8, 1.2))
    dissatisfied = round(dossiers * chance.uniform(0.002, 0.009))
    complained = round(dossiers * chance.uniform(0, 0.004))
    overdue = round(dossiers * late * chance.uniform(0.6, 1.4))
    # Whoever was kept waiting complains now and then: a dossier is several of the three, and counts once.
    twice = min(complained, overdue, round(complained * 0.4))
    petitions = max(1, round(counters * chance.uniform(0.6, 3)))
    on_time = petitions - (chance.random() < 0.25) - (chance.random() < 0.1)
    bad = min(petitions, petitions - max(on_time, 0) + (chance.random() < 0.3))
    return Counts(
        dossiers,
        dissatisfied,
        complained,
        overdue,
        dissatisfied + complained + overdue - twice,
        petitions,
        max(on_time, 0),
        bad,
    )
