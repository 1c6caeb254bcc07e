"""Silent means one thing on every page, says so once at night, and names no more than ten kiosks."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert
from starlette.testclient import TestClient

from sync.collector.run.app import create_app
from sync.collector.services.services import Services
from sync.collector.settings.collector import CollectorConfig
from sync.collector.store import schema
from tests.sync.collector.builders import NOON, Office
from tests.sync.collector.kiosk_client import URL

NIGHT = NOON + timedelta(hours=10)
NOTHING_EXPECTED = "Hiện không có cơ quan nào mở cửa; không máy nào cần liên lạc cho đến 07:30 23/11/2026."


def page(services: Services, now: datetime, way: str = "/") -> str:
    config = CollectorConfig(public_url=URL)
    app = create_app(replace(services, config=config, now=lambda: now))
    return " ".join(TestClient(app, base_url=URL, client=("127.0.0.1", 50000)).get(way).text.split())


def hear(office: Office, device: str, at: datetime) -> None:
    row = {"device_id": device, "received_at": at, "clock_ahead_us": 0, "status": {}}
    with office.database.writing() as connection:
        connection.execute(insert(schema.device_status), row)


@pytest.fixture
def thirteen(office: Office) -> Office:
    """Thirteen kiosks, of which the first spoke a minute before noon and all others in the morning."""
    hear(office, str(office.device.device_id), NOON - timedelta(minutes=1))
    for minutes in range(12):
        hear(office, office.new_device().device_id, NOON - timedelta(hours=2, minutes=minutes))
    return office


def test_today_names_ten_silent_kiosks_with_their_unit_and_links_to_the_rest(
    services: Services, thirteen: Office
) -> None:
    today, all_of_them = page(services, NOON), page(services, NOON, "/im-lang")

    assert "<b>1/13 máy</b>" in today
    assert today.count("</svg> Xã Bắc Sơn, Quầy 1: im lặng từ") == 10
    # The longest silent first.
    assert today.index("im lặng từ 09:49") < today.index("im lặng từ 09:51")
    assert 'href="/im-lang">và 2 máy im lặng khác</a>' in today
    assert all_of_them.count("im lặng từ") == 12


def test_overview_and_today_say_the_same(services: Services, thirteen: Office) -> None:
    overview = page(services, NOON, "/t")

    assert "<b>1/13 máy</b>" in overview
    assert overview.count("</svg> Xã Bắc Sơn, Quầy 1: im lặng từ") == 2
    assert "và 10 máy im lặng khác" in overview


@pytest.mark.parametrize("way", ["/", "/t"])
def test_one_line_says_that_no_office_is_open(services: Services, office: Office, way: str) -> None:
    hear(office, str(office.device.device_id), NOON - timedelta(hours=2))

    by_day, at_night = page(services, NOON, way), page(services, NIGHT, way)

    assert NOTHING_EXPECTED not in by_day
    assert by_day.count("Quầy 1: im lặng từ") >= 1
    assert at_night.count(NOTHING_EXPECTED) == 1
    assert "</svg> Xã Bắc Sơn, Quầy 1: im lặng từ" not in at_night


def test_a_kiosk_that_was_silent_before_its_office_closed_is_named_at_night_too(
    services: Services, office: Office
) -> None:
    hear(office, str(office.device.device_id), NOON - timedelta(hours=2))
    hear(office, office.new_device().device_id, NOON + timedelta(hours=4, minutes=59))

    at_night = page(services, NIGHT)

    assert NOTHING_EXPECTED in at_night
    assert "Xã Bắc Sơn, Quầy 1: im lặng từ 10:00" in at_night
