"""The page of signs: who may decide sees the evidence, and decides with a note."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert
from starlette.testclient import TestClient

from sync.collector.care.signals.keep import keep_findings
from sync.collector.care.signals.watched import FoundSign, Sign
from sync.collector.people import accounts
from sync.collector.people.rights import Role
from sync.collector.run.app import create_app
from sync.collector.services.services import Services
from sync.collector.settings.collector import CollectorConfig
from sync.collector.store import schema
from tests.sync.collector.builders import NOON, Office, Pen
from tests.sync.collector.kiosk_client import URL
from tests.sync.collector.one_engine import database_url  # noqa: F401 - asked of both elsewhere

PASSWORD = "mưa rào tháng tám"
EVIDENCE = {"quick": 30, "n": 90, "expected": 4, "seconds": 60, "days": 3, "one_face": True}
DAY = (NOON - timedelta(days=2)).date().isoformat()


@pytest.fixture
def people(services: Services, office: Office) -> dict[str, TestClient]:
    """Supervisors of XA and of another unit, and a viewer of XA; a sign at a counter of each unit."""
    pen = Pen()
    for _ in range(8):
        pen.rating(5)
    office.append(pen, received_at=NOON - timedelta(days=2, hours=2))
    with office.database.writing() as connection:
        there = {"unit_id": 2, "code": "XB", "name": "Xã Bí Mật", "kind": "office", "path": "XB/"}
        connection.execute(insert(schema.unit), there)
        counter = {"counter_id": 3, "code": "Q3", "name": "Quầy Kín", "unit_id": 2, "created_at": NOON}
        connection.execute(insert(schema.counter), counter)
        signs = [FoundSign(counter_id, Sign.BURST, DAY, DAY, "am", EVIDENCE) for counter_id in (1, 3)]
        silent = FoundSign(1, Sign.UNPRESSED, DAY, DAY, "", {"days": 3, "usual": 12, "heard": True})
        keep_findings(connection, [*signs, silent], NOON)
    app = create_app(replace(services, config=CollectorConfig(public_url=URL)))
    return {
        name: signed_in(office, app, name, role, unit)
        for name, role, unit in (
            ("huong", Role.SUPERVISOR, "XA"), ("lan", Role.SUPERVISOR, "XB"), ("mai", Role.VIEWER, "XA"),
        )
    }  # fmt: skip


def signed_in(office: Office, app: object, name: str, role: Role, unit: str) -> TestClient:
    with office.database.writing() as connection:
        accounts.new_account(connection, name, name.title(), role, unit, NOON, "test")
        accounts.change_password(connection, name, PASSWORD, NOON)
    client = TestClient(app, base_url=URL, client=("192.0.2.7", 1), follow_redirects=False)  # type: ignore[arg-type]
    client.post("/dang-nhap", data={"form_key": key_of(client, "/dang-nhap"), "name": name, "password": PASSWORD})
    return client


def key_of(client: TestClient, page: str) -> str:
    found = re.search(r'form_key" value="(\w+)"', client.get(page).text)
    assert found
    return found[1]


def decide(client: TestClient, number: int = 1, **form: str) -> int:
    key = key_of(client, "/dau-hieu")
    return client.post(f"/dau-hieu/{number}", data={"form_key": key, "note": "Đã hỏi.", **form}).status_code


def test_signs_are_listed_with_their_evidence(people: dict[str, TestClient]) -> None:
    page = people["huong"].get("/dau-hieu").text

    assert "Bấm dồn" in page
    assert "30/90 lượt đến trong vòng 60 giây" in page
    assert "Máy vẫn liên lạc như thường" in page
    assert "Xã Bí Mật" not in page


def test_a_sign_of_another_unit_is_as_one_that_is_not_there(people: dict[str, TestClient]) -> None:
    foreign, nowhere = (people["huong"].get(f"/dau-hieu/{number}") for number in (2, 7))

    assert foreign.status_code == nowhere.status_code == 404
    assert foreign.text.replace("dấu hiệu 2", "dấu hiệu 7").replace("dau-hieu/2", "dau-hieu/7") == nowhere.text
    assert decide(people["huong"], 2, what="nothing") == 404


def test_whoever_may_not_decide_sees_no_signs_and_no_count_of_them(people: dict[str, TestClient]) -> None:
    viewer = people["mai"]

    assert [viewer.get(way).status_code for way in ("/dau-hieu", "/dau-hieu/1")] == [403, 403]
    assert "dấu hiệu cần xem" not in viewer.get("/t/XA").text


def test_the_overview_says_how_many_wait(people: dict[str, TestClient]) -> None:
    assert "2 dấu hiệu cần xem" in people["huong"].get("/t/XA").text
    assert "2 dấu hiệu cần xem" in people["huong"].get("/t/XA/Q1").text
    assert "dấu hiệu cần xem" not in people["huong"].get("/t/XA/Q2").text


def test_setting_aside_and_withdrawing_are_two_forms(people: dict[str, TestClient], office: Office) -> None:
    huong = people["huong"]

    assert decide(huong, what="aside", first=DAY, last=DAY, part="am") == 303
    page = huong.get("/dau-hieu/1").text
    assert "8 lượt để riêng" in page
    assert "Đã hỏi." in page
    assert set(office.rows("rating", "standing")) == {("suspect",)}

    assert decide(huong, what="withdraw") == 303
    assert set(office.rows("rating", "standing")) == {("counted",)}
    assert "rút lại" in huong.get("/dau-hieu/1").text


def test_nothing_wrong_closes_it(people: dict[str, TestClient]) -> None:
    assert decide(people["huong"], what="nothing") == 303

    page = people["huong"].get("/dau-hieu").text
    assert "không có gì sai" in page
    assert "1 dấu hiệu" in page


def test_who_decides_second_is_told_with_both_versions(people: dict[str, TestClient], office: Office) -> None:
    huong = people["huong"]
    seen = re.search(r'name="seen" value="([^"]+)"', huong.get("/dau-hieu/1").text)
    assert seen
    assert decide(huong, what="nothing", note="Đoàn đến cùng lúc.", seen=seen[1]) == 303

    form = {"form_key": key_of(huong, "/dau-hieu"), "what": "aside", "first": DAY, "last": DAY, "part": "am"}
    late = huong.post("/dau-hieu/1", data={**form, "note": "Không có ai ở quầy.", "seen": seen[1]})

    assert late.status_code == 409
    assert "Đoàn đến cùng lúc." in late.text
    assert "Không có ai ở quầy." in late.text
    assert office.rows("suspicion") == []


def test_a_form_that_cannot_be_comes_back_with_what_was_written(people: dict[str, TestClient], office: Office) -> None:
    huong = people["huong"]
    key = key_of(huong, "/dau-hieu")
    form = {
        "form_key": key,
        "what": "aside",
        "first": DAY,
        "last": "2027-01-01",
        "part": "am",
        "note": "Không ai ở quầy",
    }

    answer = huong.post("/dau-hieu/1", data=form)

    assert answer.status_code == 400
    assert "Hãy chọn những ngày đã qua" in answer.text
    assert "Không ai ở quầy" in answer.text
    assert office.rows("suspicion") == []


@pytest.mark.parametrize(
    "form", [{"what": "aside", "first": "x", "last": "", "part": ""}, {"what": "nothing", "note": " "}]
)
def test_what_is_missing_is_told(people: dict[str, TestClient], form: dict[str, str]) -> None:
    assert decide(people["huong"], **form) == 400


def test_a_form_of_another_page_decides_nothing(people: dict[str, TestClient], office: Office) -> None:
    answer = people["huong"].post("/dau-hieu/1", data={"form_key": "x", "what": "nothing", "note": "x"})

    assert answer.status_code == 403
    assert {state for (state,) in office.rows("signal", "state")} == {"open"}


@pytest.mark.parametrize("number", ["x", "1'", "9" * 30, "-1", "٣"])
def test_what_is_no_number_is_no_sign(people: dict[str, TestClient], number: str) -> None:
    assert people["huong"].get(f"/dau-hieu/{number}").status_code == 404


def test_days_that_part_a_block_come_back_as_those_that_hold_it(people: dict[str, TestClient], office: Office) -> None:
    pen = Pen()
    for back in (3, 2):
        first = len(pen.lines) + 1
        for _ in range(3):
            pen.rating(5)
        received = NOON - timedelta(days=back, hours=2)
        office.append(pen, pen.batch(first), received_at=received, clock=pen.instant())
    huong = people["huong"]
    form = {"form_key": key_of(huong, "/dau-hieu"), "what": "aside", "first": DAY, "last": DAY, "part": "am",
            "note": "Không ai ở quầy"}  # fmt: skip

    answer = huong.post("/dau-hieu/1", data=form)

    day_before = (NOON - timedelta(days=3)).date().isoformat()
    assert answer.status_code == 400
    assert "cắt ngang" in answer.text
    assert f'name="first" value="{day_before}"' in answer.text
    assert set(office.rows("rating", "standing")) == {("counted",)}


def test_page_says_which_numbers_stay_as_they_were_told(people: dict[str, TestClient], office: Office) -> None:
    assert "giữ nguyên như đã công bố" not in people["huong"].get("/dau-hieu/1").text
    with office.database.writing() as connection:
        for table in (schema.block_piece, schema.block_reason, schema.block, schema.uncut_count):
            connection.execute(table.delete())

    page = people["huong"].get("/dau-hieu/1").text

    assert "Số liệu đến hết ngày 18/11/2026 giữ nguyên như đã công bố" in page
    key = key_of(people["huong"], "/dau-hieu")
    form = {"form_key": key, "note": "Đã hỏi.", "what": "aside", "first": DAY, "last": DAY, "part": "am"}
    refused = people["huong"].post("/dau-hieu/1", data=form)
    assert "Số liệu đến hết ngày 18/11/2026 giữ nguyên như đã công bố" in refused.text
    assert "từ 19/11/2026 trở đi" in refused.text
