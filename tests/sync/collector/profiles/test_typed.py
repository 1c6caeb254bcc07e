"""Transactions that people type in: on the web, from a file, on a kiosk; a later number corrects an earlier one."""

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from kiosk.journal.lines import CountLine, encode_line
from sync.collector.figures.book import Book
from sync.collector.people import accounts
from sync.collector.people.rights import ANYBODY, Role
from sync.collector.profiles.counts_file import CountsWrong
from sync.collector.profiles.served_file import take_served
from sync.collector.profiles.typed import FILE, Source
from sync.collector.run.app import create_app
from sync.collector.services.reports import Query, read_book
from sync.collector.services.services import Services
from sync.collector.settings.collector import CollectorConfig
from tests.sync.collector.builders import HANOI, NOON, Office, Pen
from tests.sync.collector.kiosk_client import URL

PASSWORD = "mưa rào tháng tám"
DAY = date(2026, 11, 19)
YESTERDAY = NOON - timedelta(days=1, hours=2)
PAGE = "/giao-dich/XA/Q1"


def sign_in(services: Services, office: Office, role: Role = Role.SUPERVISOR, unit: str | None = "XA") -> TestClient:
    with office.database.writing() as connection:
        accounts.new_account(connection, str(role), "Nông Thị Hương", role, unit, NOON, "test")
        accounts.change_password(connection, str(role), PASSWORD, NOON)
    app = create_app(replace(services, config=CollectorConfig(public_url=URL)))
    client = TestClient(app, base_url=URL, client=("192.0.2.7", 1), follow_redirects=False)
    form = {"form_key": key_of(client, "/dang-nhap"), "name": str(role), "password": PASSWORD}
    assert client.post("/dang-nhap", data=form).status_code == 303
    return client


def key_of(client: TestClient, address: str) -> str:
    found = re.search(r'form_key" value="(\w+)"', client.get(address).text)
    assert found
    return found[1]


def type_in(client: TestClient, day: str, n: str, **other: str) -> Any:
    return client.post(PAGE, data={"form_key": key_of(client, PAGE), "day": day, "n": n, **other})


def press(office: Office, count: int = 40) -> None:
    pen = Pen()
    for _ in range(count):
        pen.rating()
    office.append(pen, received_at=YESTERDAY)


def answered(services: Services) -> tuple[int, int] | None:
    found: Book = read_book(services, ANYBODY, Query("XA", period="2026-11"))
    share = found.me.answered.share if found.me.answered else None
    return (share.numerator, share.denominator) if share else None


def test_what_a_supervisor_types_in_makes_the_participation_and_a_later_number_corrects_it(
    services: Services, office: Office
) -> None:
    press(office)
    client = sign_in(services, office)

    first = type_in(client, "2026-11-19", "100")
    before = answered(services)
    type_in(client, "2026-11-19", "80")

    assert (first.status_code, before, answered(services)) == (303, (40, 100), (40, 80))
    page = client.get(first.headers["location"]).text
    assert "Đã lưu số của ngày 19/11/2026." in page
    assert "<s>100</s>" in page
    noted = [row for row in office.rows("audit", "actor", "action", "subject", "details") if row[1] == "served.typed"]
    assert noted == [
        ("supervisor", "served.typed", "XA/:Q1", {"day": "2026-11-19", "n": 100, "before": None}),
        ("supervisor", "served.typed", "XA/:Q1", {"day": "2026-11-19", "n": 80, "before": 100}),
    ]


def test_kiosk_and_web_correct_each_other_by_what_came_last(services: Services, office: Office) -> None:
    press(office)
    client = sign_in(services, office)
    type_in(client, "2026-11-19", "100")

    pen = Pen()
    at = NOON.astimezone(HANOI).isoformat()
    pen.lines.append(encode_line(CountLine(1, at, 2_000_000, pen.boot, "count", day="2026-11-19", n=60)))
    office.append(pen, received_at=NOON + timedelta(minutes=1))
    of_kiosk = answered(services)
    with office.database.writing() as connection:
        later = Source("it", NOON + timedelta(minutes=2), FILE, "tep.csv")
        take_served(connection, b"unit,counter,day,n\nXA,Q1,2026-11-19,50\n", DAY, later)

    assert (of_kiosk, answered(services)) == ((40, 60), (40, 50))


IMPOSSIBLE = [("2026-11-21", "10"), ("19/11", "10"), *(("2026-11-19", n) for n in ("-1", "1.5", "200000", ""))]


@pytest.mark.parametrize(("day", "n"), IMPOSSIBLE)
def test_what_cannot_be_is_said_beside_the_form_and_not_kept(
    services: Services, office: Office, day: str, n: str
) -> None:
    client = sign_in(services, office)

    answer = type_in(client, day, n)

    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert office.rows("typed_count") == []


def test_only_who_has_the_right_types_in_and_only_from_our_page_and_in_their_units(
    services: Services, office: Office
) -> None:
    client = sign_in(services, office)
    key = key_of(client, PAGE)
    viewer = sign_in(services, office, Role.VIEWER)

    statuses = [
        client.post(PAGE, data={"form_key": "x", "day": "2026-11-19", "n": "1"}).status_code,
        client.post("/giao-dich/XZ/Q1", data={"form_key": key, "day": "2026-11-19", "n": "1"}).status_code,
        viewer.get(PAGE).status_code,
        viewer.post(PAGE, data={"form_key": key, "day": "2026-11-19", "n": "1"}).status_code,
    ]

    assert statuses == [403, 404, 403, 403]
    assert office.rows("typed_count") == []
    assert ["nhập số" in each.get("/").text for each in (client, viewer)] == [True, False]


def test_a_file_goes_in_whole_or_not_at_all_and_each_fault_has_its_line(services: Services, office: Office) -> None:
    body = (
        "unit,counter,day,n\nXA,Q1,2026-11-19,5\nXA,Q9,2026-11-19,5\nXB,Q1,2026-11-19,5\nXA,Q2,2026-13-19,5\n"
        "XA,Q2,2026-11-19,1.000\nXA,Q1,2026-11-19,6\nXA,Q2,2026-11-20,6\nXA,Q2\n"
    )
    with office.database.writing() as connection, pytest.raises(CountsWrong) as wrong:
        take_served(connection, body.encode(), DAY, Source("it", NOON, FILE, "tep.csv"))

    assert [fault.line for fault in wrong.value.faults] == [3, 4, 5, 6, 7, 8, 9]
    assert office.rows("typed_count") == []


def test_a_file_notes_what_it_corrected(services: Services, office: Office) -> None:
    press(office)
    for n in (100, 80):
        with office.database.writing() as connection:
            body = f"unit;counter;day;n\nXA;Q1;2026-11-19;{n}\nXA;Q2;2026-11-19;7\n".encode()
            take_served(connection, body, DAY, Source("it", NOON + timedelta(minutes=200 - n), FILE, "tep.csv"))

    assert answered(services) == (40, 87)
    noted = [row[0] for row in office.rows("audit", "details")]
    assert [(one["lines"], one["corrected"]) for one in noted] == [(2, 0), (2, 1)]  # type: ignore[index]
    assert noted[1]["corrections"] == [{"counter_id": 1, "day": "2026-11-19", "n": 80, "before": 100}]  # type: ignore[index]


def test_participation_is_in_the_counts_for_programs_and_on_today(services: Services, office: Office) -> None:
    press(office)
    client = sign_in(services, office)
    type_in(client, "2026-11-19", "100")

    total = client.get("/v1/tallies?from=2026-11-19&to=2026-11-19").json()["tables"][0]["total"]
    today = client.get("/").text

    assert total["participation"] == {
        "method": "participation", "numerator": 40, "denominator": 100, "percent": "40.00",
        "wilson_95": ["30.9", "49.8"], "counter_days_known": 1, "counter_days": 1,
    }  # fmt: skip
    assert "40 / 100 giao dịch" in today
    assert "trong bảy ngày trước hôm nay" in today
