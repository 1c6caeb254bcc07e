"""Drop: lines and single ratings go, as was decided; broken off at any moment, it goes on where it stood.

Of each journal first what they added to the sums is written down; from then on they count as gone, whether their rows
are here or not. The rows follow a little at a time, or, where nothing of a month's part stays, the part as a whole.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial

from sqlalchemy import Connection, Table, bindparam, delete, func, select, text, update

from sync.collector.proof.floor import Gone
from sync.collector.replica.dropped import DECIDED, DONE
from sync.collector.retention.lines.held import counts_after
from sync.collector.retention.lines.months import until_of
from sync.collector.retention.lines.stays import stretch_of, why_stays
from sync.collector.retention.steps import Pace
from sync.collector.store.database import Database
from sync.collector.store.partitions import Part, parts_of
from sync.collector.store.patience import patiently
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
        months = decided_months(self._database)
        for month in months:
            for journal_id, last in self._journals(month):
                self._drop(journal_id, last)
            if not self._database.is_sqlite:
                self._drop_parts(month)
            self._transact(partial(_finish, month=month, now=self._now))
        return len(months)

    def _journals(self, month: date) -> list[tuple[str, int]]:
        with self._database.reading() as connection:
            d = dropped_lines.c
            rows = connection.execute(select(d.journal_id, d.last_seq).where(d.month == month).order_by(d.journal_id))
            return [(str(row.journal_id), int(row.last_seq)) for row in rows]

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
            row = connection.execute(select(dropped_lines).where(d.journal_id == journal_id, d.last_seq == last)).one()
            if row.sums is not None:
                return True
            of = stretch_of(connection, journal_id, until_of(row.month))
            is_same = of is not None and (of.first, of.last) == (row.first_seq, row.last_seq)
            stays = of is None or not is_same or why_stays(connection, of, is_logged=False) is not None
            gone = None if stays else Gone(connection, journal_id, last, *counts_after(connection, journal_id, last))
        return self._transact(partial(_settle, journal_id=journal_id, last=last, gone=gone))

    def _drop_parts(self, month: date) -> None:
        """Drop the month's parts if nothing of them stays, and else the rows that go."""
        for table in reversed(PARTITIONED):
            with self._database.reading() as connection:
                parts = [part for part in parts_of(connection, table) if part.month.date() <= month]
                whole = [part for part in parts if not _has_more(connection, part)]
                gone = {part.name for part in parts} - {part.name for part in whole}
            for part in whole:
                # Detached in one short transaction, dropped in another: nobody waits for files to be deleted.
                patiently(self._database, f"ALTER TABLE {table} DETACH PARTITION {part.name}")
            if gone:
                for journal_id, last in self._journals(month):
                    self._pace.run(self._transact, partial(_ROWS[table], journal_id, last))
        for table in PARTITIONED:
            for name in _detached(self._database, table, month):
                patiently(self._database, f"DROP TABLE IF EXISTS {name}")


def decided_months(database: Database) -> list[date]:
    """The months that were decided about and are not done, the oldest first."""
    with database.reading() as connection:
        c = dropped_month.c
        return list(connection.execute(select(c.month).where(c.state == DECIDED).order_by(c.month)).scalars())


def _settle(connection: Connection, journal_id: str, last: int, gone: Gone | None) -> bool:
    """Keep what lines add, so that they count as gone from now on; forget that they were to go where they stay."""
    d = dropped_lines.c
    here = (d.journal_id == journal_id) & (d.last_seq == last) & d.sums.is_(None)
    before = select(func.coalesce(func.sum(d.ratings), 0)).where(d.journal_id == journal_id, d.last_seq < last)
    n = -1 if gone is None else gone.ratings - int(connection.execute(before).scalar_one())
    if gone is None or n < 0:
        connection.execute(delete(dropped_lines).where(here))
        return False
    connection.execute(update(dropped_lines).where(here).values(sums=gone.hash, ratings=n))
    return True


def _finish(connection: Connection, month: date, now: datetime) -> None:
    c = dropped_month.c
    connection.execute(update(dropped_month).where(c.month == month).values(state=DONE, done_at=now))


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


def _has_more(connection: Connection, part: Part) -> bool:
    """Whether a part has rows of lines that stay."""
    column = "last_seq" if part.table == "segment" else "seq"
    more = text(
        f"SELECT 1 FROM {part.name} p WHERE NOT EXISTS (SELECT 1 FROM dropped_lines d "  # noqa: S608
        f"WHERE d.journal_id = p.journal_id AND d.sums IS NOT NULL AND p.{column} <= d.last_seq) LIMIT 1"
    )
    return connection.execute(more).first() is not None


def _detached(database: Database, table: str, month: date) -> list[str]:
    """The parts up to a month that are tables of their own by now."""
    with database.reading() as connection:
        attached = {part.name for part in parts_of(connection, table)}
        names = connection.execute(
            text("SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE :like "
                 "AND relnamespace = current_schema()::text::regnamespace"),
            {"like": f"{table}\\_%"},
        ).scalars()  # fmt: skip
        last = Part(table, datetime(month.year, month.month, 1, tzinfo=UTC)).name
        return sorted(name for name in names if name not in attached and len(name) == len(last) and name <= last)
