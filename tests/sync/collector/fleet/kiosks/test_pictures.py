"""What a kiosk's screen shows comes by its own signature, is kept once, and is shown to those who keep kiosks."""

import struct
from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from kiosk.office.picture import PICTURE_BYTES_MAX
from sync.collector.errors import QuestionWrong
from sync.collector.fleet.devices.credentials import revoke_device
from sync.collector.fleet.kiosks.pictures import KEPT_FOR, forget_pictures, keep_picture
from sync.collector.run.app import create_app
from sync.collector.services.services import Services
from tests.sync.collector.builders import NOON, Office
from tests.sync.collector.fleet.kiosks.test_fleet_page import post, technician
from tests.sync.collector.kiosk_client import URL, KioskKey, enrolled_key, send
from tests.sync.collector.people.test_accounts import Person, actions

__all__ = ["technician"]
PNG_TYPE = {"Content-Type": "image/png"}


def png(width: int = 800, height: int = 500, more: bytes = b"pixels") -> bytes:
    """A PNG's beginning: nobody here looks further."""
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sIIBBBBBI", 13, b"IHDR", width, height, 8, 6, 0, 0, 0, 0) + more


@pytest.fixture
def kiosk(office: Office) -> KioskKey:
    return enrolled_key(office.database, office.device.device_id)


def show(services: Services, kiosk: KioskKey, body: bytes, headers: Any = None) -> Any:
    client = TestClient(create_app(services), base_url=URL)
    return send(client, kiosk.request("PUT", "/v1/device/picture", body, headers or PNG_TYPE))


def test_last_picture_is_shown_to_those_who_keep_kiosks_and_to_no_other_unit(
    technician: Person, services: Services, office: Office, kiosk: KioskKey
) -> None:
    way = f"/may/{office.device.device_id}"
    assert technician.client.get(f"{way}/man-hinh.png").status_code == 404
    assert "man-hinh.png" not in technician.client.get(way).text
    for body in (png(more=b"first"), png(more=b"second")):
        assert show(services, kiosk, body).status_code == 200

    answer = technician.client.get(f"{way}/man-hinh.png")

    assert answer.content == png(more=b"second")
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff"
    for page in (way, "/may?xem=man-hinh"):
        assert 'width="800" height="500"' in technician.client.get(page).text.replace("\n    ", " ")
    other = office.rows("device", "device_id")[1][0]
    assert technician.client.get(f"/may/{other}/man-hinh.png").status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"<svg/>" + b" " * 40, 400),
        (png(0, 5), 400),
        (png(8000, 5), 400),
        (png()[:32], 400),
        (png(more=b"x" * PICTURE_BYTES_MAX), 413),
    ],
)
def test_what_is_no_picture_is_not_kept(
    services: Services, office: Office, kiosk: KioskKey, body: bytes, status: int
) -> None:
    assert show(services, kiosk, body).status_code == status
    assert show(services, kiosk, png(), {"Content-Type": "image/svg+xml"}).status_code == 415
    assert office.rows("device_picture") == []


def test_withdrawn_kiosk_shows_nothing(services: Services, office: Office, kiosk: KioskKey) -> None:
    with office.database.writing() as connection:
        revoke_device(connection, office.device.device_id, NOON, "it")

    assert show(services, kiosk, png()).status_code == 403
    assert office.rows("device_picture") == []


def test_all_kiosks_of_a_page_are_asked_at_once(technician: Person, office: Office) -> None:
    answer = post(technician, "/may/man-hinh?xem=man-hinh")

    assert (answer.status_code, answer.headers["location"]) == (303, "/may?xem=man-hinh")
    asked = office.rows("device_command", "device_id", "kind")
    assert asked == [(office.device.device_id, "picture")]
    assert actions(office.database)[-1] == "device.command"


def test_pictures_are_let_go_after_two_weeks(office: Office) -> None:
    with office.database.writing() as connection:
        keep_picture(connection, office.device.device_id, png(), NOON)
        forget_pictures(connection, NOON + KEPT_FOR)
    assert len(office.rows("device_picture")) == 1

    with office.database.writing() as connection:
        forget_pictures(connection, NOON + KEPT_FOR + timedelta(seconds=1))
    assert office.rows("device_picture") == []


def test_refusal_says_what_a_picture_is(office: Office) -> None:
    with office.database.writing() as connection, pytest.raises(QuestionWrong, match="no PNG of at most 262144 bytes"):
        keep_picture(connection, office.device.device_id, b"GIF89a", NOON)
