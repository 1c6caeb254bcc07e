"""Drop: lines and single ratings go, as was decided; broken off at any moment, it goes on where it stood.

Of each journal first what they added to the sums is written down; from then on they count as gone, whether their rows
are here or not. The rows follow a little at a time, or, where nothing of a month's part stays, the part as a whole.
"""

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, func, select, text, update

from sync.collector.proof.floor import Gone
from sync.collector.replica.dropped import DECIDED, DONE
from sync.collector.retention.lines.held import counts_after
from sync.collector.retention.lines.months import lock_months, totals_of, until_of
from sync.collector.retention.lines.statement import contents_of, records_of
from sync.collector.retention.lines.stays import Stretch, stretch_of, why_stays
from sync.collector.retention.steps import Pace
from sync.collector.store.database import Database
from sync.collector.store.partitions import Part, lock_partitions, parts_of
from sync.collector.store.patience import transact_patiently
from sync.collector.store.schema import (
    PARTITIONED,
    dropped_lines,
    dropped_month,
    rating,
    reason_choice,
    receipt,
    segment,
)
from sync.collector.store.writer import Transact

_RECEIPTS = (
    update(receipt)
    .where(receipt.c.journal_id == bindparam("of_journal"), receipt.c.seq == bindparam("at"))
    .values(standing=bindparam("how"), received_at=bindparam("came"))
)


class Dropping:
    """One round of dropping over one database."""

    def __init__(self, database: Database, transact: Transact, pace: Pace, now: datetime) -> None:
        self._database, self._transact, self._pace, self._now = database, transact, pace, now

    def run(self) -> int:
        """Do all that was decided and is not done; how many months were."""
        parts = decided_parts(self._database)
        for month, part in parts:
            for journal_id, last in self._journals(month, part):
                self._drop(journal_id, last)
            if not self._database.is_sqlite:
                self._drop_parts(month, part)
            self._transact(partial(_finish, month=month, part=part, now=self._now))
        return len(parts)

    def _journals(self, month: date, part: int) -> list[tuple[str, int]]:
        with self._database.reading() as connection:
            d = dropped_lines.c
            wanted = select(d.journal_id, d.last_seq).where(d.month == month, d.part == part)
            return [
                (str(row.journal_id), int(row.last_seq)) for row in connection.execute(wanted.order_by(d.journal_id))
            ]

    def _drop(self, journal_id: str, last: int) -> None:
        if not self._write_down(journal_id, last):
            return
        for some in (_keep_receipts, _reasons):
            self._pace.run(self._transact, partial(some, journal_id, last))
        if self._database.is_sqlite:
            self._delete_rows(journal_id, last)

    def _delete_rows(self, journal_id: str, last: int) -> None:
        for some in (_ratings, _segments):
            self._pace.run(self._transact, partial(some, journal_id, last))

    def _write_down(self, journal_id: str, last: int) -> bool:
        """Write down what these lines add, once; whether they go. What came to rest on them since lets them stay."""
        with self._database.reading() as connection:
            d = dropped_lines.c
            here = select(dropped_lines).where(d.journal_id == journal_id, d.last_seq == last)
            row = connection.execute(here).one_or_none()
            if row is None or row.sums is not None:
                return row is not None
            of = stretch_of(connection, journal_id, until_of(row.month))
            stays = of is None or not _is_in_file(connection, of, row) or why_stays(connection, of, is_logged=False)
            gone = None if stays else Gone(connection, journal_id, last, *counts_after(connection, journal_id, last))
        return self._transact(partial(_settle, journal_id=journal_id, last=last, gone=gone))

    def _drop_parts(self, month: date, part: int) -> None:
        """Drop the month's tables if nothing of them stays, and else the rows that go."""
        for table in reversed(PARTITIONED):
            with self._database.reading() as connection:
                names = [each.name for each in parts_of(connection, table) if each.month.date() <= month]
            for name in names:
                transact_patiently(self._database, partial(_drop_whole, table=table, name=name))
            with self._database.reading() as connection:
                is_left = any(each.name in names for each in parts_of(connection, table))
            if is_left:
                for journal_id, last in self._gone(month, part):
                    self._pace.run(self._transact, partial(_ROWS[table], journal_id, last))

    def _gone(self, month: date, part: int) -> list[tuple[str, int]]:
        """The journals whose lines count as gone: rows of no others may be deleted."""
        with self._database.reading() as connection:
            d = dropped_lines.c
            here = (d.month == month) & (d.part == part) & d.sums.is_not(None)
            rows = connection.execute(select(d.journal_id, d.last_seq).where(here).order_by(d.journal_id))
            return [(str(row.journal_id), int(row.last_seq)) for row in rows]


def decided_parts(database: Database) -> list[tuple[date, int]]:
    """The parts of months that were decided about and are not done, the oldest first."""
    with database.reading() as connection:
        c = dropped_month.c
        wanted = select(c.month, c.part).where(c.state == DECIDED).order_by(c.month, c.part)
        return [(row.month, row.part) for row in connection.execute(wanted)]


def _is_in_file(connection: Connection, of: Stretch, row: Any) -> bool:
    """Whether these lines are, with all that is stored of them, what was read back from the file."""
    is_same = (of.first, of.last, of.prev) == (row.first_seq, row.last_seq, bytes(row.prev))
    return is_same and contents_of(records_of(connection, of)) == bytes(row.contents)


def _settle(connection: Connection, journal_id: str, last: int, gone: Gone | None) -> bool:
    """Keep what lines add, so that they count as gone from now on; forget that they were to go where they stay."""
    d = dropped_lines.c
    here = (d.journal_id == journal_id) & (d.last_seq == last) & d.sums.is_(None)
    before = select(func.coalesce(func.sum(d.ratings), 0)).where(
        d.journal_id == journal_id, d.last_seq < last, d.sums.is_not(None)
    )
    n = -1 if gone is None else gone.ratings - int(connection.execute(before).scalar_one())
    if gone is None or n < 0:
        connection.execute(delete(dropped_lines).where(here))
        return False
    connection.execute(update(dropped_lines).where(here).values(sums=gone.hash, ratings=n))
    return True


def _finish(connection: Connection, month: date, part: int, now: datetime) -> None:
    """A part is done, once: its row has from then on what went, and how many journals stayed of those in the file."""
    lock_months(connection)
    c, d = dropped_month.c, dropped_lines.c
    here = (c.month == month) & (c.part == part) & (c.state == DECIDED)
    before = connection.execute(select(c.journals, c.kept).where(here)).one_or_none()
    if before is None:
        return
    gone = totals_of(connection, month, part)
    summed = select(func.coalesce(func.sum(d.ratings), 0)).where(d.month == month, d.part == part)
    ratings = int(connection.execute(summed).scalar_one())
    counts = {"journals": gone.journals, "segments": gone.segments, "lines": gone.lines, "ratings": ratings}
    kept = before.kept + before.journals - gone.journals
    connection.execute(update(dropped_month).where(here).values(state=DONE, done_at=now, kept=kept, **counts))


def _keep_receipts(journal_id: str, last: int, connection: Connection, most: int) -> int:
    """Write down beside receipts how their ratings count, before these go."""
    c, r = receipt.c, rating.c
    same = (r.journal_id == c.journal_id) & (r.seq == c.seq)
    wanted = select(c.seq, r.standing, r.received_at).join(rating, same)
    here = wanted.where(c.journal_id == journal_id, c.seq <= last, c.standing.is_(None))
    rows = connection.execute(here.order_by(c.seq).limit(most)).all()
    said = [{"of_journal": journal_id, "at": row.seq, "how": row.standing, "came": row.received_at} for row in rows]
    if said:
        connection.execute(_RECEIPTS, said)
    return len(rows)


def _front(table: Table, seq: str) -> Callable[[str, int, Connection, int], int]:
    """What deletes so many rows at most at the front of a journal, up to an entry."""
    c = table.c

    def some(journal_id: str, last: int, connection: Connection, most: int) -> int:
        here = (c.journal_id == journal_id) & (c[seq] <= last)
        front = select(c[seq]).where(here).order_by(c[seq]).limit(most).subquery()
        until = connection.execute(select(func.max(front.c[seq]))).scalar_one()
        if until is None:
            return 0
        return int(connection.execute(delete(table).where(c.journal_id == journal_id, c[seq] <= until)).rowcount)

    return some


_ratings, _segments, _reasons = _front(rating, "seq"), _front(segment, "first_seq"), _front(reason_choice, "rating_seq")
_ROWS = {"rating": _ratings, "segment": _segments}


def _drop_whole(connection: Connection, table: str, name: str) -> None:
    """Drop a month's table, unless rows of lines are in it that stay; nobody writes to it between look and end."""
    lock_partitions(connection)
    part = next((each for each in parts_of(connection, table) if each.name == name), None)
    if part is None:
        return
    connection.execute(text(f"LOCK TABLE {name} IN SHARE MODE"))
    if not _has_more(connection, part):
        # In one transaction: a table that was only detached would stand in the way of a new part of that month.
        connection.execute(text(f"DROP TABLE {name}"))


def _has_more(connection: Connection, part: Part) -> bool:
    """Whether a part has rows of lines that stay."""
    column = "last_seq" if part.table == "segment" else "seq"
    more = text(
        f"SELECT 1 FROM {part.name} p WHERE NOT EXISTS (SELECT 1 FROM dropped_lines d "  # noqa: S608
        f"WHERE d.journal_id = p.journal_id AND d.sums IS NOT NULL AND p.{column} <= d.last_seq) LIMIT 1"
    )
    return connection.execute(more).first() is not None
