"""Served: transactions that were typed in beside the visits rated on their days, added up by day, week and month.

A visit is one transaction and counts once, whichever survey asked and however many questions it answered: every
visit answers the first question of its survey, and none of the others more often, so of each version of a survey the
question with the most ratings tells how many visits were rated. The versions and surveys of a counter add up.

Rows of one day come from what was typed in last and from the tallies: how many took part is no opinion, and
needs no block. Those of weeks (as far as they are of one month) and months come
from their days. Whatever changes a part adds the rows above it up anew, in its own transaction and under the
counters' lock, so no row can drift from its parts.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Date,
    Select,
    and_,
    case,
    delete,
    func,
    insert,
    literal,
    select,
    union_all,
    update,
)

from sync.collector.replica.shown import DAY, MONTH, WEEK, month_of, week_of
from sync.collector.replica.tally import COUNTED
from sync.collector.store.schema import counter, served_count, tally, transaction_count, typed_count

CounterDay = tuple[int, date]
_KEY = ("grain", "first", "counter_id")
FIGURES = ("ratings", "transactions", "known", "days")


class _Rows(NamedTuple):
    """Rows that are added up together."""

    grain: str
    firsts: Collection[date]
    counters: Collection[int]


TYPED = (transaction_count, typed_count)
"""Where it stands what was typed in: on kiosks; on the web or in a file."""


def every_typed(wheres: Iterable[Iterable[ColumnElement[bool]]]) -> "CompoundSelect[Any]":
    """What was typed in at these places: counter, day, how many, when it came here and in which order of that moment.

    ``wheres`` are the conditions for each table of TYPED.
    """
    a, b = transaction_count.c, typed_count.c
    kiosks = select(a.counter_id, a.day, a.n, a.received_at.label("at"), a.seq)
    people = select(b.counter_id, b.day, b.n, b.typed_at.label("at"), b.typed_id.label("seq"))
    of_kiosks, of_people = wheres
    return union_all(kiosks.where(*of_kiosks), people.where(*of_people))


def move_typed(connection: Connection, rows: Collection[int], first: date, to: Callable[[str], int]) -> set[CounterDay]:
    """Put what people typed in for days of a counter that was moved to where it stood; what was touched."""
    c, touched = typed_count.c, set[CounterDay]()
    wanted = select(c.typed_id, c.counter_id, c.day).where(c.counter_id.in_(rows), c.day >= first)
    for typed_id, counter_id, day in connection.execute(wanted).all():
        if (there := to(day.isoformat())) != counter_id:
            connection.execute(update(typed_count).where(c.typed_id == typed_id).values(counter_id=there))
            touched |= {(counter_id, day), (there, day)}
    return touched


def lock_counters(connection: Connection, counters: Collection[int] | None) -> None:
    """Let nobody else change what is served at these counters until this transaction ends; None is every counter.

    To be taken before any count is touched: a delivery and a release wait for each other only here.
    """
    wanted = select(counter.c.counter_id).order_by(counter.c.counter_id).with_for_update(key_share=True)
    connection.execute(wanted if counters is None else wanted.where(counter.c.counter_id.in_(sorted(counters))))


def add_up_served(connection: Connection, places: Collection[CounterDay]) -> None:
    """Add up anew, for these counters and days, what was typed in and how many visits were rated."""
    for counters, days in _by_month(places):
        _keep(connection, _Rows(DAY, days, counters), _of_days(days, counters))
        _add_up(connection, days, counters)


def _by_month(places: Iterable[CounterDay]) -> Iterator[tuple[set[int], set[date]]]:
    """The counters and the days of each month: others of that month's may be among their pairs, which is harmless."""
    found: dict[date, tuple[set[int], set[date]]] = {}
    for counter_id, day in sorted(places):
        counters, days = found.setdefault(day.replace(day=1), (set(), set()))
        counters.add(counter_id)
        days.add(day)
    yield from found.values()


def _of_days(days: Collection[date], counters: Collection[int]) -> Select[Any]:
    """Each day on which something was typed in or a visit was rated."""
    c = union_all(_typed(days, counters), _rated(days, counters)).subquery("of_day").c
    known = func.max(c.known)
    figures = (case((known == 1, func.sum(c.ratings)), else_=0), func.sum(c.transactions), known, literal(1))
    return select(literal(DAY), c.day, c.counter_id, *figures).group_by(c.day, c.counter_id)


def _typed(days: Collection[date], counters: Collection[int]) -> Select[Any]:
    """What was typed in last for each day."""
    c = every_typed((table.c.day.in_(days), table.c.counter_id.in_(counters)) for table in TYPED).subquery("typed").c
    newest = func.row_number().over(partition_by=(c.counter_id, c.day), order_by=(c.at.desc(), c.seq.desc()))
    every = select(c.counter_id, c.day, c.n, newest.label("age"))
    last = every.subquery("every_count").c
    figures = (literal(0).label("ratings"), last.n.label("transactions"), literal(1).label("known"))
    return select(last.counter_id, last.day, *figures).where(last.age == 1)


def _rated(days: Collection[date], counters: Collection[int]) -> Select[Any]:
    """How many visits were rated on each day, by survey: so many as the ratings of the question that has the most."""
    c = tally.c
    # Plus nothing, as in ``figures.counts``: PostgreSQL would pass over the days' rows once for each counter.
    here = and_((c.counter_id + 0).in_(counters), c.day.in_(days), c.standing == COUNTED)
    place = (c.counter_id, c.day, c.survey)
    questions = select(*place, func.sum(c.n).label("n")).where(here).group_by(*place, c.question)
    one = questions.subquery("by_question").c
    visits = func.max(one.n)
    figures = (visits.label("ratings"), literal(0).label("transactions"), literal(0).label("known"))
    wanted = select(one.counter_id, one.day, *figures).group_by(one.counter_id, one.day, one.survey)
    return wanted.having(visits > 0)


def _add_up(connection: Connection, days: Collection[date], counters: Collection[int]) -> None:
    """The weeks and the month of these days, from all their days."""
    spans = [(WEEK, *week) for week in sorted({week_of(day) for day in days})]
    spans.append((MONTH, *month_of(min(days))))
    c = served_count.c
    for grain, first, last in spans:
        every = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        parts = and_(*_place(_Rows(DAY, every, counters)))
        place = (literal(grain).label("to"), literal(first, Date).label("since"), c.counter_id)
        sums = select(*place, *(func.sum(c[name]) for name in FIGURES)).where(parts).group_by(c.counter_id)
        _keep(connection, _Rows(grain, [first], counters), sums)


def _keep(connection: Connection, rows: _Rows, anew: Select[Any]) -> None:
    """Put these rows in the place of those that stand there."""
    connection.execute(delete(served_count).where(*_place(rows)))
    connection.execute(insert(served_count).from_select([*_KEY, *FIGURES], anew))


def _place(rows: _Rows) -> Iterator[ColumnElement[bool]]:
    c = served_count.c
    yield c.grain == rows.grain
    yield c.first.in_(sorted(rows.firsts))
    yield c.counter_id.in_(sorted(rows.counters))
