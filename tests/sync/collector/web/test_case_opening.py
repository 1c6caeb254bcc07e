"""A case opened by hand: only from what the page shows, once for a place and a period; and what waits, told on top."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from sync.collector.api.badges import Badges, read_badges
from sync.collector.people import accounts
from sync.collector.people.rights import RIGHTS, Reader, Role
from sync.collector.run.app import create_app
from sync.collector.services.services import Services
from sync.collector.settings.collector import CollectorConfig
from sync.collector.store import schema
from tests.sync.collector.builders import NOON, Office, Pen
from tests.sync.collector.care_builders import open_case_at, publish, write_comments
from tests.sync.collector.kiosk_client import URL
from tests.sync.collector.one_engine import database_url  # noqa: F401 - cases/test_rounds.py opens them on both

PASSWORD = "mưa rào tháng tám"
HERE = {"unit": "XA", "counter": "Q1", "ky": "2026-11", "phieu": "sipas-5@1:overall"}


@pytest.fixture
def app(services: Services, office: Office) -> object:
    with office.database.writing() as connection:
        connection.execute(
            schema.unit.insert(), {"unit_id": 2, "code": "XB", "name": "Xã Bí Mật", "kind": "office", "path": "XB/"}
        )
    return create_app(replace(services, config=CollectorConfig(public_url=URL)))


def press(office: Office, n: int) -> None:
    pen = Pen()
    for number in range(n):
        pen.rating(1 + number % 5)
    office.append(pen, received_at=NOON - timedelta(days=1))


def sign_in(app: object, office: Office, role: Role = Role.SUPERVISOR) -> TestClient:
    with office.database.writing() as connection:
        accounts.new_account(connection, str(role), "Nông Thị Hương", role, "XA", NOON, "test")
        accounts.change_password(connection, str(role), PASSWORD, NOON)
    client = TestClient(app, base_url=URL, client=("192.0.2.7", 1), follow_redirects=False)  # type: ignore[arg-type]
    form = {"form_key": key_of(client, "/dang-nhap"), "name": str(role), "password": PASSWORD}
    assert client.post("/dang-nhap", data=form).status_code == 303
    return client


def key_of(client: TestClient, address: str) -> str:
    found = re.search(r'form_key" value="(\w+)"', client.get(address).text)
    assert found
    return found[1]


def open_here(client: TestClient, **other: str):  # type: ignore[no-untyped-def]
    return client.post("/vu-viec", data={"form_key": key_of(client, "/mat-khau"), **HERE, **other})


def test_a_supervisor_opens_a_case_from_the_numbers_of_the_page(app: object, office: Office) -> None:
    press(office, 60)
    client = sign_in(app, office)
    assert 'id="open-case"' in client.get("/t/XA/Q1").text

    answer = open_here(client, note="Ba người\nthan phiền.")

    assert (answer.status_code, answer.headers["location"]) == (303, "/vu-viec/2026-001")
    ((place, bad, n),) = office.rows("follow_up", "place", "bad", "n")
    assert (place, bad, n) == ("XA/:Q1", 24, 60)
    page = client.get("/vu-viec/2026-001").text
    assert "<b>Nông Thị Hương</b>: mở thủ công – Ba người than phiền." in page
    assert "mở thủ công, từ số liệu trang đã hiển thị" in page
    assert 'id="open-case"' not in client.get("/t/XA/Q1").text
    noted = [row for row in office.rows("audit", "action", "actor", "subject") if row[0] == "case open"]
    assert noted == [("case open", "supervisor", "2026-001")]


def test_a_place_has_one_case_in_a_period(app: object, office: Office) -> None:
    press(office, 60)
    client = sign_in(app, office)

    first, second = open_here(client), open_here(client)

    assert first.headers["location"] == second.headers["location"] == "/vu-viec/2026-001"
    assert len(office.rows("follow_up")) == 1


@pytest.mark.parametrize("n", [0, 3, 25])
def test_no_case_opens_where_the_page_shows_no_share(app: object, office: Office, n: int) -> None:
    press(office, n)
    client = sign_in(app, office)

    assert 'id="open-case"' not in client.get("/t/XA/Q1").text
    assert open_here(client).status_code == 400
    assert office.rows("follow_up") == []


def test_no_case_opens_in_a_unit_that_may_not_be_seen(app: object, office: Office) -> None:
    client = sign_in(app, office)

    foreign, nowhere = (open_here(client, unit=code, counter="") for code in ("XB", "XZ"))

    assert foreign.status_code == nowhere.status_code == 404
    assert foreign.text == nowhere.text


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AUDITOR, Role.IT])
def test_whoever_may_not_decide_opens_none(app: object, office: Office, role: Role) -> None:
    press(office, 60)
    client = sign_in(app, office, role)

    assert 'id="open-case"' not in client.get("/t/XA/Q1").text
    assert open_here(client).status_code == 403


def test_what_waits_stands_in_the_navigation_as_far_as_one_may_see_it(app: object, office: Office) -> None:
    write_comments(office, "Chờ lâu quá.", received_at=NOON - timedelta(days=9))
    publish(office, NOON.date())
    open_case_at(office)

    def badges(role: Role, path: str = "", days: int = 0) -> Badges:
        reader = Reader("x", "", role, RIGHTS[role], path)
        with office.database.reading() as connection:
            return read_badges(connection, reader, NOON.date() + timedelta(days=days))

    assert badges(Role.SUPERVISOR) == badges(Role.SUPERVISOR, "XA/") == Badges(1, 1, 0)
    assert badges(Role.SUPERVISOR, "XA/", days=30) == Badges(1, 1, 1)
    assert badges(Role.VIEWER) == Badges(0, 1, 0)
    assert badges(Role.SUPERVISOR, "XB/") == badges(Role.IT) == Badges()
    page = sign_in(app, office).get("/t").text
    assert '<span class="badge">1<span class="unseen"> mới</span></span>' in page
    assert '<span class="badge">1<span class="unseen"> đang mở</span></span>' in page
