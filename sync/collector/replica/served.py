"""Served: transactions that were typed in beside the ratings of their days, added up by day, week and month.

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
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    union_all,
    update,
)

from sync.collector.replica.shown import DAY, MONTH, WEEK, month_of, week_of
from sync.collector.replica.tally import COUNTED
from sync.collector.store.schema import (
    counter,
    series_version,
    served_count,
    shown_stream,
    tally,
    transaction_count,
    typed_count,
)

Question = tuple[str, str]
"""A series and its question."""
WHATEVER: Question = ("", "")
"""The rows of what was typed in: it holds whatever was asked."""
CounterDay = tuple[int, date]
_KEY = ("survey", "question", "grain", "first", "counter_id")
FIGURES = ("ratings", "transactions", "known", "days")


class _Rows(NamedTuple):
    """Rows of one question that are added up together."""

    of: Question
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


def add_up_typed(connection: Connection, places: Collection[CounterDay]) -> None:
    """Add up anew what was typed in for these counters and days, and what of the ratings' days is known."""
    for counters, days in _by_month(places):
        _keep(connection, _Rows(WHATEVER, DAY, days, counters), _typed(days, counters))
        _add_up(connection, WHATEVER, days, counters)
    asked = select(shown_stream.c.survey, shown_stream.c.question).where(shown_stream.c.stream == COUNTED)
    for survey, question in connection.execute(asked.order_by(*asked.selected_columns)).all():
        add_up_rated(connection, (survey, question), places)


def add_up_rated(connection: Connection, of: Question, places: Iterable[CounterDay]) -> None:
    """Add up anew which of a question's ratings are of known days, for these counters and days."""
    for counters, days in _by_month(places):
        _keep(connection, _Rows(of, DAY, days, counters), _rated(of, days, counters))
        _add_up(connection, of, days, counters)


def _by_month(places: Iterable[CounterDay]) -> Iterator[tuple[set[int], set[date]]]:
    """The counters and the days of each month: others of that month's may be among their pairs, which is harmless."""
    found: dict[date, tuple[set[int], set[date]]] = {}
    for counter_id, day in sorted(places):
        counters, days = found.setdefault(day.replace(day=1), (set(), set()))
        counters.add(counter_id)
        days.add(day)
    yield from found.values()


def _typed(days: Collection[date], counters: Collection[int]) -> Select[Any]:
    """What was typed in last for each day."""
    c = every_typed((table.c.day.in_(days), table.c.counter_id.in_(counters)) for table in TYPED).subquery("typed").c
    newest = func.row_number().over(partition_by=(c.counter_id, c.day), order_by=(c.at.desc(), c.seq.desc()))
    every = select(c.counter_id, c.day, c.n, newest.label("age"))
    last = every.subquery("every_count").c
    names = (literal(WHATEVER[0]), literal(WHATEVER[1]), literal(DAY))
    return select(*names, last.day, last.counter_id, literal(0), last.n, literal(1), literal(1)).where(last.age == 1)


def _rated(of: Question, days: Collection[date], counters: Collection[int]) -> Select[Any]:
    """The days with ratings that count: those ratings where the day is known, and otherwise a day more."""
    c, v = tally.c, series_version.c
    is_known = or_(*(exists().where(t.c.counter_id == c.counter_id, t.c.day == c.day) for t in TYPED))
    ratings, more = case((is_known, func.sum(c.n)), else_=0), case((is_known, 0), else_=1)
    versions = select(v.survey).where(v.series == of[0], v.question == of[1])
    asked = and_(or_(c.survey == of[0], c.survey.in_(versions)), c.question == of[1], c.standing == COUNTED)
    place = (literal(of[0]), literal(of[1]), literal(DAY), c.day, c.counter_id)
    # Plus nothing, as in ``figures.counts``: PostgreSQL would pass over the days' rows once for each counter.
    here = and_((c.counter_id + 0).in_(counters), c.day.in_(days))
    wanted = select(*place, ratings, literal(0), literal(0), more).where(asked, here)
    return wanted.group_by(c.day, c.counter_id).having(func.sum(c.n) > 0)


def _add_up(connection: Connection, of: Question, days: Collection[date], counters: Collection[int]) -> None:
    """The weeks and the month of these days, from all their days."""
    spans = [(WEEK, *week) for week in sorted({week_of(day) for day in days})]
    spans.append((MONTH, *month_of(min(days))))
    c = served_count.c
    for grain, first, last in spans:
        every = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        parts = and_(*_place(_Rows(of, DAY, every, counters)))
        place = (c.survey, c.question, literal(grain).label("to"), literal(first, Date).label("since"), c.counter_id)
        sums = select(*place, *(func.sum(c[name]) for name in FIGURES)).where(parts)
        sums = sums.group_by(c.survey, c.question, c.counter_id)
        _keep(connection, _Rows(of, grain, [first], counters), sums)


def _keep(connection: Connection, rows: _Rows, anew: Select[Any]) -> None:
    """Put these rows in the place of those that stand there."""
    connection.execute(delete(served_count).where(*_place(rows)))
    connection.execute(insert(served_count).from_select([*_KEY, *FIGURES], anew))


def _place(rows: _Rows) -> Iterator[ColumnElement[bool]]:
    c = served_count.c
    yield c.survey == rows.of[0]
    yield c.question == rows.of[1]
    yield c.grain == rows.grain
    yield c.first.in_(sorted(rows.firsts))
    yield c.counter_id.in_(sorted(rows.counters))
