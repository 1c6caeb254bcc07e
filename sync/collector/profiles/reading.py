"""Reading: what the profiles' pages are made of, as far as a reader may see it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from kiosk.domain.numbers.disclosure import Shown, shown_sum
from sync.collector.calendar.periods import Kind, Period
from sync.collector.figures.book import Rules
from sync.collector.figures.places import Place, Places
from sync.collector.figures.queries.asked import asked_of
from sync.collector.figures.queries.counts import NO_LEVELS, Levels, add, by_level, read_levels, read_singles
from sync.collector.figures.queries.grains import Days
from sync.collector.figures.queries.summed import sums_of_counters
from sync.collector.figures.queries.waits import ASIDE_STREAMS, Why, aside_at, read_waiting, waits_at
from sync.collector.fleet.places.codes import EXACT_MARK
from sync.collector.fleet.places.counter_table import UnitLook
from sync.collector.people.audit import note
from sync.collector.profiles.counts_file import CountsFile, CountsWrong, Fault, read_counts
from sync.collector.profiles.index766 import COLUMNS, Counts
from sync.collector.profiles.tt01 import Profile
from sync.collector.replica.tally import COUNTED
from sync.collector.store.schema import index766_count, unit


@dataclass(frozen=True, slots=True)
class Source:
    """Where counts come from."""

    file: str
    actor: str
    path: str
    """The path of the unit whose subtree they may be about; empty is every unit."""
    today: date
    now: datetime


@dataclass(frozen=True, slots=True)
class Months:
    """The imported counts of a place."""

    by_month: dict[date, Counts] = field(default_factory=dict)
    by_unit: dict[str, Counts] = field(default_factory=dict)
    """Right below the place, by name."""
    imported_at: datetime | None = None
    imported_by: str = ""

    @property
    def total(self) -> Counts:
        """All months together."""
        return sum(self.by_month.values(), Counts())


def read_months(connection: Connection, key: str, days: Days) -> Months:
    """What was imported for the months that begin in these days, for a unit's path and everything below it."""
    names = {row.path: row.name for row in connection.execute(select(unit.c.path, unit.c.name))}
    wanted = select(index766_count, unit.c.path).join(unit).where(unit.c.path.startswith(key, autoescape=True))
    found = Months()
    newest: Any = None
    for row in connection.execute(wanted.where(index766_count.c.month.between(*days)).order_by(unit.c.path)):
        counts = Counts(*(getattr(row, name) for name in COLUMNS[2:]))
        found.by_month[row.month] = found.by_month.get(row.month, Counts()) + counts
        below = key + row.path[len(key) :].partition("/")[0] + "/" if row.path != key else key
        name = names.get(below, below)
        found.by_unit[name] = found.by_unit.get(name, Counts()) + counts
        newest = row if newest is None or row.imported_at > newest.imported_at else newest
    if newest is None:
        return found
    return Months(dict(sorted(found.by_month.items())), found.by_unit, newest.imported_at, newest.imported_by)


def take_counts(connection: Connection, body: bytes, source: Source) -> CountsFile:
    """Keep all that a file holds, in the place of what was there for the same unit and month.

    Raises CountsWrong with every fault, units that are not there or not to be seen among them; then nothing is kept.
    """
    found = read_counts(body, source.today)
    look = UnitLook(connection, [code for code, _ in found.lines], source.path)
    for (code, month), line in found.lines.items():
        likely = look.fault(EXACT_MARK + code if code in found.exact else code, on=month)
        if likely is not None:
            found.faults.append(Fault(line, likely.message, likely.values))
        elif not look.is_there(code):
            found.faults.append(
                Fault(
                    line,
                    "there is no unit {code} among yours: take the code behind its name on the overview",
                    {"code": code[:40]},
                )
            )
    if found.faults:
        raise CountsWrong(found.faults)
    import_months(connection, found.counts, source.now, source.actor, source.file)
    return found


def import_months(
    connection: Connection, counts: dict[tuple[str, date], Counts], now: datetime, actor: str, file: str
) -> None:
    """Keep counts of units that are there, in the place of those of the same unit and month, and note it."""
    ids = _unit_ids(connection, "")
    insert = pg_insert if connection.dialect.name == "postgresql" else sqlite_insert
    for (code, month), found in counts.items():
        values = {name: getattr(found, name) for name in COLUMNS[2:]}
        who = {"imported_at": now, "imported_by": actor}
        row = insert(index766_count).values(unit_id=ids[code], month=month, **values, **who)
        replacing = row.on_conflict_do_update(index_elements=["unit_id", "month"], set_=values | who)
        connection.execute(replacing)
    months = sorted({f"{month:%Y-%m}" for _, month in counts})
    details = {"lines": len(counts), "first": months[0], "last": months[-1]}
    note(connection, now, actor, "counts.imported", file, details)


def _unit_ids(connection: Connection, path: str) -> dict[str, int]:
    wanted = select(unit.c.code, unit.c.unit_id).where(unit.c.path.startswith(path, autoescape=True))
    return {row.code: row.unit_id for row in connection.execute(wanted)}


@dataclass(frozen=True, slots=True)
class Scored:
    """One place's answers to the profile's questions."""

    place: Place
    shown: dict[int, Shown]
    """By indicator."""
    aside: int
    waits: Mapping[Why, int]
    """How many answers that count are not shown, by why, of half days that are over."""
    is_running: bool
    """Whether a half day of these days is not over: what it brings is told when it is."""


def read_scored(
    connection: Connection, places: Places, place: Place, profile: Profile, days: Days, rules: Rules
) -> list[Scored]:
    """The places right below and, last, the place itself."""
    keys = {at.counter_id: at.key for at in places.counters(place.key) if at.counter_id is not None}
    keys |= places.between(place.key)
    wanted = [*places.children_at_work(place.key, *days), place]
    shown: dict[tuple[str, int], Shown] = {}
    aside, held, is_running = Counter[str](), dict[str, Counter[Why]](), rules.is_running(Period(Kind.RANGE, *days))
    for indicator in profile.indicator:
        asked = asked_of(profile.survey, indicator.question, rules.surveys)
        sums: dict[str, Levels] = {}
        for key, levels in read_levels(connection, keys, asked, COUNTED, days).items():
            for above in places.up_from(key):
                sums[above] = add(sums.get(above), levels)
        waiting = read_waiting(connection, keys, asked, days, rules.present)
        few, coming = waiting.waits(places.up_from)
        for above, counts in waits_at(waiting, places.up_from).items():
            held.setdefault(above, Counter()).update(counts)
        told = read_singles(connection, sums_of_counters(keys), asked, ASIDE_STREAMS, days)
        for key, standings in aside_at(told, waiting, places.up_from).items():
            aside[key] += standings.total()
        for at in wanted:
            pressed = by_level(sums.get(at.key, NO_LEVELS))
            waits = {"few": at.key in few, "coming": at.key in coming, "running": is_running}
            shown[at.key, indicator.id] = shown_sum(pressed, policy=rules.policy, **waits)

    def scored(at: Place) -> Scored:
        of_it = {one.id: shown[at.key, one.id] for one in profile.indicator}
        return Scored(at, of_it, aside[at.key], held.get(at.key, {}), is_running)

    return [scored(at) for at in wanted]
