"""Served: transactions that were typed in beside the visits rated on their days, added up by day, week and month.

A visit is one transaction and counts once, whichever survey asked and however many questions it answered: every
visit answers the first question of its survey, and none of the others more often, so of each version of a survey the
question with the most ratings tells how many visits were rated. The versions and surveys of a counter add up.

Rows of one day come from what was typed in last and from the tallies: how many took part is no opinion, and
needs no block. Those of weeks (as far as they are of one month) and months come
from their days. Whatever changes a part adds the rows above it up anew, in its own transaction and under the
counters' lock, so no row can drift from its parts: what is typed in here, a decision, a move and a release. An append
touches no row that other journals touch too: it marks what it counted (``served_due``), and the next release follows.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Connection,
    Date,
    Select,
    String,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    literal,
    select,
    tuple_,
    union_all,
    update,
)

from sync.collector.replica.shown import DAY, MONTH, WEEK, month_of, week_of
from sync.collector.replica.tally import COUNTED
from sync.collector.store.schema import block_piece, counter, served_count, tally, transaction_count, typed_count

CounterDay = tuple[int, date]
FIGURES = ("ratings", "transactions", "known", "days")
DUE_AT_ONCE = 1000
"""Of so many counters' days participation follows in one transaction: an append waits no longer than for these."""
BLOCKS_AT_ONCE = 400
_ON_DAYS: BindParameter[Any] = bindparam("on_days", expanding=True)
_AT_COUNTERS: BindParameter[Any] = bindparam("at_counters", expanding=True)
_OF_GRAIN = bindparam("of_grain", type_=String)
_SINCE, _UNTIL = (bindparam(name, type_=Date) for name in ("since", "until"))

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

    To be taken before any count is touched: whatever adds up waits for each other only here.
    """
    wanted = select(counter.c.counter_id).order_by(counter.c.counter_id).with_for_update(key_share=True)
    connection.execute(wanted if counters is None else wanted.where(counter.c.counter_id.in_(sorted(counters))))


def due_places(connection: Connection) -> set[CounterDay]:
    """Some of the counters and days that participation has to follow: what appends counted or brought since.

    Nothing while none of these moves a row: another visit of a day with visits does not, as long as nobody typed in its
    transactions. Such are told only where they are many, so that their marks go away.
    """
    counted, typed = (
        {(row.counter_id, row.day) for row in connection.execute(wanted)} for wanted in (_COUNTED_DUE, _TYPED_DUE)
    )
    places = counted | typed
    if not places or typed or len(counted) == DUE_AT_ONCE:
        return places
    counters, days = zip(*places, strict=True)
    rows = connection.execute(_KNOWN, _named(set(counters), set(days)))
    known = {(row.counter_id, row.first): row.known for row in rows}
    return places if any(known.get(place, 1) for place in places) else set()


def follow_due(connection: Connection) -> bool:
    """Add up anew some of what is due, and take its marks away; whether there was anything."""
    places = due_places(connection)
    if not places:
        return False
    lock_counters(connection, {counter_id for counter_id, _ in places})
    for counters, days in _by_month(places):
        # Waits for appends to these rows that are not committed yet; those after it mark them anew.
        for unmark in _UNMARK:
            connection.execute(unmark, _named(counters, days))
    add_up_served(connection, places)
    return True


def days_held(connection: Connection, keys: Collection[tuple[str, int]]) -> set[CounterDay]:
    """The counters and days of these blocks' ratings."""
    p, found, every = block_piece.c, set[CounterDay](), sorted(keys)
    for place in range(0, len(every), BLOCKS_AT_ONCE):
        some = every[place : place + BLOCKS_AT_ONCE]
        wanted = select(p.counter_id, p.day).where(tuple_(p.journal_id, p.last_seq).in_(some)).distinct()
        found |= {(row.counter_id, row.day) for row in connection.execute(wanted)}
    return found


def add_up_served(connection: Connection, places: Collection[CounterDay]) -> None:
    """Add up anew, for these counters and days, what was typed in and how many visits were rated."""
    for counters, days in _by_month(places):
        here = _named(counters, days)
        connection.execute(_DAYS_GONE, here)
        connection.execute(_DAYS_ANEW, here)
        spans = [(WEEK, *week) for week in sorted({week_of(day) for day in days})]
        for grain, since, until in (*spans, (MONTH, *month_of(min(days)))):
            span = {"of_grain": grain, "since": since, "until": until, "at_counters": sorted(counters)}
            connection.execute(_SPAN_GONE, span)
            connection.execute(_SPAN_ANEW, span)


def _named(counters: Iterable[int], days: Iterable[date]) -> dict[str, list[Any]]:
    return {"at_counters": sorted(counters), "on_days": sorted(days)}


def _by_month(places: Iterable[CounterDay]) -> Iterator[tuple[set[int], set[date]]]:
    """The counters and the days of each month: others of that month's may be among their pairs, which is harmless."""
    found: dict[date, tuple[set[int], set[date]]] = {}
    for counter_id, day in sorted(places):
        counters, days = found.setdefault(day.replace(day=1), (set(), set()))
        counters.add(counter_id)
        days.add(day)
    yield from found.values()


def _of_days() -> Select[Any]:
    """Each day on which something was typed in or a visit was rated."""
    c = union_all(_typed(), _rated()).subquery("of_day").c
    known = func.max(c.known)
    figures = (case((known == 1, func.sum(c.ratings)), else_=0), func.sum(c.transactions), known, literal(1))
    return select(literal(DAY), c.day, c.counter_id, *figures).group_by(c.day, c.counter_id)


def _typed() -> Select[Any]:
    """What was typed in last for each day."""
    wheres = ((table.c.day.in_(_ON_DAYS), table.c.counter_id.in_(_AT_COUNTERS)) for table in TYPED)
    c = every_typed(wheres).subquery("typed").c
    newest = func.row_number().over(partition_by=(c.counter_id, c.day), order_by=(c.at.desc(), c.seq.desc()))
    every = select(c.counter_id, c.day, c.n, newest.label("age"))
    last = every.subquery("every_count").c
    figures = (literal(0).label("ratings"), last.n.label("transactions"), literal(1).label("known"))
    return select(last.counter_id, last.day, *figures).where(last.age == 1)


def _rated() -> Select[Any]:
    """How many visits were rated on each day, by survey: so many as the ratings of the question that has the most."""
    c = tally.c
    # Plus nothing, as in ``figures.counts``: PostgreSQL would pass over the days' rows once for each counter.
    here = and_((c.counter_id + 0).in_(_AT_COUNTERS), c.day.in_(_ON_DAYS), c.standing == COUNTED)
    place = (c.counter_id, c.day, c.survey)
    questions = select(*place, func.sum(c.n).label("n")).where(here).group_by(*place, c.question)
    one = questions.subquery("by_question").c
    visits = func.max(one.n)
    figures = (visits.label("ratings"), literal(0).label("transactions"), literal(0).label("known"))
    wanted = select(one.counter_id, one.day, *figures).group_by(one.counter_id, one.day, one.survey)
    return wanted.having(visits > 0)


def _of_span() -> Select[Any]:
    """A week or month, from all its days."""
    c = served_count.c
    days = and_(c.grain == DAY, c.first.between(_SINCE, _UNTIL), c.counter_id.in_(_AT_COUNTERS))
    sums = (func.sum(c[name]) for name in FIGURES)
    return (
        select(_OF_GRAIN.label("to"), _SINCE.label("since_day"), c.counter_id, *sums).where(days).group_by(c.counter_id)
    )


# Made once: making them takes longer than the database takes for a few counters, and each release runs them all.
_HERE = served_count.c.counter_id.in_(_AT_COUNTERS)
_NAMES = ("grain", "first", "counter_id", *FIGURES)
_DAYS_GONE = delete(served_count).where(served_count.c.grain == DAY, served_count.c.first.in_(_ON_DAYS), _HERE)
_DAYS_ANEW = insert(served_count).from_select(_NAMES, _of_days())
_SPAN_GONE = delete(served_count).where(served_count.c.grain == _OF_GRAIN, served_count.c.first == _SINCE, _HERE)
_SPAN_ANEW = insert(served_count).from_select(_NAMES, _of_span())
_KNOWN = select(served_count.c.counter_id, served_count.c.first, served_count.c.known).where(
    served_count.c.grain == DAY, served_count.c.first.in_(_ON_DAYS), _HERE
)
_COUNTED_DUE, _TYPED_DUE = (
    select(table.c.counter_id, table.c.day).where(table.c.served_due).distinct().limit(DUE_AT_ONCE)
    for table in (tally, transaction_count)
)
_UNMARK = tuple(
    update(table)
    .where(table.c.served_due, table.c.counter_id.in_(_AT_COUNTERS), table.c.day.in_(_ON_DAYS))
    .values(served_due=False)
    for table in (tally, transaction_count)
)
