"""Words of many kiosks are kept together; who may speak is known at once, wherever it was changed."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event, select, update
from starlette.testclient import TestClient

from sync.collector.errors import JournalForeign
from sync.collector.fleet.devices.credentials import move_device, revoke_device
from sync.collector.fleet.devices.grants import end_grants, grant_counters
from sync.collector.fleet.kiosks.status import NotKept, Word
from sync.collector.fleet.places.units import rename_counter, rename_unit
from sync.collector.people.audit import note
from sync.collector.services.heartbeats import TOGETHER_MAX
from sync.collector.services.services import Services
from sync.collector.store import schema
from sync.collector.store.changes import read_change
from sync.protocol.messages import DeviceStatus, StatusAnswer
from tests.sync.collector.api.test_api_device import JSON, status_of
from tests.sync.collector.builders import NOON, Office, Pen
from tests.sync.collector.kiosk_client import KioskKey, enrolled_key, send


def word(office: Office, pen: Pen) -> Word:
    """What a kiosk of the office says, its key believed."""
    with office.database.reading() as connection:
        wanted = select(schema.device.c.public_key).where(schema.device.c.device_id == office.device.device_id)
        key = connection.execute(wanted).scalar_one()
    status = DeviceStatus("1.0", pen.journal_id, 1, "0" * 64, 0)
    return Word(office.device.device_id, key, status, pen.instant(), NOON)


def say(services: Services, words: Sequence[Word]) -> list[Any]:
    """What comes of words that arrive at the same moment."""

    async def together() -> list[Any]:
        return await asyncio.gather(*map(services.heartbeats.keep, words), return_exceptions=True)

    return asyncio.run(together())


def test_words_that_come_together_are_kept_by_one_commit(services: Services, office: Office) -> None:
    kiosks = [replace(office, device=office.new_device()) for _ in range(20)]
    pens = [Pen() for _ in kiosks]
    for kiosk, pen in zip(kiosks, pens, strict=True):
        pen.rating(4)
        kiosk.append(pen)
        pen.mono_us += 500_000
    words = [word(kiosk, pen) for kiosk, pen in zip(kiosks, pens, strict=True)]
    commits: list[object] = []
    event.listen(services.database.writer, "commit", commits.append)

    answers = say(services, words)

    assert [(one.next, one.head) for one in answers] == [(2, pen.cursor().head.hex()) for pen in pens]
    assert len(commits) == 1 < len(words) <= TOGETHER_MAX
    told = {row[0]: row[1]["journal_id"] for row in office.rows("device_status", "device_id", "status")}
    assert told == {one.device_id: one.status.journal_id for one in words}
    offsets = {row[0]: row[1] for row in office.rows("journal", "journal_id", "boot_offset_us")}
    assert offsets == {one.status.journal_id: schema.micros(NOON) - one.clock.mono_us for one in words}


def test_kiosk_that_speaks_twice_at_once_is_heard_twice(services: Services, office: Office) -> None:
    failed: list[object] = []
    event.listen(services.database.writer, "rollback", failed.append)

    answers = say(services, [word(office, Pen()), word(office, Pen())])

    assert [type(answer) for answer in answers] == [StatusAnswer] * 2
    assert office.rows("device_day", "heard") == [(2,)]
    assert failed == []


def test_word_that_cannot_be_kept_takes_no_other_with_it(services: Services, office: Office) -> None:
    other, foreign = replace(office, device=office.new_device()), Pen()
    foreign.rating(5)
    replace(office, device=office.new_device()).append(foreign)
    broken = replace(office, device=office.new_device())
    words = [word(office, Pen()), word(other, foreign), word(broken, Pen())]
    words[2] = words[2]._replace(clock=replace(words[2].clock, mono_us=10**30))

    answers = say(services, words)

    assert isinstance(answers[0], StatusAnswer)
    assert isinstance(answers[1], JournalForeign)
    kept = {row[0] for row in office.rows("device_status", "device_id")}
    assert kept - {broken.device.device_id} == {office.device.device_id}


def test_withdrawal_by_another_process_holds_from_the_next_word_on(
    client: TestClient, kiosk: KioskKey, office: Office
) -> None:
    call = kiosk.request("POST", "/v1/device/status", status_of(Pen()), JSON)
    assert send(client, call).status_code == 200
    with office.database.writing() as connection:
        revoke_device(connection, kiosk.keyid, NOON, "it")

    refused = send(client, call)

    assert refused.json()["type"] == "urn:hailong:problem:device-revoked"
    assert office.rows("device_day", "heard") == [(1,)]


def test_key_that_was_changed_elsewhere_is_the_key_at_once_and_the_old_one_is_none(
    client: TestClient, kiosk: KioskKey, office: Office
) -> None:
    old = kiosk.request("POST", "/v1/device/status", status_of(Pen()), JSON)
    assert send(client, old).status_code == 200
    new = enrolled_key(office.database, kiosk.keyid).request("POST", "/v1/device/status", status_of(Pen()), JSON)

    assert send(client, old).json()["type"] == "urn:hailong:problem:signature-invalid"
    assert send(client, new).status_code == 200
    assert office.rows("device_day", "heard") == [(2,)]


def test_word_by_a_key_that_is_no_more_is_not_kept(services: Services, office: Office) -> None:
    (outcome,) = say(services, [word(office, Pen())._replace(public_key="another")])

    assert outcome is NotKept.KEY
    assert office.rows("device_status") == []


@pytest.mark.parametrize("act", ["revoke", "move", "grant", "end", "counter", "unit"])
def test_change_of_kiosks_or_places_raises_the_number(office: Office, act: str) -> None:
    acts: dict[str, Any] = {
        "revoke": lambda c: revoke_device(c, office.device.device_id, NOON, "it"),
        "move": lambda c: move_device(c, office.device.device_id, "Q2", NOON, "it"),
        "grant": lambda c: grant_counters(c, office.device.device_id, ["Q2"], NOON, "it"),
        "end": lambda c: end_grants(c, office.device.device_id, ["Q2"], NOON, "it"),
        "counter": lambda c: rename_counter(c, "Q1", "Quầy Một", NOON, "it"),
        "unit": lambda c: rename_unit(c, "XA", "Xã Khác", NOON, "it"),
    }
    with office.database.writing() as connection:
        before = read_change(connection)

    with office.database.writing() as connection:
        acts[act](connection)

    with office.database.writing() as connection:
        assert read_change(connection) == before + 1


def test_what_changes_no_kiosk_or_was_undone_leaves_the_number(office: Office) -> None:
    with office.database.writing() as connection:
        before = read_change(connection)
    with office.database.writing() as connection:
        connection.execute(update(schema.device).values(survey="x@1"))
        connection.rollback()

    with office.database.writing() as connection:
        note(connection, NOON, "it", "reading", "x", {})

    with office.database.writing() as connection:
        assert read_change(connection) == before
