"""Whatever IT staff can read stands still while people press, and moves when the half day is over."""

import re
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete

from sync.collector.calendar.half_days import half_day_at, half_day_ends, told_until
from sync.collector.chores.every import transact
from sync.collector.chores.kiosks import watch_fleet
from sync.collector.fleet.devices.last_words import contact_of
from sync.collector.fleet.devices.roster import read_roster
from sync.collector.people.rights import Role
from sync.collector.services.services import Services
from sync.collector.settings.collector import Guarded
from sync.collector.store import schema
from tests.sync.collector.api.test_api_device import JSON, status_of
from tests.sync.collector.builders import HANOI, NOON, Office, Pen
from tests.sync.collector.fleet.test_reach import known_anew
from tests.sync.collector.kiosk_client import KioskKey, send
from tests.sync.collector.one_engine import database_url  # noqa: F401 - test_last_words.py asks both
from tests.sync.collector.people.test_accounts import CHOSEN, Person, settle

MORNING = NOON - timedelta(hours=2)
TOLD_AT = NOON + timedelta(minutes=10)
KIOSKS_GAUGES = re.compile(
    r"^hailong_(?:kiosks|waiting_entries|unread_lines|set_aside_lines|devices)\b.*$", re.MULTILINE
)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.fixture
def it(services: Services, office: Office, kiosk: KioskKey) -> Person:
    """Somebody of IT in the middle of a morning; the kiosk may speak for its own counter alone."""
    with office.database.writing() as connection:
        connection.execute(delete(schema.device_grant))
    known_anew(office)
    settle(services.database, "it", role=Role.IT)
    person = Person(services, metrics=Guarded("open"))
    later(person, MORNING)
    return person


def later(it: Person, now: datetime) -> None:
    """Go on then, and sign in again."""
    it.now = now
    assert it.sign_in("it", CHOSEN).status_code == 303


def read_all(it: Person, device: str) -> dict[str, object]:
    """Every page, file, gauge and command that tells of kiosks."""
    app: Any = it.client.app
    services: Services = app.state.services
    watch_fleet(services, partial(transact, services))
    app.state.gauges._read_at = float("-inf")
    ways = ("/may", "/may?xem=don-vi", "/may?loi=cho-gui", "/may?loi=vuot-quyen", "/may.csv", f"/may/{device}")
    found: dict[str, object] = {way: without_key(it.client.get(way).text) for way in ways}
    found["/metrics"] = KIOSKS_GAUGES.findall(it.client.get("/metrics").text)
    with services.database.reading() as connection:
        found["device list"] = [one.as_dict() for one in read_roster(connection, it.now, HANOI)]
    return found


def without_key(page: str) -> str:
    """A page but for what is made anew for each form."""
    return re.sub(r'name="form_key"\s+value="[^"]*"', "", page)


def tell(it: Person, kiosk: KioskKey, pen: Pen, **said: object) -> None:
    body = status_of(pen, next_seq=pen.cursor().next_seq, **said)
    assert send(it.client, kiosk.request("POST", "/v1/device/status", body, JSON)).status_code == 200


def press(it: Person, kiosk: KioskKey, pen: Pen, counter: str | None = None) -> None:
    """A press, the word of the kiosk that something waits, and its coming."""
    first = pen.cursor().next_seq
    pen.rating(4, counter=counter)
    tell(it, kiosk, pen, pending=1, oldest_pending_s=0)
    assert send(it.client, kiosk.entries(pen, first, first)).status_code == 200


def test_nothing_that_it_staff_read_moves_with_a_press(it: Person, office: Office, kiosk: KioskKey) -> None:
    device, pen = str(office.device.device_id), Pen()
    pen.opened()
    send(it.client, kiosk.entries(pen, 1, 1))
    tell(it, kiosk, pen, pending=0)
    before = read_all(it, device)

    for counter in (None, None, "Q2"):
        press(it, kiosk, pen, counter)
        assert read_all(it, device) == before

    later(it, TOLD_AT)
    tell(it, kiosk, pen, pending=0)
    page = it.client.get(f"/may/{device}").text
    assert "mục kế 5," in page
    assert '<td class="r">4</td>' in page
    assert "hôm nay, sáng" in page
    assert "quầy Q2" in page


def test_what_waits_is_told_as_of_the_half_day_that_is_over_and_less_as_it_comes(
    it: Person, office: Office, kiosk: KioskKey
) -> None:
    device, pen = str(office.device.device_id), Pen()
    for _ in range(20):
        pen.rating(4)
    tell(it, kiosk, pen, pending=20, oldest_pending_s=3600)
    later(it, NOON + timedelta(hours=3))
    pen.rating(4)
    tell(it, kiosk, pen, pending=21, oldest_pending_s=5 * 3600)

    assert "20 · đã chờ ít nhất 2 giờ" in it.client.get(f"/may/{device}").text
    send(it.client, kiosk.entries(pen, 1, 15))

    assert "5 · đã chờ ít nhất" in it.client.get(f"/may/{device}").text


def test_contact_is_told_by_the_kiosks_status_and_a_delivery_by_the_quarter_of_an_hour() -> None:
    said, delivered = MORNING + timedelta(seconds=50), MORNING + timedelta(minutes=1, seconds=20)

    assert contact_of(said, delivered) == MORNING
    assert contact_of(None, delivered + timedelta(minutes=20)) == MORNING + timedelta(minutes=15)
    assert contact_of(None, None) is None


@given(moments)
def test_half_day_that_is_not_over_begins_when_the_one_before_ended(now: datetime) -> None:
    begins, ends = told_until(now, HANOI), half_day_ends(now, HANOI)

    assert begins <= now < ends
    assert half_day_ends(begins - timedelta(seconds=1), HANOI) == begins
    assert half_day_at(begins, HANOI) == half_day_at(now, HANOI) < half_day_at(ends, HANOI)
