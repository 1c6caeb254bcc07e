"""Archive: all lines that would go with a month, verbatim, in one file; and what will be kept of each journal.

One JSON object a line, gzipped: first what the file is, then each segment as it is stored with all that its kiosk
signed. The chain of a journal goes from one segment's ``prev`` to its ``head``: whoever has the file can prove later
that it is what was dropped, for the hashes at its ends stay in the database.
"""

import base64
import gzip
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, delete, insert, select

from kiosk.domain.visit.survey import Survey
from sync.collector.errors import NotAllowed, UsageWrong
from sync.collector.people.audit import note
from sync.collector.replica.dropped import ARCHIVED
from sync.collector.retention.lines.months import until_of
from sync.collector.retention.lines.statement import Statement, segments_of, state_of
from sync.collector.retention.lines.stays import Stays, Stretch, stretch_of, why_stays
from sync.collector.settings.collector import CollectorConfig
from sync.collector.store.bulk import insert_rows
from sync.collector.store.database import Database
from sync.collector.store.schema import dropped_lines, dropped_month, journal
from sync.collector.store.writer import Transact

FORM = 1
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

    statements: list[Statement]
    kept: list[Kept]
    digest: bytes
    """SHA-256 of the file."""

    @property
    def lines(self) -> int:
        """How many lines are in it."""
        return sum(one.last_seq - one.first_seq + 1 for one in self.statements)

    @property
    def ratings(self) -> int:
        """How many of them are ratings that are counted."""
        return sum(one.ratings for one in self.statements)


def write_archive(source: Source, month: date, out: Path, progress: Progress = lambda *_: None) -> Archived:
    """Write the lines of a month to a new file, durably; what of the month stays is told.

    Raises UsageWrong where the file is there already or cannot be written.
    """
    if out.exists():
        raise UsageWrong("{file} exists already; name a new file", file=out)
    being_made = out.with_name(f"{out.name}.new")
    statements, kept = list[Statement](), list[Kept]()
    try:
        being_made.unlink(missing_ok=True)
        handle = os.open(being_made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as raw:
            with gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=6, mtime=0) as file:
                _put(file, {"hailong-lines": FORM, "month": f"{month:%Y-%m}", "collector": source.config.url})
                for found in _journals(source, month, file, progress):
                    kept.append(found) if isinstance(found, Kept) else statements.append(found)
            raw.flush()
            os.fsync(raw.fileno())
        digest = digest_of(being_made)
        being_made.rename(out)
    except OSError as error:
        raise UsageWrong("cannot write {file}: {why}", file=out, why=error.strerror) from error
    return Archived(statements, kept, digest)


def keep_archive(
    transact: Transact, month: date, archived: Archived, out: Path, by: tuple[str, str, str], now: datetime
) -> None:
    """Remember what is in the file, and who had it written; ``by`` are the actor, the second person and the purpose.

    Raises NotAllowed where the month was decided about already.
    """
    transact(lambda connection: _keep_month(connection, month, archived, out, by, now))
    for first in range(0, len(archived.statements), ROWS_AT_ONCE):
        rows = archived.statements[first : first + ROWS_AT_ONCE]
        transact(lambda connection, some=rows: _keep_statements(connection, month, some))  # type: ignore[misc]


def digest_of(file: Path) -> bytes:
    """SHA-256 of a file; raises OSError."""
    found = sha256()
    with file.open("rb") as opened:
        while some := opened.read(1 << 20):
            found.update(some)
    return found.digest()


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
    return state_of(connection, of, source.surveys, _written(connection, of, device_id, file))


def _written(connection: Connection, of: Stretch, device_id: str, file: gzip.GzipFile) -> Iterator[Any]:
    """Each segment, once it is in the file."""
    for row in segments_of(connection, of):
        said = {
            "journal": of.journal_id, "device": device_id, "first": row.first_seq, "last": row.last_seq,
            "received_at": row.received_at.isoformat(), "prev": row.prev.hex(), "head": row.head.hex(),
            "lines": base64.b64encode(row.lines).decode(), "signature": row.signature, "kiosk_clock": row.kiosk_clock,
            "key_id": row.key_id, "request": row.request, "by_file": row.by_file,
        }  # fmt: skip
        _put(file, said)
        yield row


def _put(file: gzip.GzipFile, said: dict[str, Any]) -> None:
    file.write(msgspec.json.encode(said) + b"\n")


def _keep_month(
    connection: Connection, month: date, archived: Archived, out: Path, by: tuple[str, str, str], now: datetime
) -> None:
    c = dropped_month.c
    state = connection.execute(select(c.state).where(c.month == month).with_for_update()).scalar_one_or_none()
    if state not in (None, ARCHIVED):
        raise NotAllowed("two people decided about this month already; see: collector lines list")
    connection.execute(delete(dropped_lines).where(dropped_lines.c.month == month))
    connection.execute(delete(dropped_month).where(c.month == month))
    counts = {"journals": len(archived.statements), "lines": archived.lines, "ratings": archived.ratings}
    values = {"month": month, "state": ARCHIVED, "archive": archived.digest, "archive_name": out.name}
    connection.execute(insert(dropped_month).values(**values, **counts, archived_at=now, kept=len(archived.kept)))
    actor, second, purpose = by
    said = {"archive": archived.digest.hex(), **counts, "second": second, "purpose": purpose}
    note(connection, now, actor, "lines archive", f"{month:%Y-%m}", said)


def _keep_statements(connection: Connection, month: date, statements: list[Statement]) -> None:
    rows = [
        one._replace(last_day=None if one.last_day is None else one.last_day.isoformat())  # type: ignore[arg-type]
        for one in statements
    ]
    insert_rows(connection, dropped_lines, {"month": month.isoformat()}, Statement._fields, rows)
