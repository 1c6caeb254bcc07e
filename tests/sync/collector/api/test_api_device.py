"""What a kiosk asks and tells about itself."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event
from starlette.testclient import TestClient

from sync.collector.fleet.devices.own import note_address
from sync.collector.fleet.rollouts.effective import InForceCache
from sync.collector.services.heartbeats import TOLD_MAX, TOLD_S, Heartbeats
from sync.collector.settings.collector import CollectorConfig
from sync.collector.store.writer import writer_for
from sync.protocol.messages import DeviceSettings, decode_message
from sync.protocol.own_key import OwnKeyAnswer, check_answer
from tests.sync.collector.builders import NOON, Office, Pen
from tests.sync.collector.kiosk_client import URL, KioskKey, send

JSON = {"Content-Type": "application/json"}


def status_of(pen: Pen, **values: object) -> bytes:
    head = pen.cursor().head.hex()
    common = {"software": "0.1.0", "journal_id": pen.journal_id, "next_seq": 1, "head": head, "pending": 3}
    return json.dumps({**common, **values}).encode()


def test_settings_are_sent_once_and_again_only_when_they_changed(client: TestClient, kiosk: KioskKey) -> None:
    first = send(client, kiosk.request("GET", "/v1/device"))
    again = send(client, kiosk.request("GET", "/v1/device", headers={"If-None-Match": first.headers["etag"]}))

    key = first.json().pop("collector_key")
    assert first.json() == {
        "counter": "Q1", "counter_name": "Quầy 1", "unit_name": "Xã Bắc Sơn", "counters": ["Q2"], "collector_key": key,
    }  # fmt: skip
    assert (again.status_code, again.content) == (304, b"")


def test_a_kiosk_that_was_told_of_other_settings_gets_them_without_a_look_at_the_database(
    client: TestClient, kiosk: KioskKey, office: Office
) -> None:
    pen, asked = Pen(), list[str]()
    read = send(client, kiosk.request("GET", "/v1/device"))
    send(client, kiosk.request("POST", "/v1/device/status", status_of(pen, settings='"old"'), JSON))
    for engine in (office.database.reader, office.database.writer):
        event.listen(engine, "before_cursor_execute", lambda *each: asked.append(each[2]))

    told = send(client, kiosk.request("GET", "/v1/device"))

    assert (told.content, told.headers["etag"]) == (read.content, read.headers["etag"])
    assert asked == []


def test_so_many_kiosks_at_most_have_their_settings_at_hand_and_not_for_long(office: Office) -> None:
    now, writer = [0.0], writer_for(office.database)
    heartbeats = Heartbeats(writer, InForceCache(), CollectorConfig(), lambda: now[0])
    for number in range(TOLD_MAX + 1):
        heartbeats._remember(str(number), DeviceSettings("Q1"))

    kept = [heartbeats.told("0"), heartbeats.told("1")]
    now[0] = TOLD_S

    assert kept == [None, DeviceSettings("Q1")]
    assert heartbeats.told("1") is None
    writer.close()


def test_a_status_is_kept_until_the_next_and_answered_with_the_cursor(
    client: TestClient, kiosk: KioskKey, office: Office
) -> None:
    pen = Pen()
    pen.rating(5)
    send(client, kiosk.entries(pen))

    for pending in (3, 0):
        answer = send(client, kiosk.request("POST", "/v1/device/status", status_of(pen, pending=pending), JSON))
        settings = send(client, kiosk.request("GET", "/v1/device")).headers["etag"]
        assert answer.json() == {"next": 2, "head": pen.cursor().head.hex(), "settings": settings}

    ((received_at, status),) = office.rows("device_status", "received_at", "status")
    assert (received_at, status["pending"]) == (NOON, 0)  # type: ignore[index]


def test_a_refused_upgrade_is_kept_with_the_status_and_ends_with_the_next(
    client: TestClient, kiosk: KioskKey, office: Office
) -> None:
    pen = Pen()
    refused = {"version": "0.2.0", "at": "2026-11-21T18:09:33+07:00", "why": "the screen was away for 90 s"}

    for upgrade in ({"upgrade_refused": refused}, {"upgrade_refused": refused}, {}):
        body = status_of(pen, **upgrade)
        assert send(client, kiosk.request("POST", "/v1/device/status", body, JSON)).status_code == 200
        ((status,),) = office.rows("device_status", "status")
        assert status.get("upgrade_refused") == upgrade.get("upgrade_refused")  # type: ignore[attr-defined]

    noted = [details for action, details in office.rows("audit", "action", "details") if action == "device.upgrade"]
    assert noted == [{"version": "0.2.0", "why": "the screen was away for 90 s"}]


def test_a_status_tells_how_far_the_kiosks_wall_clock_is_off(
    client: TestClient, kiosk: KioskKey, office: Office
) -> None:
    pen = Pen()
    clock = replace(pen.instant(), wall=pen.instant().wall + timedelta(hours=2))

    send(client, kiosk.request("POST", "/v1/device/status", status_of(pen), JSON, clock))

    assert office.rows("device_status", "clock_ahead_us") == [(2 * 3600 * 1_000_000,)]


def test_a_boot_that_only_said_how_it_is_dates_its_entries_after_the_next_start(
    client: TestClient, kiosk: KioskKey, office: Office
) -> None:
    pen = Pen()
    pen.opened()
    send(client, kiosk.entries(pen))
    pen.boot, pen.mono_us = "second", 9_000_000
    send(client, kiosk.request("POST", "/v1/device/status", status_of(pen), JSON, pen.instant()))
    pen.rating(5, at="1970-01-01T07:00:00+07:00")
    pen.boot, pen.mono_us = "third", 0

    send(client, kiosk.entries(pen, 2))

    assert office.rows("rating", "time_quality", "pressed_at") == [("corrected", NOON)]


def test_a_status_about_another_devices_journal_is_refused(client: TestClient, kiosk: KioskKey, office: Office) -> None:
    pen = Pen()
    pen.rating(5)
    replace(office, device=office.new_device()).append(pen)

    answer = send(client, kiosk.request("POST", "/v1/device/status", status_of(pen), JSON))

    assert answer.status_code == 403
    assert office.rows("device_status") == []


def test_collector_proves_its_own_key_for_one_kiosk_one_address_and_one_question(
    client: TestClient, kiosk: KioskKey
) -> None:
    nonce = "0123456789abcdef" * 2

    body = send(client, kiosk.request("GET", f"/v1/device/collector?nonce={nonce}"))

    answer = decode_message(OwnKeyAnswer, body.content)
    known = send(client, kiosk.request("GET", "/v1/device")).json()["collector_key"]
    assert (answer.public_key, answer.address) == (known, URL)
    assert check_answer(answer, known, URL, kiosk.keyid, nonce) == NOON


@pytest.mark.parametrize("nonce", ["", "0123", "G" * 32, "0" * 65])
def test_question_that_is_none_is_refused(client: TestClient, kiosk: KioskKey, nonce: str) -> None:
    assert send(client, kiosk.request("GET", f"/v1/device/collector?nonce={nonce}")).status_code == 400


def test_request_for_an_earlier_address_is_taken_and_one_for_a_foreign_address_is_told(
    client: TestClient, kiosk: KioskKey, office: Office
) -> None:
    with office.database.writing() as connection:
        note_address(connection, "https://cu.example.gov.vn", NOON)
    earlier = replace(kiosk, url="https://cu.example.gov.vn").request("GET", "/v1/device")
    foreign = replace(kiosk, url="http://127.0.0.1:9999").request("GET", "/v1/device")
    foreign.headers["Host"] = "127.0.0.1:9999"

    assert send(client, earlier).status_code == 200
    refused = send(client, foreign)

    assert refused.status_code == 401
    assert refused.json()["type"] == "urn:hailong:problem:signature-invalid"
    assert refused.json()["address"] == URL
    assert "signed for http://127.0.0.1:9999" in refused.json()["detail"]


def test_request_that_was_altered_is_told_no_address(client: TestClient, kiosk: KioskKey) -> None:
    altered = kiosk.request("GET", "/v1/device")
    altered.headers["Kiosk-Clock"] = altered.headers["Kiosk-Clock"].replace("mono=", "mono=1")

    assert "address" not in send(client, altered).json()
