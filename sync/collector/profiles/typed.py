"""Typed: transactions served that people type in on the web or take from a file; every number they gave is kept.

What was typed in last holds, on a kiosk or here: an earlier number stays where it stands, and in the audit log.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, insert, select

from sync.collector.people.audit import note
from sync.collector.replica.projection import NUMBER_MAX
from sync.collector.replica.served import TYPED, add_up_served, every_typed, lock_counters
from sync.collector.store.schema import typed_count

WEB, FILE, KIOSK = "web", "csv", "kiosk"
NOTED_MAX = 200
"""So many corrections of one file stand in the audit log; every number stands in the table."""
SERVED_MAX = NUMBER_MAX
"""More is no day of a counter, as on a kiosk."""


class Served(NamedTuple):
    """How many transactions a counter served on a day."""

    counter_id: int
    day: date
    n: int


class Typed(NamedTuple):
    """One number that was typed in."""

    day: date
    n: int
    at: datetime
    by: str
    """Empty for a number from a kiosk."""
    source: str


@dataclass(frozen=True, slots=True)
class Source:
    """Who gave numbers, when and how."""

    actor: str
    now: datetime
    kind: str
    subject: str
    """For the audit log: the counter, or the file's name."""


def keep_served(connection: Connection, served: Sequence[Served], source: Source) -> None:
    """Keep what was typed in, and note it with what stood there before."""
    typed = {(one.counter_id, one.day) for one in served}
    lock_counters(connection, {one.counter_id for one in served})
    before = read_known(connection, served)
    who = {"typed_at": source.now, "typed_by": source.actor, "source": source.kind}
    connection.execute(insert(typed_count), [{**one._asdict(), **who} for one in served])
    add_up_served(connection, typed)
    action = "served.typed" if source.kind == WEB else "served.imported"
    note(connection, source.now, source.actor, action, source.subject, _details(served, before, source))


def read_known(connection: Connection, served: Sequence[Served]) -> dict[tuple[int, date], int]:
    """What holds by now for these counters and days, where anything does."""
    counters, days = {one.counter_id for one in served}, {one.day for one in served}
    wheres = ([table.c.counter_id.in_(counters), table.c.day.in_(days)] for table in TYPED)
    rows = connection.execute(every_typed(wheres).order_by("at", "seq"))
    return {(row.counter_id, row.day): int(row.n) for row in rows}


def read_typed(connection: Connection, counter_id: int, first: date, last: date) -> list[Typed]:
    """What was typed in for a counter's days, the newest day first; of each day first the number that holds."""
    c = typed_count.c
    wheres = ([table.c.counter_id == counter_id, table.c.day.between(first, last)] for table in TYPED)
    of_people = select(c.day, c.n, c.typed_at, c.typed_by, c.source).where(
        c.counter_id == counter_id, c.day.between(first, last)
    )
    people = {(row.day, int(row.n), row.typed_at): row for row in connection.execute(of_people)}
    found = []
    for row in connection.execute(every_typed(wheres).order_by("at", "seq")):
        who = people.get((row.day, int(row.n), row.at))
        source = who.source if who else KIOSK
        found.append(Typed(row.day, int(row.n), row.at, who.typed_by if who else "", source))
    found.reverse()
    return sorted(found, key=lambda one: one.day, reverse=True)


def _details(served: Sequence[Served], before: dict[tuple[int, date], int], source: Source) -> dict[str, Any]:
    if source.kind == WEB:
        (one,) = served
        return {"day": one.day.isoformat(), "n": one.n, "before": before.get((one.counter_id, one.day))}
    days = sorted(one.day for one in served)
    corrected = [
        {"counter_id": one.counter_id, "day": one.day.isoformat(), "n": one.n, "before": was}
        for one in served
        if (was := before.get((one.counter_id, one.day), one.n)) != one.n
    ]
    ends = {"first": days[0].isoformat(), "last": days[-1].isoformat()}
    return {"lines": len(served), "corrected": len(corrected), "corrections": corrected[:NOTED_MAX], **ends}
