"""People sign in, are locked out, rest, and see their own units only."""

import re
import unicodedata
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import pytest
from sqlalchemy import insert, select
from starlette.testclient import TestClient

from sync.collector.errors import UsageWrong
from sync.collector.people import accounts, signin
from sync.collector.people.rights import Role
from sync.collector.run.app import create_app
from sync.collector.services.services import Services
from sync.collector.settings.collector import CollectorConfig
from sync.collector.store import schema
from sync.collector.store.database import Database
from tests.sync.collector.builders import NOON, Office
from tests.sync.collector.kiosk_client import URL

CHOSEN = "mưa rào tháng tám"


@cache
def _key(page: str) -> str:
    found = re.search(r'name="form_key" value="([0-9a-f]{64})"', page)
    assert found is not None
    return found[1]


class Person:
    """A browser in front of the collector at a time that the test moves."""

    def __init__(self, services: Services, **config: Any) -> None:
        self.now = NOON
        settings = CollectorConfig(public_url=URL, **config)
        app = create_app(replace(services, config=settings, now=lambda: self.now))
        self.client = TestClient(app, base_url=URL, client=("192.0.2.7", 50000), follow_redirects=False)

    def sign_in(self, name: str, password: str, way: str = "/") -> Any:
        page = self.client.get("/dang-nhap").text
        return self.client.post(
            "/dang-nhap", data={"form_key": _key(page), "name": name, "password": password, "toi": way}
        )

    def choose(self, old: str, new: str = CHOSEN) -> Any:
        page = self.client.get("/mat-khau").text
        return self.client.post("/mat-khau", data={"form_key": _key(page), "old": old, "new": new, "again": new})


@pytest.fixture
def person(services: Services, office: Office) -> Person:
    return Person(services)


def make(database: Database, name: str = "huong", role: Role = Role.SUPERVISOR, unit: str | None = "XA") -> str:
    with database.writing() as connection:
        return accounts.new_account(connection, name, "Nông Thị Hương", role, unit, NOON, "test")


def settle(database: Database, name: str, **values: Any) -> None:
    """An account whose password is CHOSEN already."""
    make(database, name, **values)
    with database.writing() as connection:
        accounts.change_password(connection, name, CHOSEN, NOON)


def actions(database: Database) -> list[str]:
    with database.reading() as connection:
        return list(connection.execute(select(schema.audit.c.action).order_by(schema.audit.c.audit_id)).scalars())


def test_the_first_account_closes_the_pages_to_everybody_else(services: Services, office: Office) -> None:
    person = Person(services)
    here = TestClient(person.client.app, base_url=URL, client=("127.0.0.1", 1), follow_redirects=False)
    assert (person.client.get("/").status_code, here.get("/").status_code) == (403, 200)

    make(office.database)

    assert here.get("/").headers["location"] == "/dang-nhap?toi=%2F"
    assert here.get("/v1/tallies").status_code == 401


def test_disabling_the_last_account_does_not_open_the_pages(services: Services, office: Office) -> None:
    make(office.database)
    with office.database.writing() as connection:
        accounts.disable_account(connection, "huong", NOON, "test")

    assert Person(services).client.get("/v1/tallies").status_code == 401


def test_the_demo_stays_open_on_its_own_machine(services: Services, office: Office) -> None:
    make(office.database)
    person = Person(services, demo=True)
    here = TestClient(person.client.app, base_url=URL, client=("127.0.0.1", 1))

    assert (here.get("/").status_code, person.client.get("/").status_code) == (200, 403)


def test_a_one_time_password_shows_nothing_until_another_is_chosen(person: Person, office: Office) -> None:
    once = make(office.database)

    assert person.sign_in("huong", once).headers["location"] == "/"
    assert person.client.get("/").headers["location"] == "/mat-khau"
    assert person.client.get("/v1/tallies").status_code == 403
    assert person.choose(once).headers["location"] == "/dang-nhap"
    assert person.client.get("/").status_code == 303

    assert person.sign_in("huong", CHOSEN).status_code == 303
    assert person.client.get("/").status_code == 200
    assert "Nông Thị Hương" in person.client.get("/").text


def test_a_password_opens_however_the_keyboard_spells_it(person: Person, office: Office) -> None:
    settle(office.database, "huong")

    assert person.sign_in("huong", unicodedata.normalize("NFD", CHOSEN)).status_code == 303


@pytest.mark.parametrize("new", ["short", "huong-huong-huong", "x" * 300])
def test_an_unfit_password_is_not_taken(person: Person, office: Office, new: str) -> None:
    once = make(office.database)
    person.sign_in("huong", once)

    assert person.choose(once, new).status_code == 403
    assert person.client.get("/").headers["location"] == "/mat-khau"


@pytest.mark.parametrize("name", ["huong", "nobody.at.all"])
def test_wrong_passwords_lock_a_name_for_longer_each_time_whether_or_not_it_exists(
    person: Person, office: Office, name: str
) -> None:
    settle(office.database, "huong")
    told = []
    for _ in range(4):
        answer = person.sign_in(name, "wrong wrong wrong")
        told.append("30 giây" in answer.text or "1 phút" in answer.text)
        person.now += timedelta(seconds=40)

    assert (answer.status_code, told) == (403, [False, False, True, True])
    assert "thử lại" in person.sign_in("huong" if name == "huong" else name, CHOSEN).text


def test_a_locked_name_opens_again_after_its_delay_and_forgets(person: Person, office: Office) -> None:
    settle(office.database, "huong")
    for _ in range(3):
        person.sign_in("huong", "wrong wrong wrong")

    assert person.sign_in("huong", CHOSEN).status_code == 403
    person.now += timedelta(seconds=31)
    assert person.sign_in("huong", CHOSEN).status_code == 303


def test_the_delay_doubles_up_to_an_hour() -> None:
    assert [signin.delay_after(n).total_seconds() for n in (3, 4, 5, 40)] == [30, 60, 120, 3600]


def test_whoever_rests_too_long_must_sign_in_again_and_nobody_stays_for_a_day(person: Person, office: Office) -> None:
    settle(office.database, "huong")
    person.sign_in("huong", CHOSEN)
    for _ in range(10):
        person.now += timedelta(minutes=29)
        assert person.client.get("/").status_code == 200

    person.now += timedelta(minutes=31)
    assert person.client.get("/").status_code == 303

    person.sign_in("huong", CHOSEN)
    for _ in range(25):
        person.now += timedelta(minutes=29)
        last = person.client.get("/").status_code
    assert last == 303


def test_signing_out_ends_it_at_the_collector_not_in_the_browser_alone(person: Person, office: Office) -> None:
    settle(office.database, "huong")
    person.sign_in("huong", CHOSEN)
    token = person.client.cookies["signed-in"]
    page = person.client.get("/").text

    assert person.client.post("/dang-xuat", data={"form_key": _key(page)}).status_code == 303

    person.client.cookies.set("signed-in", token)
    assert person.client.get("/").status_code == 303


def test_reset_and_disable_end_wherever_somebody_is_signed_in(person: Person, office: Office) -> None:
    settle(office.database, "huong")
    person.sign_in("huong", CHOSEN)

    with office.database.writing() as connection:
        once = accounts.reset_account(connection, "huong", NOON, "test")
    assert person.client.get("/").status_code == 303
    assert person.sign_in("huong", CHOSEN).status_code == 403
    assert person.sign_in("huong", once).status_code == 303

    with office.database.writing() as connection:
        accounts.disable_account(connection, "huong", NOON, "test")
    assert person.client.get("/").status_code == 303
    assert person.sign_in("huong", once).status_code == 403


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {}])
def test_a_form_of_another_site_changes_nothing(person: Person, office: Office, headers: dict[str, str]) -> None:
    settle(office.database, "huong")
    person.sign_in("huong", CHOSEN)
    key = _key(person.client.get("/").text) if headers else "0" * 64

    assert person.client.post("/dang-xuat", data={"form_key": key}, headers=headers).status_code == 403
    assert person.client.get("/").status_code == 200


@pytest.mark.parametrize("way", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_signing_in_leads_nowhere_else(person: Person, office: Office, way: str) -> None:
    settle(office.database, "huong")

    assert person.sign_in("huong", CHOSEN, way).headers["location"] == "/t"


def test_cookies_are_kept_from_scripts_and_over_tls_from_other_hosts(services: Services, office: Office) -> None:
    settle(office.database, "huong")
    app = create_app(replace(services, config=CollectorConfig(public_url="https://danhgia.example.gov.vn")))
    client = TestClient(app, base_url="https://danhgia.example.gov.vn", follow_redirects=False)
    page = client.get("/dang-nhap")
    answer = client.post("/dang-nhap", data={"form_key": _key(page.text), "name": "huong", "password": CHOSEN})

    (cookie,) = [value for name, value in answer.headers.multi_items() if name == "set-cookie"]
    assert cookie.startswith("__Host-signed-in=")
    assert {"HttpOnly", "Secure", "SameSite=lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}


def test_only_hashes_are_kept(person: Person, office: Office) -> None:
    settle(office.database, "huong")
    person.sign_in("huong", CHOSEN)
    person.sign_in(CHOSEN, "typed into the wrong field")
    token = person.client.cookies["signed-in"]

    kept = "".join(str(office.rows(table)) for table in ("account", "signed_in", "audit", "signin_failure"))

    assert "$argon2id$" in kept
    assert token not in kept
    assert CHOSEN not in kept


def test_everything_about_accounts_is_in_the_audit_log(person: Person, office: Office) -> None:
    once = make(office.database)
    person.sign_in("huong", "wrong wrong wrong")
    person.sign_in("huong", once)
    person.choose(once)

    assert actions(office.database) == ["account new", "sign-in refused", "sign-in", "password change"]


def test_accounts_that_cannot_be_are_refused_with_the_reason(database: Database, office: Office) -> None:
    with pytest.raises(UsageWrong, match="no unit"):
        make(database, unit="NOWHERE")
    with pytest.raises(UsageWrong, match="no account name"):
        make(database, name="Hương")
    make(database)
    with pytest.raises(UsageWrong, match="already"):
        make(database)


def test_the_audit_log_is_for_auditors(services: Services, office: Office) -> None:
    for name, role, unit in (
        ("all", Role.AUDITOR, None),
        ("some", Role.AUDITOR, "XA"),
        ("boss", Role.ADMINISTRATOR, None),
    ):
        settle(office.database, name, role=role, unit=unit)
    seen = {}
    for name in ("all", "some", "boss"):
        person = Person(services)
        person.sign_in(name, CHOSEN)
        seen[name] = [person.client.get(path).status_code for path in ("/nhat-ky", "/nhat-ky.csv")]

    assert seen == {"all": [200, 200], "some": [200, 200], "boss": [403, 403]}


def second_unit(database: Database, now: datetime = NOON) -> None:
    """Another unit beside the office's, with a counter."""
    with database.writing() as connection:
        connection.execute(
            insert(schema.unit), {"unit_id": 2, "code": "XB", "name": "Xã Ba Sơn", "kind": "office", "path": "XB/"}
        )
        connection.execute(
            insert(schema.counter), {"counter_id": 3, "code": "Q3", "name": "Quầy 3", "unit_id": 2, "created_at": now}
        )
