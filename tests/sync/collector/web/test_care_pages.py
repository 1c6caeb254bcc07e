"""The pages of comments and cases: who may open them, what a form does, and that nothing of another unit is told."""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial

import pytest
from sqlalchemy import insert, select
from starlette.testclient import TestClient

from sync.collector.people import accounts
from sync.collector.people.rights import Role
from sync.collector.run.app import create_app
from sync.collector.services.services import Services
from sync.collector.settings.collector import CollectorConfig
from sync.collector.store import schema
from tests.sync.collector.builders import NOON, Office
from tests.sync.collector.care_builders import open_case_at, publish, write_comments
from tests.sync.collector.kiosk_client import URL
from tests.sync.collector.one_engine import database_url  # noqa: F401 - asked of both elsewhere

PASSWORD = "mưa rào tháng tám"
MONDAY = NOON + timedelta(days=3)
OWN, FOREIGN = "2026-001", "2026-002"
"""The case of the unit XA, where everybody here is, and that of a unit beside it."""
READS_WORDS = {Role.SUPERVISOR, Role.ADMINISTRATOR}
SEES_CASES = {*READS_WORDS, Role.VIEWER, Role.AUDITOR}


@dataclass
class Desk:
    """An app with a comment and a case of the own unit and of another, and whoever signs in."""

    office: Office
    app: object
    own: str
    foreign: str

    def client(self, role: Role) -> TestClient:
        """Somebody of the unit XA with this role, signed in."""
        name = str(role)
        with self.office.database.writing() as connection:
            accounts.new_account(connection, name, f"Ông {name}", role, "XA", NOON, "test")
            accounts.change_password(connection, name, PASSWORD, NOON)
        client = TestClient(self.app, base_url=URL, client=("192.0.2.7", 1), follow_redirects=False)  # type: ignore[arg-type]
        form = {"form_key": key_of(client, "/dang-nhap"), "name": name, "password": PASSWORD}
        assert client.post("/dang-nhap", data=form).status_code == 303
        return client


def key_of(client: TestClient, address: str) -> str:
    """The key that our own page gives a form."""
    found = re.search(r'form_key" value="(\w+)"', client.get(address).text)
    assert found
    return found[1]


@pytest.fixture
def desk(services: Services, office: Office) -> Desk:
    write_comments(office, "Trễ hẹn hai lần, gọi 0912345678.")
    with office.database.writing() as connection:
        foreign = {"unit_id": 2, "code": "XB", "name": "Xã Bí Mật", "kind": "office", "path": "XB/"}
        connection.execute(insert(schema.unit), foreign)
        place = {"counter_id": 3, "code": "Q3", "name": "Quầy Kín", "unit_id": 2, "created_at": NOON}
        connection.execute(insert(schema.counter), place)
    there = replace(office.new_device(), counter_id=3, counters={"Q3": 3})
    write_comments(Office(office.database, there), "Điều thầm kín.", counter="Q3")
    for unit, counter, counter_id in (("XA", "Q1", 1), ("XB", "Q3", 3)):
        open_case_at(office, unit, counter, counter_id)
    publish(office, MONDAY.date())
    codes = dict(office.rows("comment", "unit_id", "code"))
    now = partial(replace, services, config=CollectorConfig(public_url=URL), now=lambda: MONDAY)
    return Desk(office, create_app(now()), str(codes[1]), str(codes[2]))


@pytest.mark.parametrize("role", list(Role))
def test_words_and_cases_open_to_their_roles_alone_and_never_to_it_staff(desk: Desk, role: Role) -> None:
    client = desk.client(role)

    words = {client.get(way).status_code for way in ("/gop-y", f"/gop-y/{desk.own}")}
    cases = {client.get(way).status_code for way in ("/vu-viec", f"/vu-viec/{OWN}")}

    assert words == ({200} if role in READS_WORDS else {403})
    assert cases == ({200} if role in SEES_CASES else {403})


@pytest.mark.parametrize("role", list(Role))
def test_nothing_of_another_unit_is_told_or_done(desk: Desk, role: Role) -> None:
    client = desk.client(role)
    ways = [f"/gop-y/{desk.foreign}", f"/vu-viec/{FOREIGN}", "/gop-y?dv=XB", "/vu-viec?dv=XB", "/gop-y?tim=tham",
            "/gop-y", "/vu-viec", "/vu-viec.csv", f"/vu-viec/{OWN}", "/t/XA"]  # fmt: skip
    key = key_of(client, "/mat-khau")
    before = desk.office.rows("comment"), desk.office.rows("follow_up")

    for way in ways:
        answer = client.get(way)
        told = [word for word in ("Bí Mật", "Kín", "thầm", FOREIGN) if word in answer.text and word not in way]
        assert (way, told) == (way, [])
    for way in (f"/gop-y/{desk.foreign}", f"/vu-viec/{FOREIGN}"):
        form = {"form_key": key, "what": "spam" if "gop-y" in way else "close", "note": "x"}
        assert client.post(way, data=form).status_code in (403, 404)

    assert (desk.office.rows("comment"), desk.office.rows("follow_up")) == before


def test_who_may_not_read_words_does_not_read_them_on_a_case(desk: Desk) -> None:
    with desk.office.database.writing() as connection:
        connection.execute(schema.comment.update().values(case_id=1))

    assert "Trễ hẹn hai lần" in desk.client(Role.SUPERVISOR).get(f"/vu-viec/{OWN}").text
    assert "Trễ hẹn hai lần" not in desk.client(Role.VIEWER).get(f"/vu-viec/{OWN}").text


def test_page_shows_the_words_masked_with_their_week_and_no_day_time_or_level(desk: Desk) -> None:
    text = desk.client(Role.SUPERVISOR).get(f"/gop-y/{desk.own}").text

    assert '<span class="mask">••••••••••</span>' in text
    assert "tuần 16–22/11/2026" in text
    shown = text.partition("<main")[2].partition("<footer")[0]
    for secret in ("20/11/2026", "2026-11-20", "11:59", "0912345678", "hài lòng"):
        assert secret not in shown


def test_search_is_kept_in_the_address_and_marks_what_it_found(desk: Desk) -> None:
    text = desk.client(Role.SUPERVISOR).get("/gop-y?tim=tre+hen&ky=2026-11").text

    assert "<mark>Trễ</mark>" in text
    assert f"/gop-y/{desk.own}?tim=tre+hen&amp;ky=2026-11#mot" in text
    assert 'name="ky"' in text
    assert '<option value="2026-11" selected>' in text


def test_deed_on_a_comment_is_done_kept_and_leads_back_to_the_same_search(desk: Desk) -> None:
    client = desk.client(Role.SUPERVISOR)
    way = f"/gop-y/{desk.own}?tim=tre"
    form = {"form_key": key_of(client, way), "what": "done", "owner": "supervisor"}

    refused = client.post(way, data=form)
    done = client.post(way, data={**form, "note": "Đã gọi lại."})

    assert (refused.status_code, 'aria-invalid="true"' in refused.text) == (400, True)
    assert (done.status_code, done.headers["location"]) == (303, way)
    shown = client.get(way).text
    assert "Ông supervisor" in shown
    assert "Đã gọi lại." in shown
    assert (desk.own, "done") in desk.office.rows("comment", "code", "state")


@pytest.mark.parametrize("way", ["/gop-y/{own}", "/vu-viec/2026-001"])
def test_form_of_another_page_changes_nothing(desk: Desk, way: str) -> None:
    client = desk.client(Role.SUPERVISOR)
    way = way.replace("{own}", desk.own)

    assert client.post(way, data={"what": "spam", "note": "x"}).status_code == 403
    assert client.post(way, data={"form_key": "0" * 64, "what": "close", "note": "x"}).status_code == 403
    assert desk.office.rows("follow_up_step", "what") == [("opened",), ("opened",)]


def test_case_shows_the_numbers_that_opened_it_with_method_and_n(desk: Desk) -> None:
    text = desk.client(Role.VIEWER).get(f"/vu-viec/{OWN}").text

    for words in ("25,0%", "12 / 48", "n = 48", "Rất không hài lòng + Không hài lòng", "01–20/11/2026", "15%",
                  "Wilson", "Thời gian chờ 9", "còn 4 ngày"):  # fmt: skip
        assert words in text.replace("\N{NO-BREAK SPACE}", " "), words
    assert "<form" not in text.partition("<main")[2]


def test_case_is_taken_kept_and_closed_with_its_forms(desk: Desk) -> None:
    client = desk.client(Role.SUPERVISOR)
    way = f"/vu-viec/{OWN}"
    form = {"form_key": key_of(client, way), "owner": "supervisor", "due": "2026-12-01"}

    assert client.post(way, data={**form, "what": "keep", "note": "Đã họp."}).status_code == 303
    assert client.post(way, data={**form, "what": "close"}).status_code == 400
    assert client.post(way, data={**form, "what": "nothing"}).status_code == 404
    assert client.post(way, data={**form, "what": "keep", "due": "mai"}).status_code == 404
    assert client.post(way, data={**form, "what": "close", "note": "Thêm quầy phụ."}).status_code == 303

    assert desk.office.rows("follow_up", "state", "due_on")[0] == ("closed", date(2026, 12, 1))
    assert "Thêm quầy phụ." in client.get("/vu-viec?loai=da-dong").text


def test_file_of_cases_is_safe_for_a_spreadsheet_and_written_down(desk: Desk) -> None:
    client = desk.client(Role.SUPERVISOR)
    way = f"/vu-viec/{OWN}"
    client.post(way, data={"form_key": key_of(client, way), "what": "keep", "note": "=1+1"})

    answer = client.get("/vu-viec.csv")

    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert "2026-001;" in answer.text
    assert ";=1+1" not in answer.text
    with desk.office.database.reading() as connection:
        last = connection.execute(select(schema.audit).order_by(schema.audit.c.audit_id.desc()).limit(1)).one()
    assert (last.actor, last.action, last.subject) == ("supervisor", "export", "cases")


def test_open_cases_stand_on_the_overview_of_whoever_may_see_them(desk: Desk) -> None:
    assert OWN in desk.client(Role.VIEWER).get("/t/XA").text
    assert OWN in desk.client(Role.SUPERVISOR).get("/t/XA/Q1").text


@pytest.mark.parametrize("query", ["trang=0", "trang=-3", "trang=x", "trang=999999", "tt=x", "loai=x", "tim=%25_"])
def test_address_that_says_what_cannot_be_is_read_as_far_as_it_can(desk: Desk, query: str) -> None:
    client = desk.client(Role.SUPERVISOR)

    assert client.get(f"/gop-y?{query}").status_code == 200
    assert client.get(f"/vu-viec?{query}").status_code == 200


def test_a_counters_page_has_the_comments_that_name_it_for_whoever_reads_the_inbox(desk: Desk) -> None:
    words, way = "Trễ hẹn hai lần", f"/gop-y/{desk.own}?quay=Q1"

    pages = {role: desk.client(role).get("/t/XA/Q1").text for role in SEES_CASES}

    assert {role for role, page in pages.items() if words in page} == READS_WORDS
    assert {role for role, page in pages.items() if "Người dân góp ý gì" in page} == READS_WORDS
    assert way in pages[Role.SUPERVISOR]
    assert 'href="/gop-y?quay=Q1"' in pages[Role.SUPERVISOR]


def test_the_inbox_shows_the_comments_of_one_counter_and_of_no_foreign_one(desk: Desk) -> None:
    client = desk.client(Role.SUPERVISOR)

    here, other, foreign = (client.get(f"/gop-y?quay={code}") for code in ("Q1", "Q2", "Q3"))

    assert "Trễ hẹn hai lần" in here.text
    assert "Góp ý nêu Xã Bắc Sơn, Quầy 1" in here.text
    assert '<input type="hidden" name="quay" value="Q1">' in here.text
    assert "Không có góp ý nào như vậy." in other.text
    assert "Trễ hẹn" not in other.text
    assert foreign.status_code == client.get("/gop-y?quay=KHONG-CO").status_code == 404
    assert "Kín" not in foreign.text
    assert "Chưa có góp ý nào nêu quầy này." in client.get("/t/XA/Q2").text


def test_spam_stands_on_no_counters_page(desk: Desk) -> None:
    with desk.office.database.writing() as connection:
        connection.execute(schema.comment.update().values(state="spam"))

    assert "Trễ hẹn" not in desk.client(Role.SUPERVISOR).get("/t/XA/Q1").text
