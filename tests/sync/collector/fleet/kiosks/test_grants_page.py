"""IT staff see for which counters a kiosk may speak, and what it sent beyond them; they grant, end and count it."""

# ruff: noqa: F811 - technician is the other module's fixture

import re
from datetime import timedelta

import pytest
from sqlalchemy import delete, insert, update

from sync.collector.fleet.kiosks.faults import Fault
from sync.collector.fleet.kiosks.roll import read_roll
from sync.collector.services.services import Services
from sync.collector.store import schema
from tests.sync.collector.builders import NOON, Office, Pen
from tests.sync.collector.fleet.kiosks.test_fleet_page import post, technician  # noqa: F401 - a fixture
from tests.sync.collector.fleet.test_reach import known_anew
from tests.sync.collector.kiosk_client import enrolled_key
from tests.sync.collector.one_engine import database_url  # noqa: F401 - test_reach.py asks both
from tests.sync.collector.people.test_accounts import Person, actions


@pytest.fixture
def way(office: Office) -> str:
    """The page of a kiosk that sent a rating for Q2, which it was not granted, and one for Q3 of another unit."""
    enrolled_key(office.database, office.device.device_id)
    with office.database.writing() as connection:
        connection.execute(delete(schema.device_grant))
    known_anew(office)
    pen = Pen()
    pen.rating(5, counter="Q2")
    pen.rating(5, counter="Q3")
    office.append(pen, received_at=NOON - timedelta(days=1))
    return f"/may/{office.device.device_id}"


def test_what_a_kiosk_said_beyond_its_counters_is_told(technician: Person, office: Office, way: str) -> None:
    page = technician.client.get(way).text

    assert "cho quầy Q2 (Quầy 2), quầy chưa được cấp cho máy" in page
    assert "cho quầy Q3, quầy không có hoặc chưa được cấp cho máy" in page
    assert (">Cấp Q2</button>" in page, ">Cấp Q3</button>" in page) == (True, False)
    assert office.device.device_id in technician.client.get("/may.csv?loi=vuot-quyen").text


def test_the_fault_is_over_for_whoever_knows_of_it_until_another_counter_comes(
    technician: Person,
    office: Office,
    services: Services,
    way: str,
) -> None:
    now = NOON

    def news() -> bool:
        with services.database.reading() as connection:
            kiosks = read_roll(connection, "", now, services.config)
        return any(Fault.BEYOND in one.news for one in kiosks)

    assert news()
    post(technician, f"{way}/da-biet", fault="beyond", words="Máy cũ, đang thay")
    assert not news()
    pen = Pen()
    pen.rating(5, counter="Q9")
    office.append(pen)
    assert not news()
    now = NOON + timedelta(minutes=10)
    assert news()


def test_a_counter_is_granted_its_ratings_are_counted_and_the_grant_is_ended(
    technician: Person,
    office: Office,
    way: str,
) -> None:
    assert post(technician, f"{way}/quay", what="grant", counter="Q2").status_code == 303
    assert post(technician, f"{way}/doc-lai").status_code == 303

    assert office.rows("rating", "seq", "counter_id") == [(1, 2)]
    assert office.rows("unread", "seq") == [(2,)]
    assert "Được ghi nhận cho cả quầy Q2" in technician.client.get(way).text
    assert post(technician, f"{way}/quay", what="end", counter="Q2").status_code == 303
    assert "đã thôi" in technician.client.get(way).text
    assert [one for one in actions(office.database) if "granted" in one] == ["device.granted", "device.ungranted"]


@pytest.mark.parametrize("counter", ["Q3", "Q1", "NONE"])
def test_a_counter_of_another_unit_or_its_own_is_refused(
    technician: Person,
    office: Office,
    way: str,
    counter: str,
) -> None:
    assert post(technician, f"{way}/quay", what="grant", counter=counter).status_code == 400
    assert office.rows("device_grant") == []


def test_what_the_update_took_over_is_listed_until_somebody_looked_at_it(
    technician: Person,
    office: Office,
    way: str,
) -> None:
    row = {"device_id": office.device.device_id, "counter_id": 2, "granted_at": NOON, "granted_by": "collector"}
    with office.database.writing() as connection:
        connection.execute(insert(schema.device_grant).values(row))
    assert office.device.device_id in technician.client.get("/may.csv?loi=quay-can-xem").text
    assert "do bản cập nhật" in technician.client.get(way).text

    assert post(technician, f"{way}/quay", what="confirm").status_code == 303

    assert office.rows("device_grant", "granted_by") == [("son",)]
    assert office.device.device_id not in technician.client.get("/may.csv?loi=quay-can-xem").text


def test_a_code_for_a_hall_and_the_machine_that_takes_its_place_serve_the_same_counters(
    technician: Person,
    office: Office,
    way: str,
) -> None:
    told = office.device.device_id[:8]
    assert post(technician, "/may", counter="Q1", serves="Q2", standing=told).status_code == 200
    assert post(technician, "/may", counter="Q1", serves="Q2 Q3").status_code == 400
    post(technician, f"{way}/quay", what="grant", counter="Q2")
    assert post(technician, f"{way}/thay").status_code == 200

    assert office.rows("enrolment_code", "grants") == [([2],), ([2],)]


def test_a_report_says_that_ratings_stand_on_the_day_of_their_receipt(
    technician: Person,
    office: Office,
    way: str,
) -> None:
    with office.database.writing() as connection:
        connection.execute(update(schema.account).values(role="supervisor"))
    pen = Pen()
    pen.rating(3, boot="dead", at="1970-01-01T07:00:00+07:00")
    office.append(pen, received_at=NOON - timedelta(days=1))

    page = technician.client.get("/t/XA/Q1").text

    assert re.search(r"tính vào ngày nhận được.*Quầy: .*Quầy 1", page)
    assert "tính vào ngày nhận được" not in technician.client.get("/t/XA/Q2").text
    assert "tính vào ngày nhận được" not in technician.client.get("/").text
    assert technician.client.get("/v1/tallies?from=2026-11-19&to=2026-11-20").json()["undated"] == ["Q1"]
    assert "tính vào ngày nhận được" in technician.client.get("/xuat/csv/XA/Q1").text
