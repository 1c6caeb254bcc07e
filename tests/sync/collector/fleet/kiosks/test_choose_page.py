"""A counter is chosen by name, with what stands there; one where a kiosk stands asks before anything is done."""

import re

import pytest
from sqlalchemy import insert, update

from sync.collector.store import schema
from tests.sync.collector.builders import NOON, Office
from tests.sync.collector.fleet.kiosks.test_fleet_page import Person, post, technician  # noqa: F401 - a fixture
from tests.sync.collector.one_engine import database_url  # noqa: F401 - asked of both elsewhere

# ruff: noqa: F811 - pytest knows a fixture of another module by its name

CODE = r"<code>[B-Z]{4}-[B-Z]{4}</code>"


@pytest.fixture
def named(technician: Person, office: Office) -> Person:
    """The unit and its counters have names with accents."""
    with office.database.writing() as connection:
        connection.execute(update(schema.unit).where(schema.unit.c.code == "XA").values(name="Xã Đồng Đăng"))
        connection.execute(update(schema.counter).where(schema.counter.c.code == "Q1").values(name="Quầy 1 – Đất đai"))
    return technician


def found(person: Person, sought: str, **query: str) -> list[str]:
    page = person.client.get("/may/chon", params={"tim": sought, **query}).text
    return re.findall(r'name="counter" value="([^"]+)"', page)


@pytest.mark.parametrize(
    ("sought", "codes"),
    [("dong dang dat", ["Q1"]), ("ĐẤT ĐAI", ["Q1"]), ("q1", ["Q1"]), ("dong dang", ["Q1", "Q2"]), ("bí mật", []),
     ("Q3", [])],
)  # fmt: skip
def test_a_counter_is_found_by_the_names_of_its_unit_and_its_own(named: Person, sought: str, codes: list[str]) -> None:
    assert found(named, sought) == codes


def test_what_stands_there_is_told(named: Person, office: Office) -> None:
    page = named.client.get("/may/chon?tim=dat").text

    assert f"/may/{office.device.device_id}" in page
    assert "chưa có máy" in named.client.get("/may/chon?tim=Q2").text


def test_a_counter_that_is_gone_is_not_offered(named: Person, office: Office) -> None:
    with office.database.writing() as connection:
        connection.execute(update(schema.counter).where(schema.counter.c.code == "Q2").values(until=NOON.date()))

    assert found(named, "") == ["Q1"]


def test_an_occupied_counter_asks_before_it_gives_a_code(named: Person, office: Office) -> None:
    short = office.device.device_id[:8]

    asked = post(named, "/may", counter="Q1")

    assert asked.status_code == 409
    assert (re.search(CODE, asked.text), office.rows("enrolment_code")) == (None, [])
    for words in (short, f"/may/{office.device.device_id}/thay", f'name="standing" value="{short}"'):
        assert words in asked.text, words
    assert re.search(CODE, post(named, "/may", counter="Q1", standing=short).text)


def test_who_was_told_of_other_kiosks_is_asked_again(named: Person, office: Office) -> None:
    assert post(named, "/may", counter="Q1", standing="0badcafe").status_code == 409
    assert post(named, "/may", counter="Q2", standing=office.device.device_id[:8]).status_code == 409
    assert office.rows("enrolment_code") == []


def test_a_move_to_an_occupied_counter_asks_and_one_that_came_second_is_told(named: Person, office: Office) -> None:
    way = f"/may/{office.device.device_id}/chuyen"
    with office.database.writing() as connection:
        row = {"device_id": "0badcafe-4f89-41d3-9a0c-0305e82c3301", "counter_id": 2, "public_key": "x" * 44, "info": {}}
        connection.execute(insert(schema.device).values(**row, enrolled_at=NOON))

    asked = post(named, way, counter="Q2", at="Q1")
    assert (asked.status_code, 'name="at" value="Q1"' in asked.text) == (409, True)
    assert post(named, way, counter="Q2", at="Q1", standing="0badcafe").status_code == 303

    late = post(named, way, counter="Q1", at="Q1")
    assert (late.status_code, "trong lúc đó" in late.text) == (409, True)
    assert office.rows("placement", "counter_id") == [(1,)]


def test_a_counter_is_granted_by_name_and_the_kiosks_own_is_not_offered(named: Person, office: Office) -> None:
    kiosk = office.device.device_id

    assert found(named, "dong dang", viec="cap", may=kiosk, tai="Q1") == ["Q2"]
    assert post(named, f"/may/{kiosk}/quay", what="grant", counter="Q2").status_code == 303


@pytest.mark.parametrize("query", ["viec=khac", "viec=chuyen"])
def test_an_errand_that_is_none_is_nothing(technician: Person, query: str) -> None:
    assert technician.client.get(f"/may/chon?{query}").status_code == 404
