"""Noted: what people decided and typed in is what the audit log says that they did, to the letter and both ways.

The log lies in the same database, so this proves no more than that the two agree: whoever alters one alone is named.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, and_, func, select

from sync.collector.proof.wrong import What, Wrong
from sync.collector.replica.sender import counter_on
from sync.collector.replica.shown import month_after
from sync.collector.replica.spans import read_codes, read_spans
from sync.collector.store.schema import audit, counter, suspicion, typed_count

_WEB, _FILE = "web", "csv"
_TYPED, _IMPORTED = "served.typed", "served.imported"
_ASIDE, _WITHDRAWN = "suspect set aside", "suspect withdrawn"


_Days = tuple[str, str, str, str, int]


class _Number(NamedTuple):
    """One that somebody typed in."""

    at: datetime
    by: str
    day: str
    n: int


def check_noted(connection: Connection, since: datetime | None) -> Iterator[Wrong]:
    """The first number that was typed in, and the first decision, of which the log says something else.

    Of what was done from ``since`` on, or of all of it.
    """
    for first, until in _months(connection, since):
        wrong = next(_typed(connection, first, until), None)
        if wrong is not None:
            yield wrong
            break
    yield from _decided(connection)


def _months(connection: Connection, since: datetime | None) -> Iterator[tuple[datetime, datetime]]:
    """The months in which anything was typed in, so that no more than one of them is held in memory."""
    log = audit.c.action.in_((_TYPED, _IMPORTED))
    moments = [
        connection.execute(select(func.min(c), func.max(c)).where(*where)).one()
        for c, where in ((typed_count.c.typed_at, ()), (audit.c.at, (log,)))
    ]
    ends = [each.astimezone(UTC) for row in moments for each in row if each is not None]
    month = max(min(ends), since).date() if ends and since else min(ends).date() if ends else None
    while month is not None and month <= max(ends).date():
        after = month_after(month)
        yield datetime(month.year, month.month, 1, tzinfo=UTC), datetime(after.year, after.month, 1, tzinfo=UTC)
        month = after


def _typed(connection: Connection, first: datetime, until: datetime) -> Iterator[Wrong]:
    t, a = typed_count.c, audit.c
    rows = connection.execute(select(typed_count).where(t.typed_at >= first, t.typed_at < until)).all()
    here = and_(a.action.in_((_TYPED, _IMPORTED)), a.at >= first, a.at < until)
    log = connection.execute(select(audit).where(here)).all()
    one_by_one = [row for row in rows if row.source != _FILE]
    kept = Counter(_Number(row.typed_at, row.typed_by, row.day.isoformat(), int(row.n)) for row in one_by_one)
    said = Counter(
        _Number(each.at, each.actor, str(each.details["day"]), int(each.details["n"]))
        for each in log
        if each.action == _TYPED
    )
    strange = [row.day.isoformat() for row in one_by_one if row.source != _WEB]
    for day in sorted([*strange, *(number.day for number in (kept - said) + (said - kept))]):
        yield Wrong(What.TYPED_CHANGED, day=day)
    yield from _at_their_counters(connection, one_by_one, log)
    yield from _files([row for row in rows if row.source == _FILE], [each for each in log if each.action == _IMPORTED])


def _at_their_counters(connection: Connection, rows: Sequence[Row[Any]], log: Sequence[Row[Any]]) -> Iterator[Wrong]:
    """Numbers that stand at another counter than the one that the log names, wherever that stood on their day."""
    subjects = {(each.at, each.actor, str(each.details["day"])): each.subject for each in log if each.action == _TYPED}
    codes = dict(connection.execute(select(counter.c.code, counter.c.counter_id)).all())
    spans = read_spans(connection, {row.counter_id for row in rows} | set(codes.values())) if rows else {}
    known = read_codes(connection, set(codes.values()), spans) if rows else {}
    for row in rows:
        code = subjects.get((row.typed_at, row.typed_by, row.day.isoformat()))
        if code in known and row.counter_id != counter_on(spans, known[code], row.day.isoformat()):
            yield Wrong(What.TYPED_CHANGED, day=row.day.isoformat())


def _files(rows: Sequence[Row[Any]], log: Sequence[Row[Any]]) -> Iterator[Wrong]:
    """Files of which other numbers are kept than the log says: how many, of which days, and what was corrected."""
    files: dict[tuple[datetime, str], list[Row[Any]]] = {}
    for row in rows:
        files.setdefault((row.typed_at, row.typed_by), []).append(row)
    said: dict[tuple[datetime, str], list[dict[str, Any]]] = {}
    for each in log:
        said.setdefault((each.at, each.actor), []).append(each.details)
    for key in sorted(files.keys() | said.keys()):
        days = sorted(row.day.isoformat() for row in files.get(key, ()))
        words = said.get(key, [])
        ends = (min((each["first"] for each in words), default=""), max((each["last"] for each in words), default=""))
        corrected = {(str(one["day"]), int(one["n"])) for each in words for one in each["corrections"]}
        there = {(row.day.isoformat(), int(row.n)) for row in files.get(key, ())}
        same = bool(days) and ends == (days[0], days[-1]) and len(days) == sum(each["lines"] for each in words)
        if not same or not corrected <= there:
            yield Wrong(What.TYPED_CHANGED, day=days[0] if days else ends[0])


def _decided(connection: Connection) -> Iterator[Wrong]:
    """Decisions: each stands in the log with its days, and so does each that was taken back."""
    s, a = suspicion.c, audit.c
    ends = (func.min(s.first_day), func.max(s.last_day), func.min(s.part), func.max(s.part), func.sum(s.n))
    grouped = select(s.signal_id, s.set_at, s.set_by, *ends).group_by(s.signal_id, s.set_at, s.set_by)
    kept = {
        (row[0], row[1], row[2]): (row[3].isoformat(), row[4].isoformat(), row[5], row[6], int(row[7]))
        for row in connection.execute(grouped)
    }
    log = connection.execute(select(audit).where(a.action.in_((_ASIDE, _WITHDRAWN)))).all()
    said = dict[tuple[int, datetime, str], _Days]()
    for each in log:
        if each.action == _ASIDE:
            key = (each.details["signal"], each.at, each.actor)
            said[key] = _days_of(each.details, said.get(key))
    lifted = select(s.signal_id, s.lifted_at, s.lifted_by).where(s.lifted_at.is_not(None)).distinct()
    taken_back = {(each.details["signal"], each.at, each.actor) for each in log if each.action == _WITHDRAWN}
    known = {tuple(row) for row in connection.execute(lifted)}
    wrong = {key for key in kept.keys() | said.keys() if kept.get(key) != said.get(key)} | (known ^ taken_back)
    for _, at, _ in sorted(wrong, key=lambda key: key[1])[:1]:
        yield Wrong(What.DECISION_CHANGED, day=at.date().isoformat())


def _days_of(details: dict[str, Any], others: _Days | None) -> _Days:
    """The first and the last day, the half and the ratings of a decision and of those that were made with it."""
    part = "" if details["part"] == "am+pm" else str(details["part"])
    first, last, least, most, n = others or (details["first"], details["last"], part, part, 0)
    ends = (min(first, details["first"]), max(last, details["last"]))
    return (*ends, min(least, part), max(most, part), n + int(details["n"]))
