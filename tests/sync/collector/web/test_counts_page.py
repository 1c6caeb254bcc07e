"""Counts of the dossier system, handed in on the page: all of a file or nothing, and every fault told at once."""

import re
from dataclasses import replace
from datetime import date

import pytest
from starlette.testclient import TestClient

from sync.collector.people import accounts
from sync.collector.people.rights import Role
from sync.collector.profiles.counts_file import FAULTS_MAX, LINES_MAX, CountsFile, read_counts
from sync.collector.profiles.index766 import COLUMNS, Counts
from sync.collector.run.app import create_app
from sync.collector.services.services import Services
from sync.collector.settings.collector import CollectorConfig
from sync.collector.store import schema
from sync.collector.web.figures.counts_page import FILE_BYTES_MAX
from tests.sync.collector.builders import NOON, Office
from tests.sync.collector.kiosk_client import URL
from tests.sync.collector.one_engine import database_url  # noqa: F401 - test_profiles.py writes to both

PASSWORD = "mưa rào tháng tám"
HEAD = ",".join(COLUMNS)
GOOD = "XA,2026-10,1000,12,3,20,32,40,38,4"
TODAY = date(2026, 11, 20)


def read(*lines: str, head: str = HEAD) -> CountsFile:
    return read_counts("\n".join([head, *lines, ""]).encode(), TODAY)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("XA,2026-10,1000,12,3,20,11,0,0,0", "not_satisfied is 11, but must lie from 20 to 35"),
        ("XA,2026-10,1000,12,3,20,36,0,0,0", "not_satisfied is 36, but must lie from 20 to 35"),
        ("XA,2026-10,10,12,3,20,32,0,0,0", "dossiers is 10, yet more were dissatisfied, overdue"),
        ("XA,2026-10,1000,12,3,20,32,4,5,0", "petitions is 4, less than"),
        ("XA,10/2026,1000,12,3,20,32,0,0,0", "month is “10/2026”: write"),
        ("XA,2026-13,1000,12,3,20,32,0,0,0", "month is “2026-13”: write"),
        ("XA,2026-12,1000,12,3,20,32,0,0,0", "month 2026-12 has not come yet"),
        ("XA,2026-10,-1,12,3,20,32,0,0,0", "dossiers is “-1”: write a whole number"),
        ("XA,2026-10,1.000,12,3,20,32,0,0,0", "dossiers is “1.000”: write a whole number without dots"),
        ("XA,2026-10", "2 columns instead of 10"),
    ],
)
def test_a_line_that_cannot_be_is_told_with_what_to_do(line: str, why: str) -> None:
    (fault,) = read(line).faults

    assert fault.line == 2
    assert fault.message.format(**fault.values).startswith(why)


def test_a_file_with_semicolons_and_a_byte_order_mark_is_read() -> None:
    found = read_counts(f"\ufeff{HEAD}\r\n{GOOD}\r\n".replace(",", ";").encode(), TODAY)

    assert found.counts == {("XA", date(2026, 10, 1)): Counts(1000, 12, 3, 20, 32, 40, 38, 4)}
    assert found.faults == []


def test_a_unit_and_month_that_stands_twice_is_told_with_the_first_line() -> None:
    (fault,) = read(GOOD, "", GOOD).faults

    assert (fault.line, fault.values["line"]) == (4, 2)


@pytest.mark.parametrize("body", [b"PK\x03\x04\xff\xfe", HEAD.encode("utf-16-le"), b"\xff", b""])
def test_what_is_no_csv_is_told_as_that(body: bytes) -> None:
    (fault,) = read_counts(body, TODAY).faults

    assert fault.line <= 1


def test_a_file_without_counts_and_one_that_is_too_long_are_told() -> None:
    (empty,) = read().faults
    long = read(*(f"U{number},2026-10,0,0,0,0,0,0,0,0" for number in range(LINES_MAX + 1))).faults

    assert empty.line == 2
    assert [fault.line for fault in long] == [LINES_MAX + 2]


@pytest.fixture
def app(services: Services, office: Office) -> object:
    with office.database.writing() as connection:
        foreign = {"unit_id": 2, "code": "XB", "name": "Xã Bí Mật", "kind": "office", "path": "XB/"}
        connection.execute(schema.unit.insert(), foreign)
    return create_app(replace(services, config=CollectorConfig(public_url=URL)))


def sign_in(app: object, office: Office, role: Role = Role.ADMINISTRATOR) -> tuple[TestClient, str]:
    """Somebody of the unit XA, and the key that their forms carry."""
    with office.database.writing() as connection:
        accounts.new_account(connection, str(role), "Ai Đó", role, "XA", NOON, "test")
        accounts.change_password(connection, str(role), PASSWORD, NOON)
    client = TestClient(app, base_url=URL, client=("192.0.2.7", 1), follow_redirects=False)  # type: ignore[arg-type]
    form = {"form_key": key_of(client, "/dang-nhap"), "name": str(role), "password": PASSWORD}
    assert client.post("/dang-nhap", data=form).status_code == 303
    return client, key_of(client, "/766")


def key_of(client: TestClient, address: str) -> str:
    found = re.search(r'form_key" value="(\w+)"', client.get(address).text)
    assert found
    return found[1]


def hand_in(client: TestClient, key: str, body: bytes | str, name: str = "t10.csv"):  # type: ignore[no-untyped-def]
    files = {"file": (name, body if isinstance(body, bytes) else body.encode(), "text/csv")}
    return client.post("/766", data={"form_key": key}, files=files)


def test_an_administrator_hands_in_a_file_and_sees_its_quarter(app: object, office: Office) -> None:
    client, key = sign_in(app, office)

    answer = hand_in(client, key, f"{HEAD}\n{GOOD}\nXA,2026-08,500,1,1,1,2,0,0,0\n", "C:\\số liệu\\quý.csv")

    assert (answer.status_code, answer.headers["location"]) == (303, "/766?ky=2026-Q4&nhap=2")
    page = client.get(answer.headers["location"]).text
    assert "Đã nhập số liệu 2 lượt" in page
    assert "96,80" in page
    assert len(office.rows("index766_count")) == 2
    noted = [row for row in office.rows("audit", "action", "actor", "subject") if row[0] == "counts.imported"]
    assert noted == [("counts.imported", "administrator", "quý.csv")]


def test_one_wrong_line_keeps_all_out_and_every_fault_is_told(app: object, office: Office) -> None:
    client, key = sign_in(app, office)
    lines = [HEAD, GOOD, "XB,2026-10,1,0,0,0,0,0,0,0", "XA,2026-13,1,0,0,0,0,0,0,0", "XA,2026-09,x,0,0,0,0,0,0,0"]

    answer = hand_in(client, key, "\n".join(lines))

    assert answer.status_code == 400
    told = re.findall(r'<th scope="row" class="r">(\d+)</th><td>(.*?)</td>', answer.text)
    assert [line for line, _ in told] == ["3", "4", "5"]
    # A unit that may not be seen is as one that is not there.
    assert "không có đơn vị XB trong phạm vi" in told[0][1]
    assert "2026-10" in told[1][1]
    assert office.rows("index766_count") == []
    assert "counts.imported" not in {row[0] for row in office.rows("audit", "action")}


def test_more_faults_than_are_told_are_counted(app: object, office: Office) -> None:
    client, key = sign_in(app, office)

    answer = hand_in(client, key, HEAD + "\n" + "XA,2026-10\n" * (FAULTS_MAX + 3))

    assert answer.text.count("có 2 cột thay vì 10") == FAULTS_MAX
    assert "và 3 lỗi nữa" in answer.text


@pytest.mark.parametrize(("body", "said"), [(b"x" * (FILE_BYTES_MAX + 1), "lớn hơn 1.024 kB"), (b"", "chưa chọn tệp")])
def test_a_file_that_is_too_large_or_none_is_told(app: object, office: Office, body: bytes, said: str) -> None:
    client, key = sign_in(app, office)

    answer = hand_in(client, key, body)

    assert (answer.status_code, said in answer.text) == (400, True)


def test_only_administrators_see_the_form_and_may_send_it(app: object, office: Office) -> None:
    client, _ = sign_in(app, office, Role.SUPERVISOR)

    assert 'type="file"' not in client.get("/766").text
    assert hand_in(client, key_of(client, "/mat-khau"), f"{HEAD}\n{GOOD}\n").status_code == 403
    assert office.rows("index766_count") == []


def test_a_file_is_not_taken_without_the_forms_key_nor_from_another_site(app: object, office: Office) -> None:
    client, key = sign_in(app, office)
    files = {"file": ("a.csv", f"{HEAD}\n{GOOD}\n".encode(), "text/csv")}

    assert hand_in(client, "0" * 64, f"{HEAD}\n{GOOD}\n").status_code == 403
    assert client.post("/766", data={"form_key": key}, files=files,
                       headers={"Origin": "https://elsewhere.example"}).status_code == 403  # fmt: skip
    assert office.rows("index766_count") == []
