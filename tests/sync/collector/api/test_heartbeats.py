"""Words of many kiosks are kept together; who may speak is known at once, wherever it was changed."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import Connection, event, select, update
from starlette.testclient import TestClient

from kiosk.domain.instant import Instant
from sync.collector.errors import CollectorBusy, JournalForeign
from sync.collector.fleet.devices import directory
from sync.collector.fleet.devices.credentials import move_device, revoke_device
from sync.collector.fleet.devices.grants import end_grants, grant_counters
from sync.collector.fleet.kiosks.status import NotKept, Word, keep_words
from sync.collector.fleet.places.units import rename_counter, rename_unit
from sync.collector.people.audit import note
from sync.collector.services import heartbeats
from sync.collector.services.heartbeats import EACH_MAX, TOGETHER_MIN, WAITING_MAX
from sync.collector.services.services import Services
from sync.collector.store import schema
from sync.collector.store.changes import read_change
from sync.collector.store.schema import micros
from sync.protocol.messages import DeviceStatus, KeyRequest, StatusAnswer, encode_message
from sync.protocol.signature import prove_key
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


def replace_status(said: Word, **values: Any) -> DeviceStatus:
    """What a word says, but for these."""
    return msgspec.structs.replace(said.status, **values)


def new_key_of(kiosk: KioskKey) -> bytes:
    """A request for another key, proven."""
    new = KioskKey()
    return encode_message(KeyRequest(new.public, prove_key(new.private, kiosk.keyid)))


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
    assert len(commits) == 1 < len(words) <= TOGETHER_MIN
    told = {row[0]: row[1]["journal_id"] for row in office.rows("device_status", "device_id", "status")}
    assert told == {one.device_id: one.status.journal_id for one in words}
    offsets = {row[0]: row[1] for row in office.rows("journal", "journal_id", "boot_offset_us")}
    assert offsets == {one.status.journal_id: schema.micros(NOON) - one.clock.mono_us for one in words}


def of_strangers(office: Office, n: int) -> list[Word]:
    """Words of so many kiosks that nobody knows."""
    said = word(office, Pen())
    return [said._replace(device_id=str(UUID(int=2**100 + i))) for i in range(n)]


@pytest.mark.parametrize(("took_s", "together"), [(0.01, [64] * 9), (3.0, [64, 128, 256, 128])])
def test_a_slow_disk_takes_more_words_at_a_time(
    services: Services, office: Office, monkeypatch: pytest.MonkeyPatch, took_s: float, together: list[int]
) -> None:
    kept: list[int] = []

    def counting(connection: Connection, words: Sequence[Word], *rest: Any) -> Any:
        kept.append(len(words))
        return keep_words(connection, words, *rest)

    monkeypatch.setattr(heartbeats, "keep_words", counting)
    monkeypatch.setattr(services.heartbeats, "_monotonic", lambda: took_s * len(kept))

    answers = say(services, of_strangers(office, 576))

    assert answers == [NotKept.KEY] * 576
    assert kept == together


def test_kiosk_waits_rather_than_being_put_off_until_very_many_wait(services: Services, office: Office) -> None:
    *answers, last = say(services, of_strangers(office, WAITING_MAX + 1))

    assert answers == [NotKept.KEY] * WAITING_MAX
    assert isinstance(last, CollectorBusy)


def test_one_odd_word_among_many_costs_few_commits(
    services: Services, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    *others, odd = of_strangers(office, 256)
    tries: list[int] = []

    def picky(connection: Connection, words: Sequence[Word], *rest: Any) -> Any:
        tries.append(len(words))
        if odd in words:
            raise ValueError("no column holds this")
        return keep_words(connection, words, *rest)

    monkeypatch.setattr(heartbeats, "keep_words", picky)

    *answers, refused = say(services, [*others, odd])

    assert answers == [NotKept.KEY] * len(others)
    assert isinstance(refused, ValueError)
    # 64 at a time; in one of these the odd one is found by halves.
    assert len(tries) == 4 + 2 * 6


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
def test_change_of_kiosks_or_places_renews_the_mark(office: Office, act: str) -> None:
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
        assert read_change(connection) != before


def test_what_changes_no_kiosk_or_was_undone_leaves_the_mark(office: Office) -> None:
    with office.database.writing() as connection:
        before = read_change(connection)
    with office.database.writing() as connection:
        connection.execute(update(schema.device).values(survey="x@1"))
        connection.rollback()

    with office.database.writing() as connection:
        note(connection, NOON, "it", "reading", "x", {})

    with office.database.writing() as connection:
        assert read_change(connection) == before


def test_one_kiosk_has_a_share_of_what_waits_and_no_more(services: Services, office: Office) -> None:
    other, pen = replace(office, device=office.new_device()), Pen()
    words = [word(office, pen)] * (EACH_MAX + 10)

    *flood, answer = say(services, [*words, word(other, Pen())])

    assert isinstance(answer, StatusAnswer)
    assert [type(one) for one in flood[:EACH_MAX]] == [StatusAnswer] * EACH_MAX
    assert {type(one) for one in flood[EACH_MAX:]} == {CollectorBusy}


def test_word_that_comes_to_be_kept_after_a_later_one_does_not_replace_it(services: Services, office: Office) -> None:
    pen = Pen()
    earlier, later = word(office, pen), word(office, pen)
    later = later._replace(received_at=NOON + timedelta(seconds=1), status=replace_status(later, pending=7))

    say(services, [later])
    (answer,) = say(services, [earlier])

    assert isinstance(answer, StatusAnswer)
    ((kept, received_at),) = office.rows("device_status", "status", "received_at")
    assert (kept["pending"], received_at) == (7, later.received_at)  # type: ignore[index]
    assert office.rows("device_day", "heard", "last_at") == [(2, later.received_at)]


def test_word_that_is_sent_again_dates_nothing_anew(services: Services, office: Office) -> None:
    pen = Pen()
    pen.rating(4)
    office.append(pen)
    minute, first = timedelta(minutes=1), word(office, pen)
    pen.mono_us += 60_000_000
    second = word(office, pen)._replace(received_at=NOON + minute)
    after = second.clock
    reboot = [Instant(after.wall, n * 60_000_000, "another-boot") for n in (1, 2)]
    third, fourth = (second._replace(clock=clock, received_at=NOON + n * minute) for n, clock in enumerate(reboot, 6))
    true = micros(NOON) - first.clock.mono_us

    for one in (first, second):
        say(services, [one])
    for again in (first, second):
        say(services, [again._replace(received_at=NOON + 5 * minute)])
        assert office.rows("journal", "boot_offset_us") == [(true,)]
    say(services, [third])
    say(services, [fourth])
    now = office.rows("journal", "boot", "boot_offset_us")
    for again in (first, third, second, fourth, third):
        say(services, [again._replace(received_at=NOON + 10 * minute)])

    assert office.rows("journal", "boot", "boot_offset_us") == now == [("another-boot", micros(NOON + 5 * minute))]
    assert office.rows("boot_clock", "boot", "offset_us") == [(pen.boot, true)]


def test_no_more_is_taken_from_a_kiosk_once_its_credential_is_withdrawn(
    client: TestClient, kiosk: KioskKey, office: Office
) -> None:
    pen = Pen()
    pen.rating(4)
    assert send(client, kiosk.entries(pen)).status_code == 200
    pen.rating(5)
    with office.database.writing() as connection:
        revoke_device(connection, kiosk.keyid, NOON, "it")
    key = kiosk.request("POST", "/v1/device/key", new_key_of(kiosk), JSON)

    answers = [send(client, kiosk.entries(pen, 2)), send(client, key)]

    assert [answer.json()["type"] for answer in answers] == ["urn:hailong:problem:device-revoked"] * 2
    assert office.rows("rating", "seq", "level") == [(1, 4)]


def test_key_that_was_changed_elsewhere_brings_nothing_more(
    client: TestClient, kiosk: KioskKey, office: Office
) -> None:
    pen = Pen()
    pen.rating(4)
    old = kiosk.entries(pen)
    assert send(client, kiosk.request("GET", f"/v1/journals/{pen.journal_id}")).status_code == 200
    new = enrolled_key(office.database, kiosk.keyid)

    assert send(client, old).json()["type"] == "urn:hailong:problem:signature-invalid"
    assert send(client, new.entries(pen)).status_code == 200


def test_kiosk_is_believed_again_where_the_database_is_put_back_to_before_its_withdrawal(
    client: TestClient, kiosk: KioskKey, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = kiosk.request("POST", "/v1/device/status", status_of(Pen()), JSON)
    assert send(client, call).status_code == 200
    with office.database.writing() as connection:
        mark = read_change(connection)
        revoke_device(connection, kiosk.keyid, NOON, "it")
    assert [send(client, call).status_code for _ in range(2)] == [403, 403]

    with office.database.writing() as connection:
        put_back = "UPDATE device SET revoked_at = NULL", f"UPDATE fleet_change SET n = {mark}"
        for statement in put_back:
            connection.exec_driver_sql(statement)
    monkeypatch.setattr(directory, "ASKED_S", 0.0)

    assert send(client, call).status_code == 200


def test_word_does_not_wait_for_a_journal_that_is_being_judged(services: Services, office: Office) -> None:
    if services.database.is_sqlite:
        return  # it has one writer, and no rows to be locked
    pen = Pen()
    pen.rating(4)
    office.append(pen)
    pen.mono_us += 500_000
    journals = select(schema.journal.c.journal_id).where(schema.journal.c.journal_id == pen.journal_id)
    later = word(office, pen)._replace(clock=replace(pen.instant(), boot="another-boot", mono_us=1))

    with services.database.writer.begin() as judging:
        judging.execute(journals.with_for_update())
        judging.exec_driver_sql("SET LOCAL lock_timeout = '1s'")
        answers = say(services, [word(office, pen)]) + say(services, [later])

    assert [type(one) for one in answers] == [StatusAnswer, StatusAnswer]
    assert len(office.rows("device_status")) == 1
