"""Batches that arrive together: written together they are what they are one by one, and none harms another."""

import asyncio
import threading
import uuid
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from kiosk.domain.instant import Instant
from kiosk.journal.chain import Cursor
from kiosk.journal.lines import CountLine
from sync.collector.errors import CollectorBusy, HeadDiffers
from sync.collector.replica import ingest
from sync.collector.replica.ingest import append_batch, append_together
from sync.collector.replica.sent import Appended, Conflict, Sent
from sync.collector.services import appends
from sync.collector.services.appends import Appends
from sync.collector.services.services import Services
from sync.collector.store.database import Database
from tests.sync.collector.builders import DAYS, HANOI, NOON, Office, Pen, receipt_of

TABLES = (
    "journal", "segment", "rating", "reason_choice", "receipt", "tally", "uncut_count", "reason_tally",
          "undated_count", "transaction_count", "unread", "comment", "boot_clock", "cut_state",
          "cut_due")  # fmt: skip


def written(number: int) -> Pen:
    """A journal of all kinds of lines, of two boots and two days, one of them unreadable."""
    pen = Pen(journal_id=str(uuid.UUID(int=1000 + number)))
    pen.opened()
    first = pen.rating(number % 5 + 1)
    pen.reasons(first, "wait", "attitude")
    pen.rating(3, "repeat")
    pen.raw(b"no line")
    rated = pen.rating(1)
    pen.comment(rated, f"lời thứ {number}")
    pen.reasons(rated, "wait")
    pen.boot = str(uuid.UUID(int=2000 + number))
    pen.revised(pen.rating(2), 4)
    pen.rating(5, at="2026-11-19T15:00:00+07:00", receipt="ab" * 32)
    pen.write(CountLine, day="2026-11-20", n=12 + number)
    pen.boot = str(uuid.UUID(int=3000 + number))
    pen.rating(2, at="2044-01-01T07:00:00+07:00")
    return pen


def sent_by(office: Office, pens: Sequence[Pen], first: int = 1, last: int | None = None) -> list[Sent]:
    """What each of the pens sends, each of a kiosk of its own: the office's, and others."""
    known = office.rows("device", "device_id")
    while len(known) < len(pens):
        office.new_device()
        known = office.rows("device", "device_id")
    devices = [replace(office.device, device_id=str(device_id)) for (device_id,) in known]
    clock = Instant(NOON.astimezone(HANOI), 900_000_000, Pen().boot if first == 1 else "next-boot")
    return [
        Sent(device, pen.batch(first, last), receipt_of(pen, NOON + timedelta(minutes=first), clock))
        for device, pen in zip(devices, pens, strict=False)
    ]


def rows_of(office: Office) -> dict[str, Any]:
    return {table: office.rows(table) for table in TABLES}


@contextmanager
def statements(database: Database) -> Any:
    """The statements that the database is given to write."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(database.writer, "before_cursor_execute", note)
    yield seen
    event.remove(database.writer, "before_cursor_execute", note)


def keep(services: Services, batches: Sequence[Sent]) -> list[Any]:
    """What becomes of batches that arrive at the same moment."""

    async def together() -> list[Any]:
        return await asyncio.gather(*map(services.appends.keep, batches), return_exceptions=True)

    return asyncio.run(together())


def test_together_they_are_what_they_are_one_by_one(office: Office) -> None:
    pens = [written(number) for number in range(4)]
    parts = [sent_by(office, pens, 1, 6), sent_by(office, pens, 7)]

    with office.database.writing() as connection:
        together = [append_together(connection, part, DAYS) for part in parts]
    found = rows_of(office)
    with office.database.writing() as connection:
        for table in TABLES:
            connection.exec_driver_sql(f"DELETE FROM {table}")
    with office.database.writing() as connection:
        alone = [[append_batch(connection, *each, DAYS) for each in part] for part in parts]

    assert together == alone
    assert [type(outcome) for outcome in together[1]] == [Appended] * 4
    assert [table for table in TABLES if not found[table]] == []
    assert rows_of(office) == found


def test_their_statements_are_few_and_as_many_as_of_one(office: Office) -> None:
    pens = [Pen() for _ in range(8)]
    for pen in pens:
        pen.opened()
        for _ in range(3):
            pen.rating(4)

    parts = [sent_by(office, pens, first, last) for first, last in ((1, 2), (3, 3), (4, 4))]
    parts = [parts[0], parts[1][:1], parts[2][:1], parts[1][1:]]

    counted = []
    with office.database.writing() as connection:
        for part in parts:
            with statements(office.database) as seen:
                append_together(connection, part, DAYS)
            counted.append(len(seen))

    assert counted[2] == counted[3] <= 8


def test_an_outage_is_asked_for_all_its_boots_and_days_at_once(office: Office) -> None:
    pen = Pen()
    for day in range(8):
        pen.boot = str(uuid.uuid4())
        for _ in range(5):
            pen.rating(4, at=f"2026-11-{12 + day}T08:00:00+07:00")

    part = sent_by(office, [pen])

    with office.database.writing() as connection, statements(office.database) as seen:
        append_together(connection, part, DAYS)

    assert len(office.rows("rating")) == 40
    assert sum("boot" in statement.split("FROM")[0] for statement in seen if statement.startswith("SELECT")) <= 2
    assert [statement for statement in seen if "served_count" in statement] == []


def test_batches_that_arrive_together_share_a_commit(services: Services, office: Office) -> None:
    pens = [written(number) for number in range(6)]
    commits: list[object] = []
    batches = sent_by(office, pens, 1, 2)
    event.listen(services.database.writer, "commit", commits.append)

    outcomes = keep(services, batches)

    assert outcomes == [Appended(pen.cursor(2), 2) for pen in pens]
    # The first goes at once, whatever comes after it.
    assert len(commits) <= 2


def test_where_journals_lie_on_several_machines_each_is_written_alone(services: Services, office: Office) -> None:
    pens = [written(number) for number in range(6)]
    commits: list[object] = []
    batches = sent_by(office, pens, 1, 2)
    event.listen(services.database.writer, "commit", commits.append)

    outcomes = keep(replace(services, appends=Appends(services.writer, services.days, is_spread=True)), batches)

    assert outcomes == [Appended(pen.cursor(2), 2) for pen in pens]
    # SQLite has one machine and one writer.
    assert len(commits) == len(pens) or office.database.is_sqlite


def test_a_batch_that_cannot_be_taken_harms_none_beside_it(services: Services, office: Office) -> None:
    pens = [written(number) for number in range(4)]
    batches = sent_by(office, pens, 1, 2)
    batches[1] = batches[1]._replace(batch=replace(batches[1].batch, head=b"another head of this journal, 32"))
    batches[2] = batches[2]._replace(batch=pens[2].batch(2, 2))

    outcomes = keep(services, batches)

    assert [outcomes[0], outcomes[3]] == [Appended(pens[0].cursor(2), 2), Appended(pens[3].cursor(2), 2)]
    assert isinstance(outcomes[1], HeadDiffers)
    assert outcomes[2] == Conflict(Cursor.start(pens[2].journal_id))
    assert sorted(office.rows("rating", "journal_id")) == sorted((pen.journal_id,) for pen in (pens[0], pens[3]))


def test_a_line_that_cannot_be_kept_is_set_aside_alone(services: Services, office: Office) -> None:
    pens = [Pen(), Pen(), Pen()]
    for pen in pens:
        pen.rating(4)
        pen.rating(5)
    pens[1].lines[1] = pens[1].lines[1].replace(b'"sipas-5@1"', b'"' + b"long" * 15 + b'@1"')
    batches = sent_by(office, pens)
    with pytest.MonkeyPatch.context() as patch:
        refuse(patch, b"long" * 15)
        outcomes = keep(services, batches)

    assert [outcome.unread for outcome in outcomes] == [0, 1, 0]
    assert [row[1] for row in office.rows("unread", "journal_id", "seq")] == [2]
    assert len(office.rows("rating")) == 5


def refuse(patch: pytest.MonkeyPatch, words: bytes) -> None:
    """Have the database refuse whatever says these words."""
    genuine = ingest.put_projection

    def put(writes: Any, journal_id: str, received_us: int, projection: Any) -> Any:
        if any(row.survey.encode().startswith(words) for row in projection.ratings.values()):
            raise OverflowError("no column holds it")
        return genuine(writes, journal_id, received_us, projection)

    patch.setattr(ingest, "put_projection", put)


def test_a_kiosk_that_sends_twice_at_once_is_taken_in_order(
    services: Services, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(appends, "PATIENCE_S", 60.0)
    pen, other = written(1), written(2)
    first, beside = sent_by(office, [pen, other], 1, 2)
    second, _ = sent_by(office, [pen, other], 3, 4)

    failed: list[object] = []
    event.listen(services.database.writer, "rollback", failed.append)

    with statements(services.database) as seen:
        outcomes = keep(services, [beside, first, second, first])

    assert (failed, [each for each in seen if each.startswith("ROLLBACK")]) == ([], [])

    assert outcomes[1:] == [Appended(pen.cursor(2), 2), Appended(pen.cursor(4), 2), Conflict(pen.cursor(4))]


def test_those_behind_one_that_waits_for_a_lock_go_on_beside_it(
    services: Services, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    pens = [written(number) for number in range(3)]
    batches = sent_by(office, pens, 1, 2)
    held, free = threading.Event(), threading.Event()
    genuine = appends.append_batch

    def wait(connection: Any, **values: Any) -> Any:
        if values["batch"].journal_id == pens[0].journal_id and not free.is_set():
            held.set()
            assert free.wait(30)
        return genuine(connection, **values)

    monkeypatch.setattr(appends, "append_batch", wait)

    async def run() -> list[Any]:
        waiting = asyncio.ensure_future(services.appends.keep(batches[0]))
        await asyncio.to_thread(held.wait, 30)
        if services.database.is_sqlite:
            free.set()
        later = [await services.appends.keep(each) for each in batches[1:]]
        free.set()
        return [await waiting, *later]

    assert asyncio.run(run()) == [Appended(pen.cursor(2), 2) for pen in pens]


def test_who_comes_when_too_many_wait_is_told_to_come_again(
    services: Services, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(appends, "WAITING_MAX", 2)

    outcomes = keep(services, sent_by(office, [written(number) for number in range(5)], 1, 2))

    assert [type(outcome) for outcome in outcomes] == [Appended] * 2 + [CollectorBusy] * 3
