"""Administrators keep the accounts of their own units, give no more than they have, and never lock everybody out."""

import re
from typing import Any

import pytest
from sqlalchemy import select

from sync.collector.errors import NotAllowed, UsageWrong
from sync.collector.people import account_care
from sync.collector.people.account_care import Wanted
from sync.collector.people.audit import note
from sync.collector.people.rights import RIGHTS, Reader, Role
from sync.collector.services.services import Services
from sync.collector.store import schema
from sync.collector.store.database import Database
from tests.sync.collector.builders import NOON, Office
from tests.sync.collector.people.test_accounts import (
    CHOSEN,
    Person,
    _key,
    actions,
    second_unit,
    settle,
)


@pytest.fixture
def admin(services: Services, office: Office) -> Person:
    """The administrator of the unit XA, signed in; XB lies beside it."""
    second_unit(office.database)
    settle(office.database, "admin", role=Role.ADMINISTRATOR)
    person = Person(services)
    person.sign_in("admin", CHOSEN)
    return person


def reader_of(name: str = "admin", role: Role = Role.ADMINISTRATOR, path: str = "XA/") -> Reader:
    return Reader(name, name, role, RIGHTS[role], path)


def post(person: Person, way: str, **form: str) -> Any:
    key = _key(person.client.get("/tai-khoan").text)
    return person.client.post(way, data={"form_key": key, **form})


def new(person: Person, name: str = "lan", **form: str) -> Any:
    said = {"full_name": "Vi Thị Lan", "role": "supervisor", "unit": "XA", "email": ""}
    return post(person, "/tai-khoan", name=name, **{**said, **form})


def kept(database: Database, name: str) -> Any:
    with database.reading() as connection:
        return connection.execute(select(schema.account).where(schema.account.c.name == name)).one_or_none()


def test_an_administrator_makes_an_account_whose_password_is_shown_once(
    admin: Person, services: Services, office: Office
) -> None:
    password = re.search(r"<code>([a-z0-9-]{19})</code>", new(admin, email="lan@example.gov.vn").text)

    assert password
    assert password[1] not in admin.client.get("/tai-khoan/lan").text + admin.client.get("/tai-khoan").text
    lan = Person(services)
    assert lan.sign_in("lan", password[1]).status_code == 303
    assert lan.client.get("/t").headers["location"] == "/mat-khau"
    assert kept(office.database, "lan").email == "lan@example.gov.vn"


@pytest.mark.parametrize(
    "form",
    [{"unit": "XB"}, {"unit": ""}, {"role": "it"}, {"role": "auditor"}, {"role": "king"}, {"name": "Bà Lan"},
     {"name": "admin"}, {"name": "somebody"}, {"email": "no address"}],
)  # fmt: skip
def test_nobody_gives_more_than_they_have_nor_outside_their_units(
    admin: Person, office: Office, form: dict[str, str]
) -> None:
    answer = new(admin, **form)

    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert kept(office.database, "lan") is None


def test_an_account_of_another_unit_is_as_one_that_is_not_there(admin: Person, office: Office) -> None:
    settle(office.database, "stranger", unit="XB")
    settle(office.database, "above", role=Role.ADMINISTRATOR, unit=None)

    for name in ("stranger", "above", "nobody.here"):
        assert admin.client.get(f"/tai-khoan/{name}").status_code == 404
        for act in ("", "/mat-khau", "/dong", "/mo"):
            answer = post(admin, f"/tai-khoan/{name}{act}", role="viewer", unit="XA", full_name="x")
            assert answer.status_code == 404, (name, act)
    listed = admin.client.get("/tai-khoan").text
    assert "stranger" not in listed
    assert "above" not in listed
    assert kept(office.database, "stranger").disabled_at is None


def test_an_account_that_may_do_more_is_seen_and_not_touched(admin: Person, office: Office) -> None:
    settle(office.database, "technician", role=Role.IT)
    before = kept(office.database, "technician")

    for act in ("", "/mat-khau", "/dong", "/mo"):
        assert post(admin, f"/tai-khoan/technician{act}", role="viewer", unit="XA").status_code == 400

    assert kept(office.database, "technician") == before
    assert "/tai-khoan/technician/mat-khau" not in admin.client.get("/tai-khoan/technician").text


def test_a_changed_account_has_its_new_rights_at_once(admin: Person, services: Services, office: Office) -> None:
    settle(office.database, "lan", role=Role.ADMINISTRATOR)
    lan = Person(services)
    lan.sign_in("lan", CHOSEN)
    assert lan.client.get("/tai-khoan").status_code == 200

    answer = post(admin, "/tai-khoan/lan", full_name="Vi Lan", role="viewer", unit="XA", email="")

    assert answer.status_code == 303
    assert lan.client.get("/tai-khoan").status_code == 403


def test_closing_ends_at_once_and_opening_lets_in_again(admin: Person, services: Services, office: Office) -> None:
    settle(office.database, "lan")
    lan = Person(services)
    lan.sign_in("lan", CHOSEN)

    assert post(admin, "/tai-khoan/lan/dong").status_code == 303
    assert lan.client.get("/t").status_code == 303
    assert lan.sign_in("lan", CHOSEN).status_code == 403
    assert post(admin, "/tai-khoan/lan/mat-khau").status_code == 400

    post(admin, "/tai-khoan/lan/mo")
    assert lan.sign_in("lan", CHOSEN).status_code == 303


def test_the_last_administrator_cannot_leave(admin: Person, office: Office) -> None:
    settle(office.database, "lan")

    assert post(admin, "/tai-khoan/admin/dong").status_code == 400
    assert post(admin, "/tai-khoan/admin", role="supervisor", unit="XA").status_code == 400
    assert admin.client.get("/tai-khoan").status_code == 200

    settle(office.database, "second", role=Role.ADMINISTRATOR)
    assert post(admin, "/tai-khoan/admin/dong").status_code == 303


def test_an_administrator_of_a_lower_unit_is_no_replacement(office: Office) -> None:
    settle(office.database, "boss", role=Role.ADMINISTRATOR, unit=None)
    settle(office.database, "lower", role=Role.ADMINISTRATOR, unit="XA")
    boss = reader_of("boss", path="")

    with office.database.writing() as connection, pytest.raises(NotAllowed, match="last administrator"):
        account_care.close_account(connection, "boss", boss, NOON)
    with office.database.writing() as connection, pytest.raises(NotAllowed, match="last administrator"):
        account_care.change_account(connection, "boss", Wanted("", Role.ADMINISTRATOR, "XA", ""), boss, NOON)
    with office.database.writing() as connection:
        account_care.close_account(connection, "lower", boss, NOON)


def test_rules_hold_below_the_page_too(office: Office) -> None:
    second_unit(office.database)
    with office.database.writing() as connection, pytest.raises(NotAllowed, match="more than your own"):
        account_care.make_account(connection, "x", Wanted("", Role.AUDITOR, "XA", ""), reader_of(), NOON)
    with office.database.writing() as connection, pytest.raises(UsageWrong, match="no unit XB"):
        account_care.make_account(connection, "x", Wanted("", Role.VIEWER, "XB", ""), reader_of(), NOON)


@pytest.mark.parametrize("key", ["", "0" * 64])
def test_a_form_without_its_key_changes_nothing(admin: Person, office: Office, key: str) -> None:
    settle(office.database, "lan")

    for way in ("/tai-khoan", "/tai-khoan/lan", "/tai-khoan/lan/mat-khau", "/tai-khoan/lan/dong", "/tai-khoan/lan/mo",
                "/dang-xuat-moi-noi"):  # fmt: skip
        form = {"form_key": key, "name": "x", "role": "viewer", "unit": "XA"}
        assert admin.client.post(way, data=form).status_code == 403, way
    assert kept(office.database, "lan").disabled_at is None
    assert kept(office.database, "x") is None


def test_whoever_signs_out_everywhere_is_signed_in_nowhere(services: Services, office: Office) -> None:
    settle(office.database, "lan")
    here, there = Person(services), Person(services)
    here.sign_in("lan", CHOSEN)
    there.sign_in("lan", CHOSEN)

    key = _key(here.client.get("/mat-khau").text)
    here.client.post("/dang-xuat-moi-noi", data={"form_key": key})

    assert there.client.get("/t").status_code == 303
    assert actions(office.database)[-1] == "sign-out everywhere"


def test_everything_an_administrator_does_is_in_the_audit_log(admin: Person, office: Office) -> None:
    new(admin)
    post(admin, "/tai-khoan/lan", full_name="Vi Lan", role="viewer", unit="XA", email="lan@example.gov.vn")
    post(admin, "/tai-khoan/lan/mat-khau")
    post(admin, "/tai-khoan/lan/dong")
    post(admin, "/tai-khoan/lan/mo")

    assert actions(office.database)[-6:] == [
        "account new", "account change", "account email", "account reset", "account disable", "account enable",
    ]  # fmt: skip


class TestAuditPage:
    @pytest.fixture
    def auditors(self, services: Services, office: Office) -> dict[str, Person]:
        second_unit(office.database)
        for name, unit, role in (("all", None, Role.AUDITOR), ("mine", "XA", Role.AUDITOR), ("lan", "XA", Role.VIEWER),
                                 ("foreign", "XB", Role.VIEWER)):  # fmt: skip
            settle(office.database, name, unit=unit, role=role)
        with office.database.writing() as connection:
            note(connection, NOON, "lan", "export", "XA/secret-of-xa", {"form": "pdf"})
            note(connection, NOON, "foreign", "export", "XB/secret-of-xb", {"form": "pdf"})
            note(connection, NOON, "command line: root", "device.moved", "somewhere-else", {})
        people = {}
        for name in ("all", "mine"):
            people[name] = Person(services)
            people[name].sign_in(name, CHOSEN)
        return people

    @pytest.mark.parametrize("way", ["/nhat-ky", "/nhat-ky.csv", "/nhat-ky?cua=secret", "/nhat-ky.csv?ai=foreign"])
    def test_an_auditor_of_a_unit_reads_what_its_people_did_and_nothing_else(
        self, auditors: dict[str, Person], way: str
    ) -> None:
        mine, everything = (auditors[name].client.get(way).text for name in ("mine", "all"))

        assert "secret-of-xb" not in mine
        assert "somewhere-else" not in mine
        assert "secret-of-xb" in everything
        assert ("secret-of-xa" in mine) == ("foreign" not in way)

    def test_what_is_offered_to_choose_from_tells_of_no_other_unit(self, auditors: dict[str, Person]) -> None:
        assert "device.moved" not in auditors["mine"].client.get("/nhat-ky").text
        assert "device.moved" in auditors["all"].client.get("/nhat-ky").text

    @pytest.mark.parametrize(
        ("query", "found"),
        [("ai=lan", True), ("ai=foreign", False), ("viec=export", True), ("viec=sign-in", False), ("cua=of-xa", True),
         ("tu=2026-11-20&den=2026-11-20", True), ("den=2026-11-19", False), ("tu=2026-11-21", False),
         ("tu=nonsense", True), ("truoc=1", False)],
    )  # fmt: skip
    def test_filters_narrow_the_log(self, auditors: dict[str, Person], query: str, found: bool) -> None:
        assert ("secret-of-xa" in auditors["all"].client.get(f"/nhat-ky?{query}").text) == found

    def test_taking_the_log_is_a_line_of_the_log(self, auditors: dict[str, Person], office: Office) -> None:
        auditors["mine"].client.get("/nhat-ky.csv?ai=lan")

        line = office.rows("audit", "actor", "action", "subject", "details", "path")[-1]
        assert line == ("mine", "export", "audit", {"form": "csv", "ai": "lan"}, "XA/")


def test_who_saves_second_is_shown_both_versions_of_an_account(admin: Person, office: Office) -> None:
    new(admin)
    seen = re.search(r'name="seen" value="([^"]+)"', admin.client.get("/tai-khoan/lan").text)
    assert seen
    form = {"full_name": "Vi Lan", "role": "viewer", "unit": "XA", "email": "", "seen": seen[1]}
    assert post(admin, "/tai-khoan/lan", **form).status_code == 303

    late = post(admin, "/tai-khoan/lan", **{**form, "full_name": "Vi Thị Lan Anh"})

    assert late.status_code == 409
    assert "<td>Vi Lan</td>" in late.text
    assert 'value="Vi Thị Lan Anh"' in late.text
    assert kept(office.database, "lan").full_name == "Vi Lan"


def test_what_was_typed_about_an_account_comes_back_when_it_is_refused(admin: Person) -> None:
    new(admin)

    refused = post(admin, "/tai-khoan/lan", full_name="Bà Mới", role="viewer", unit="XB", email="a@b.vn")

    assert refused.status_code == 400
    assert 'value="Bà Mới"' in refused.text
