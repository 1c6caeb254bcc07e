"""Standing: moves what a counter got in some days between counted and suspect, tallies and all, in one transaction."""

from collections import Counter
from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, Connection, or_, select, update

from kiosk.domain.visit.rating import Standing
from sync.collector.replica.blocks.kept import move_held
from sync.collector.replica.keep import RATING_NAMES, count_in
from sync.collector.replica.projection_rows import RatingRow, ReasonRow
from sync.collector.replica.spans import read_spans
from sync.collector.replica.stretch import ANY_PART, Stretch
from sync.collector.replica.tally import ReasonKey, TallyKey, reason_key, tally_key
from sync.collector.store.schema import (
    counter,
    device,
    device_grant,
    journal,
    micros,
    placement,
    rating,
    reason_choice,
    tally,
)

SEQS_AT_ONCE = 500
AT_ONCE = ("", "")
"""Before every part of a day: what is moved goes out as soon as its own is over, which it is."""
RATING_ROW = tuple(rating.c[name] for name in RATING_NAMES)


def lock_journals(connection: Connection, counter_id: int) -> None:
    """Let nobody append to a journal that may bring ratings of the counter until this transaction is over."""
    stood = {counter_id, *read_spans(connection, {counter_id})}
    units = select(counter.c.unit_id).where(counter.c.counter_id.in_(sorted(stood)))
    beside = select(counter.c.counter_id).where(counter.c.unit_id.in_(units))
    carried = select(placement.c.device_id).where(placement.c.counter_id.in_(beside))
    granted = select(device_grant.c.device_id).where(device_grant.c.counter_id.in_(sorted(stood)))
    here = or_(device.c.counter_id.in_(beside), device.c.device_id.in_(carried), device.c.device_id.in_(granted))
    devices = select(device.c.device_id).where(here)
    wanted = select(journal.c.journal_id).where(journal.c.device_id.in_(devices)).order_by(journal.c.journal_id)
    connection.execute(wanted.with_for_update()).all()


def move(connection: Connection, stretch: Stretch, to: Standing, spare: Sequence[Stretch] = ()) -> int:
    """Make what counts in the stretch suspect, or what is suspect count again; how many were moved.

    What lies in one of ``spare`` stays as it is.
    """
    was = Standing.COUNTED if to is Standing.SUSPECT else Standing.SUSPECT
    moved = 0
    for journal_id in _journals(connection, stretch, was):
        rows = [row for row in _rows(connection, journal_id, stretch, was) if not _is_spared(row, spare)]
        _write(connection, journal_id, rows, to)
        _count(connection, journal_id, rows, to)
        moved += len(rows)
    return moved


def _journals(connection: Connection, stretch: Stretch, was: Standing) -> list[str]:
    """The journals that have such ratings, by the tallies: no rating is looked for where there is none."""
    wanted = (
        select(tally.c.journal_id)
        .where(tally.c.counter_id == stretch.counter_id, tally.c.day.between(stretch.first, stretch.last))
        .where(tally.c.standing == str(was), tally.c.n > 0)
        .distinct()
        .order_by(tally.c.journal_id)
    )
    return list(connection.execute(wanted).scalars())


def _rows(connection: Connection, journal_id: str, stretch: Stretch, was: Standing) -> list[RatingRow]:
    wanted = select(*RATING_ROW).where(
        rating.c.journal_id == journal_id, *_lies_in(stretch), rating.c.standing == str(was)
    )
    return [
        RatingRow(*row)._replace(pressed_us=micros(row.pressed_at), day=row.day.isoformat())
        for row in connection.execute(wanted.order_by(rating.c.seq))
    ]


def _lies_in(stretch: Stretch) -> list[ColumnElement[bool]]:
    found = [rating.c.counter_id == stretch.counter_id, rating.c.day.between(stretch.first, stretch.last)]
    return found if stretch.part == ANY_PART else [*found, rating.c.part == stretch.part]


def _is_spared(row: RatingRow, spare: Iterable[Stretch]) -> bool:
    return any(other.covers(row.counter_id, row.day, row.part) for other in spare)


def _write(connection: Connection, journal_id: str, rows: Sequence[RatingRow], to: Standing) -> None:
    for some in seqs_of(rows):
        mine = update(rating).where(rating.c.journal_id == journal_id, rating.c.seq.in_(some))
        connection.execute(mine.values(standing=str(to)))


def _count(connection: Connection, journal_id: str, rows: Sequence[RatingRow], to: Standing) -> None:
    counts: Counter[TallyKey] = Counter()
    reasons: Counter[ReasonKey] = Counter()
    by_seq = {row.seq: row for row in rows}
    for row in rows:
        counts[tally_key(row)] -= 1
        counts[tally_key(row._replace(standing=str(to)))] += 1
    for chosen in read_reasons(connection, journal_id, rows):
        row = by_seq[chosen.rating_seq]
        reasons[reason_key(row, chosen.reason)] -= 1
        reasons[reason_key(row._replace(standing=str(to)), chosen.reason)] += 1
    count_in(connection, journal_id, counts, reasons, AT_ONCE)
    move_held(connection, journal_id, [(row, row._replace(standing=str(to))) for row in rows])


def read_reasons(connection: Connection, journal_id: str, rows: Sequence[RatingRow]) -> list[ReasonRow]:
    """The reasons of these ratings of a journal."""
    found: list[ReasonRow] = []
    for some in seqs_of(rows):
        wanted = select(reason_choice.c.rating_seq, reason_choice.c.reason, reason_choice.c.seq).where(
            reason_choice.c.journal_id == journal_id, reason_choice.c.rating_seq.in_(some)
        )
        found += [ReasonRow(*row) for row in connection.execute(wanted)]
    return found


def seqs_of(rows: Sequence[RatingRow]) -> list[list[int]]:
    """The seqs of the ratings, in lists as long as a statement takes."""
    seqs = [row.seq for row in rows]
    return [seqs[place : place + SEQS_AT_ONCE] for place in range(0, len(seqs), SEQS_AT_ONCE)]
