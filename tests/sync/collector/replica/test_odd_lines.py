"""Whatever bytes a signed line holds: it is kept, and what stands behind it is counted."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.testclient import TestClient

from kiosk.journal.lines import CountLine, encode_line
from sync.collector.chores.intake import Intake
from sync.collector.chores.reproject import Reading, reproject
from sync.collector.errors import StorageFull
from sync.collector.replica import ingest
from sync.collector.replica.stored import stored_entries
from sync.collector.run.app import create_app
from sync.collector.services.services import Services, make_services
from sync.collector.settings.collector import CollectorConfig
from sync.collector.store import schema
from sync.collector.store.blame import lies_in_the_data
from sync.protocol.batch import pack_batch
from sync.protocol.messages import BATCH_MEDIA_TYPE
from sync.protocol.parcel import ParcelRequest, write_parcel
from tests.sync.collector import odd_lines
from tests.sync.collector.builders import BOOT, DAYS, NOON, Office, Pen, receipt_of
from tests.sync.collector.kiosk_client import URL, KioskKey, WireRequest, send

PAGES = ("/", "/t", "/t/XA", "/t/XA/Q1?ky=2026", "/ly-do", "/v1/tallies", "/v1/report", "/xuat/csv", "/xuat/xlsx")
NEXT_DAY = NOON + timedelta(days=1)


@pytest.fixture
def client(services: Services) -> Iterator[TestClient]:
    with TestClient(
        create_app(services), base_url=URL, client=("127.0.0.1", 50000), raise_server_exceptions=False
    ) as opened:
        yield opened


@pytest.fixture
def next_day(office: Office) -> Iterator[TestClient]:
    """The pages as they are on the next day, when everything is out."""
    later = make_services(CollectorConfig(public_url=URL), office.database, lambda: NEXT_DAY)
    with TestClient(
        create_app(later), base_url=URL, client=("127.0.0.1", 50000), raise_server_exceptions=False
    ) as opened:
        yield opened


def upload(key: KioskKey, pen: Pen, enclosures: list[bytes]) -> WireRequest:
    """All that the pen wrote, with enclosures of any kind."""
    path = f"/v1/journals/{pen.journal_id}/entries?from=1&prev={pen.cursor(0).head.hex()}"
    headers = {"Content-Type": BATCH_MEDIA_TYPE, "Content-Encoding": "gzip"}
    return key.request("POST", path, pack_batch(pen.lines, enclosures), headers, pen.instant())


def unread(office: Office, pen: Pen) -> dict[int, str]:
    rows = office.rows("unread", "journal_id", "seq", "reason")
    return {int(str(seq)): str(reason) for journal_id, seq, reason in rows if journal_id == pen.journal_id}


def counted(office: Office, question: str) -> int:
    with office.database.reading() as connection:
        wanted = select(func.coalesce(func.sum(schema.tally.c.n), 0)).where(schema.tally.c.question == question)
        return int(connection.execute(wanted).scalar_one())


def kept(office: Office, pen: Pen) -> list[bytes]:
    with office.database.reading() as connection:
        return [line for _, _, line in stored_entries(connection, pen.journal_id, 1, len(pen.lines))]


def line(kind: str, **values: Any) -> Callable[[Pen], None]:
    """Writes a line of a kind."""

    def write(pen: Pen) -> None:
        common = {"seq": len(pen.lines) + 1, "at": "2026-11-20T11:59:00+07:00", "mono": 2_000_000, "boot": BOOT}
        pen.raw(json.dumps({**common, "kind": kind, **values}).encode())

    return write


ODD = {
    "the last day": line("count", day="9999-12-31", n=5),
    "the last week": line("count", day="9999-12-27", n=5),
    "a seq of 2^63": line(
        "opened", software="1", why="missing", continues=odd_lines.OTHER_JOURNAL, continues_seq=2**63
    ),
    "a number lost": line("opened", software="1", continues=odd_lines.OTHER_JOURNAL, continues_seq=1, lost=-1),
    "NUL in why": line("opened", software="1", why="\0", continues=odd_lines.OTHER_JOURNAL, continues_seq=1),
    "NUL in software": line("opened", software="\0"),
    "NUL in boot": line("rating", boot="\0", survey="sipas-5@1", question="overall", level=5, standing="counted"),
    "NUL in counter": line(
        "rating", survey="sipas-5@1", question="overall", level=5, standing="counted", counter="Q\0"
    ),
    "NUL in a reason": line("reasons", rating=1, reasons=["\0"]),
    "NUL in a journal": line("revised", rating=1, level=3, rating_journal="\0"),
    "NUL in what is not known": line("tomorrow", words=["a", {"b": "\0"}]),
    "a count of 2^63": line("count", day="2026-11-20", n=2**63),
    "a level of 2^63": line("rating", survey="sipas-5@1", question="overall", level=2**63, standing="counted"),
}


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_line_is_set_aside_and_the_next_ones_are_counted(
    office: Office, kiosk: KioskKey, client: TestClient, next_day: TestClient, odd: str
) -> None:
    pen = Pen()
    ODD[odd](pen)
    for _ in range(5):
        pen.rating(3)

    answer = send(client, kiosk.entries(pen))

    assert (answer.status_code, list(unread(office, pen))) == (200, [1])
    assert counted(office, "overall") == 5
    assert {page: next_day.get(page).status_code for page in PAGES} == dict.fromkeys(PAGES, 200)


def test_a_text_that_only_looks_like_a_nul_is_read(office: Office, kiosk: KioskKey, client: TestClient) -> None:
    pen = Pen()
    line("opened", software=r"\u0000")(pen)

    send(client, kiosk.entries(pen))

    assert (b"\\\\u0000" in pen.lines[0], unread(office, pen)) == (True, {})


def test_whatever_comes_is_kept_and_holds_up_nothing(
    office: Office, kiosk: KioskKey, client: TestClient, next_day: TestClient
) -> None:
    question = "unheard"

    @settings(max_examples=150, deadline=None, derandomize=True, database=None)
    @given(odd=odd_lines.lines, enclosures=odd_lines.enclosures)
    def takes(odd: list[odd_lines.Odd], enclosures: list[bytes]) -> None:
        pen, before = Pen(), counted(office, question)
        pen.rating(4, question=question)
        for write in odd:
            pen.raw(write(len(pen.lines) + 1))
        behind = [pen.rating(4, question=question) for _ in range(5)]
        pen.comment(behind[0], "Chờ lâu")

        answer = send(client, upload(kiosk, pen, [*enclosures, *pen.enclosures.values()]))

        assert answer.status_code == 200, answer.text
        assert kept(office, pen) == pen.lines
        assert counted(office, question) == before + 6
        assert not {1, *behind} & unread(office, pen).keys()

    takes()

    assert {page: next_day.get(page).status_code for page in PAGES} == dict.fromkeys(PAGES, 200)


def test_lines_that_name_more_places_than_a_statement_takes_are_read(
    office: Office, kiosk: KioskKey, client: TestClient
) -> None:
    pen = Pen()
    for _ in range(400):
        earlier = [(odd_lines.OTHER_JOURNAL, 1000 * len(pen.lines) + n, "0" * 64) for n in range(1, 42)]
        line("rating", survey="sipas-5@1", question="overall", level=5, standing="counted",
             **{"from": earlier[0], "from_earlier": earlier[1:]})(pen)  # fmt: skip
    assert sum(map(len, pen.lines)) < 2 * 1024 * 1024
    asked: list[str] = []
    event.listen(office.database.writer, "before_cursor_execute", lambda *each: asked.append(each[2]))

    answer = send(client, kiosk.entries(pen))

    assert len(asked) < 150, "none for each place, or one batch holds up all others for seconds"

    assert (answer.status_code, counted(office, "overall"), unread(office, pen)) == (200, 400, {})


def refuse_level_2(office: Office) -> None:
    """From now on the database itself refuses ratings of level 2."""
    with office.database.writing() as connection:
        if office.database.is_sqlite:
            connection.execute(text("CREATE TRIGGER no_2 BEFORE INSERT ON rating WHEN NEW.level = 2 "
                                    "BEGIN SELECT RAISE(ABORT, 'no 2 here'); END"))  # fmt: skip
        else:
            connection.execute(text("ALTER TABLE rating ADD CONSTRAINT no_2 CHECK (level <> 2)"))


def write_a_day(pen: Pen) -> None:
    """Nine entries, of which the fifth and the eighth are refused, with what is said about them."""
    first = pen.rating(5)
    pen.reasons(first, "wait")
    pen.revised(first, 3)
    pen.rating(4)
    bad = pen.rating(2)
    pen.comment(pen.rating(1), "Chờ lâu")
    pen.raw(pen.lines[bad - 1].replace(b'"seq":5', b'"seq":8'))
    pen.rating(5)


def what_is_said(office: Office) -> dict[str, list[tuple[object, ...]]]:
    names = {"rating": ("seq", "level", "first_level"), "reason_choice": ("rating_seq", "reason"), "comment": ("text",),
             "unread": ("seq", "reason")}  # fmt: skip
    return {name: sorted(office.rows(name, *columns)) for name, columns in names.items()}


EXPECTED = {
    "rating": [(1, 3, 5), (4, 4, None), (6, 1, None), (9, 5, None)],
    "reason_choice": [(1, "wait")],
    "comment": [("Chờ lâu",)],
    "unread": [(5, "failed"), (8, "failed")],
}


def test_what_the_database_refuses_is_set_aside_alone(office: Office, kiosk: KioskKey, client: TestClient) -> None:
    refuse_level_2(office)
    pen = Pen()
    write_a_day(pen)

    answer = send(client, upload(kiosk, pen, list(pen.enclosures.values())))

    assert answer.json()["next"] == 10
    assert what_is_said(office) == EXPECTED
    assert kept(office, pen) == pen.lines


def test_so_it_is_from_a_file(office: Office, kiosk: KioskKey, tmp_path: Path) -> None:
    refuse_level_2(office)
    pen = Pen()
    write_a_day(pen)
    request = upload(kiosk, pen, list(pen.enclosures.values()))
    with (tmp_path / "kiosk.parcel").open("wb") as file:
        write_parcel(
            file, [ParcelRequest(request.method, request.path, dict(request.headers), len(request.body), request.body)]
        )

    (result,) = Intake(office.database, URL, DAYS, lambda: NOON).take([tmp_path / "kiosk.parcel"], lambda _: None)

    assert (result.added, result.troubles) == (9, {})
    assert what_is_said(office) == EXPECTED


def test_so_it_is_when_entries_are_read_anew(office: Office, kiosk: KioskKey, client: TestClient) -> None:
    pen = Pen()
    for level in (5, 2, 4):
        pen.rating(level, counter="Q9")
    send(client, kiosk.entries(pen))
    refuse_level_2(office)
    with office.database.writing() as connection:
        connection.execute(schema.counter.update().where(schema.counter.c.code == "Q2").values(code="Q9"))

    outcome = reproject(office.database, Reading(NEXT_DAY, "command line: it", DAYS), lambda _: None)

    assert outcome == (2, 1)
    assert what_is_said(office)["rating"] == [(1, 5, None), (3, 4, None)]
    assert unread(office, pen) == {2: "unknown_counter"}


def test_a_text_that_cannot_be_kept_holds_up_nothing(
    office: Office, kiosk: KioskKey, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cleaned(said: str) -> str:
        if said == "odd":
            raise OverflowError("nobody foresaw this")
        return said

    monkeypatch.setattr("sync.collector.replica.comments.clean", cleaned)
    pen = Pen()
    seqs = [pen.comment(pen.rating(2), said) for said in ("odd", "Chờ lâu")]

    answer = send(client, upload(kiosk, pen, list(pen.enclosures.values())))

    assert answer.status_code == 200
    assert office.rows("comment", "seq", "text") == [(seqs[0], None), (seqs[1], "Chờ lâu")]
    assert unread(office, pen) == {}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_line_that_breaks_its_reader_is_set_aside_alone(
    office: Office, kiosk: KioskKey, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def place(self: object, moment_us: int) -> tuple[str, str]:
        raise ZeroDivisionError("nobody foresaw this")

    pen = Pen()
    monkeypatch.setattr("sync.collector.calendar.presstime.LocalDays.noon_us", place)
    pen.raw(encode_line(CountLine(1, "2026-11-20T11:59:00+07:00", 2_000_000, BOOT, "count", "2026-11-20", 5)))
    pen.rating(5)

    send(client, kiosk.entries(pen))

    assert (unread(office, pen), counted(office, "overall")) == ({1: "failed"}, 1)


class _Orig(Exception):
    def __init__(self, message: str, sqlstate: str | None = None) -> None:
        super().__init__(message)
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("error", "of_the_data"),
    [
        (OperationalError("INSERT", {}, _Orig("database or disk is full")), False),
        (OperationalError("INSERT", {}, _Orig("server closed the connection", "57P01")), False),
        (OperationalError("INSERT", {}, _Orig("no room", "53100")), False),
        (OperationalError("INSERT", {}, _Orig("index row size exceeds", "54000")), True),
        (OperationalError("INSERT", {}, _Orig("too many SQL variables")), True),
        (DataError("INSERT", {}, _Orig("cannot contain NUL")), True),
        (IntegrityError("INSERT", {}, _Orig("UNIQUE")), True),
        (PoolTimeout(), False),
        (TimeoutError(), False),
        (StorageFull("full"), False),
        (OverflowError(), True),
    ],
)
def test_only_what_lies_in_the_data_is_set_aside(error: Exception, of_the_data: bool) -> None:
    assert lies_in_the_data(error) is of_the_data


def test_a_full_disk_sets_nothing_aside(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OperationalError("INSERT", {}, _Orig("database or disk is full", "53100"))

    monkeypatch.setattr(ingest, "put_projection", full)
    pen = Pen()
    pen.rating(5)

    with pytest.raises(OperationalError), office.database.writing() as connection:
        ingest.append_batch(connection, office.device, pen.batch(), receipt_of(pen), DAYS, apart=True)

    assert (office.rows("unread"), office.rows("journal")) == ([], [])
