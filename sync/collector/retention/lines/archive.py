"""Archive: all lines that would go with a month, verbatim, in one file; and what will be kept of each journal.

The file is on the disk and was read back before anything is said of it in the database. There a month is archived from
the one transaction on that counts and hashes are kept in: broken off before it, there is a file at most.
"""

import gzip
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select

from kiosk.domain.visit.survey import Survey
from sync.collector.errors import NotAllowed, UsageWrong
from sync.collector.people.audit import note
from sync.collector.replica.dropped import ARCHIVED
from sync.collector.retention.lines.file import FORM, End, Head, Totals, digest_of, new_file, place, put, read_file
from sync.collector.retention.lines.file import totals_of as totals_of_file
from sync.collector.retention.lines.months import forget_archives, lock_months, next_part, totals_of, until_of
from sync.collector.retention.lines.statement import Record, Statement, records_of, state_of
from sync.collector.retention.lines.stays import Stays, Stretch, stretch_of, why_stays
from sync.collector.settings.collector import CollectorConfig
from sync.collector.store.bulk import insert_rows
from sync.collector.store.database import Database
from sync.collector.store.schema import dropped_lines, dropped_month, journal
from sync.collector.store.writer import Transact

ROWS_AT_ONCE = 50
Progress = Callable[[int, int], None]
"""How many journals were written, of how many."""


class Source(NamedTuple):
    """From where lines are written."""

    config: CollectorConfig
    database: Database
    surveys: Mapping[str, Survey]


class Kept(NamedTuple):
    """A journal of which the lines stay."""

    journal_id: str
    device_id: str
    why: Stays


@dataclass(frozen=True, slots=True)
class Archived:
    """What is in the file."""

    part: int
    """Which one of its month it is: what came to be here after one was dropped goes with the next."""
    statements: list[Statement]
    kept: list[Kept]
    digest: bytes
    """SHA-256 of the file."""

    @property
    def totals(self) -> Totals:
        """How much is in it."""
        return totals_of_file(
            [(one.journal_id, one.segments, one.last_seq - one.first_seq + 1, one.contents) for one in self.statements]
        )

    @property
    def lines(self) -> int:
        """How many lines are in it."""
        return self.totals.lines

    @property
    def ratings(self) -> int:
        """How many of them are ratings that are counted."""
        return sum(one.ratings for one in self.statements)


def write_archive(source: Source, month: date, out: Path, progress: Progress = lambda *_: None) -> Archived:
    """Write the lines of a month to a new file, durably, and read it back; what of the month stays is told.

    Without a line that may go there is no file. Raises NotAllowed where another month's file waits, and UsageWrong
    where the file is there already, cannot be written, or is not read as it was written.
    """
    with source.database.reading() as connection:
        part = next_part(connection, month)
    statements, kept = list[Statement](), list[Kept]()
    try:
        with new_file(out) as (being_made, raw):
            with gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=6, mtime=0) as file:
                put(file, Head(FORM, f"{month:%Y-%m}", part, source.config.url))
                for found in _journals(source, month, file, progress):
                    kept.append(found) if isinstance(found, Kept) else statements.append(found)
                archived = Archived(part, statements, kept, b"")
                end = archived.totals
                put(file, End(end.journals, end.segments, end.lines, end.contents.hex()))
            raw.flush()
            os.fsync(raw.fileno())
            digest = digest_of(being_made)
            check_file(being_made, month, part, {one.journal_id: one for one in statements})
            if statements:
                place(being_made, raw, out)
            else:
                being_made.unlink()
    except OSError as error:
        raise UsageWrong("cannot write {file}: {why}", file=out, why=error.strerror) from error
    return Archived(part, statements, kept, digest)


def check_file(file: Path, month: date, part: int, wanted: Mapping[str, object]) -> None:
    """Read a file to its end and hold each journal to its row of ``dropped_lines`` in ``wanted``: to all of them.

    Raises UsageWrong where a line is lacking, altered or one too many.
    """
    seen = set()
    for found in read_file(file, month, part):
        row = wanted.get(found.journal_id)
        if row is None or found.journal_id in seen or not found.is_as(row):
            raise _differs(file, found.journal_id)
        seen.add(found.journal_id)
    for journal_id in wanted.keys() - seen:
        raise _differs(file, journal_id)


def keep_archive(
    transact: Transact, month: date, archived: Archived, out: Path, by: tuple[str, str, str], now: datetime
) -> None:
    """Remember what is in the file, and who had it written; ``by`` are the actor, the second person and the purpose.

    An earlier file of this month about which nobody decided is void from then on. Raises NotAllowed where there is
    nothing in the file, a month was decided about meanwhile, or another month's file waits.
    """
    if not archived.statements:
        raise NotAllowed("no line of this month may go: there is no file, and nothing was changed")
    transact(lambda connection: _clear(connection, month, archived.part))
    for first in range(0, len(archived.statements), ROWS_AT_ONCE):
        rows = archived.statements[first : first + ROWS_AT_ONCE]
        transact(lambda connection, some=rows: _keep_statements(connection, month, archived.part, some))  # type: ignore[misc]
    transact(lambda connection: _keep_month(connection, month, archived, out, by, now))


def _differs(file: Path, journal_id: str) -> UsageWrong:
    return UsageWrong(
        "{file} does not hold the lines of journal {journal} as they were written: write the month to a new file",
        file=file, journal=journal_id,
    )  # fmt: skip


def _journals(source: Source, month: date, file: gzip.GzipFile, progress: Progress) -> Iterator[Statement | Kept]:
    with source.database.reading() as connection:
        j = journal.c
        wanted = select(j.journal_id, j.device_id).where(j.next_seq > 1, j.first_received_at < until_of(month))
        rows = connection.execute(wanted.order_by(j.journal_id)).all()
    for n, row in enumerate(rows, 1):
        # A view for each: on some versions of SQLite nobody can write while one is held.
        with source.database.reading() as connection:
            of = stretch_of(connection, str(row.journal_id), until_of(month))
            if of is not None:
                yield _one(source, connection, of, str(row.device_id), file)
        progress(n, len(rows))


def _one(source: Source, connection: Connection, of: Stretch, device_id: str, file: gzip.GzipFile) -> Statement | Kept:
    why = why_stays(connection, of, is_logged=source.config.log.keep)
    if why is not None:
        return Kept(of.journal_id, device_id, why)
    return state_of(connection, of, source.surveys, _written(connection, of, file))


def _written(connection: Connection, of: Stretch, file: gzip.GzipFile) -> Iterator[Record]:
    """Each segment, once it is in the file."""
    for record in records_of(connection, of):
        file.write(record.raw)
        yield record


def _clear(connection: Connection, month: date, part: int) -> None:
    """Forget what was written of files about which nobody decided, also by a program that was killed."""
    _require_part(connection, month, part)
    forget_archives(connection)


def _require_part(connection: Connection, month: date, part: int) -> None:
    lock_months(connection)
    if next_part(connection, month) != part:
        raise NotAllowed("this month was dropped meanwhile: write what is left of it to a new file")


def _keep_month(
    connection: Connection, month: date, archived: Archived, out: Path, by: tuple[str, str, str], now: datetime
) -> None:
    _require_part(connection, month, archived.part)
    totals = archived.totals
    if totals_of(connection, month, archived.part) != totals:
        raise NotAllowed("another program wrote a file of this month at the same time: write it to a new file")
    counts = {
        "journals": totals.journals, "segments": totals.segments, "lines": totals.lines, "ratings": archived.ratings,
    }  # fmt: skip
    c = dropped_month.c
    connection.execute(delete(dropped_month).where(c.month == month, c.part == archived.part))
    values = {"month": month, "part": archived.part, "state": ARCHIVED, "archive": archived.digest}
    named = {"archive_name": out.name, "archived_at": now, "contents": totals.contents, "kept": len(archived.kept)}
    connection.execute(insert(dropped_month).values(**values, **named, **counts))
    actor, second, purpose = by
    said = {"archive": archived.digest.hex(), "part": archived.part, **counts, "second": second, "purpose": purpose}
    note(connection, now, actor, "lines archive", f"{month:%Y-%m}", said)


def _keep_statements(connection: Connection, month: date, part: int, statements: list[Statement]) -> None:
    rows = [
        one._replace(last_day=None if one.last_day is None else one.last_day.isoformat())  # type: ignore[arg-type]
        for one in statements
    ]
    insert_rows(connection, dropped_lines, {"month": month.isoformat(), "part": part}, Statement._fields, rows)
