"""Enrolment: a one-time code and a kiosk's own key become a device, once."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert
from starlette.testclient import TestClient

from sync.collector.fleet.devices.devices import CODE_ALPHABET, new_code
from sync.collector.store.database import Database
from sync.collector.store.schema import enrolment_failure
from tests.sync.collector.builders import NOON, Office, Pen
from tests.sync.collector.kiosk_client import KioskKey, WireRequest, send

JSON = {"Content-Type": "application/json"}


def make_code(database: Database, counter: str = "Q2", valid: timedelta = timedelta(hours=1)) -> str:
    with database.writing() as connection:
        return new_code(connection, counter, "sipas-5@1", valid, NOON, "test")


def enrolment(key: KioskKey, code: str, public: str | None = None) -> WireRequest:
    body = {"code": code, "public_key": public or key.public, "journal_id": Pen().journal_id, "info": {"host": "k1"}}
    return key.request("POST", "/v1/enrolments", json.dumps(body).encode(), JSON)


def problem(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix("urn:hailong:problem:")


def test_a_code_and_a_key_become_the_kiosk_of_the_codes_counter(client: TestClient, office: Office) -> None:
    key = KioskKey()

    answer = send(client, enrolment(key, make_code(office.database)))

    assert answer.status_code == 200
    enrolled = answer.json()
    assert (enrolled["counter"], enrolled["counter_name"], enrolled["unit_name"]) == ("Q2", "Quầy 2", "Xã Bắc Sơn")
    key.keyid = enrolled["device_id"]
    pen = Pen()
    pen.rating(4)
    assert send(client, key.entries(pen)).status_code == 200
    assert [row[0] for row in office.rows("rating", "counter_id")] == [2]


def test_the_same_code_and_key_get_the_same_answer_so_a_lost_one_burns_nothing(
    client: TestClient, office: Office
) -> None:
    key, code = KioskKey(), make_code(office.database)

    answers = [send(client, enrolment(key, code)).json() for _ in range(2)]

    assert answers[0] == answers[1]
    assert len(office.rows("device")) == 2


def test_a_code_is_taken_however_it_is_typed(client: TestClient, office: Office) -> None:
    code = make_code(office.database)

    assert send(client, enrolment(KioskKey(), f" {code.lower().replace('-', ' ')} ")).status_code == 200


def test_a_used_code_is_refused_to_another_key(client: TestClient, office: Office) -> None:
    code = make_code(office.database)
    send(client, enrolment(KioskKey(), code))

    assert problem(send(client, enrolment(KioskKey(), code))) == (403, "code-refused")


def test_wrong_and_expired_codes_are_refused_alike(client: TestClient, office: Office) -> None:
    expired = make_code(office.database, valid=timedelta(0))

    answers = [send(client, enrolment(KioskKey(), code)) for code in ("BBBB-BBBB", expired, "?")]

    assert [problem(answer) for answer in answers] == [(403, "code-refused")] * 3
    assert len({answer.text for answer in answers}) == 1


def test_after_too_many_wrong_codes_every_code_must_wait(client: TestClient, office: Office) -> None:
    with office.database.writing() as connection:
        connection.execute(insert(enrolment_failure).values(hour=NOON, failures=100))

    answer = send(client, enrolment(KioskKey(), make_code(office.database)))

    assert problem(answer) == (429, "too-many-requests")
    assert 0 < int(answer.headers["retry-after"]) <= 3600


def test_failures_are_counted(client: TestClient, office: Office) -> None:
    for _ in range(2):
        send(client, enrolment(KioskKey(), "BBBB-BBBB"))

    assert office.rows("enrolment_failure", "hour", "failures") == [(NOON, 2)]


def test_a_key_is_enrolled_by_its_own_signature_only(client: TestClient, office: Office) -> None:
    code = make_code(office.database)

    answer = send(client, enrolment(KioskKey(), code, public=KioskKey().public))

    assert problem(answer) == (401, "signature-invalid")


def test_a_kiosk_that_is_known_moves_to_the_counter_of_its_new_code(client: TestClient, office: Office) -> None:
    key = KioskKey()
    first = send(client, enrolment(key, make_code(office.database, "Q1"))).json()

    second = send(client, enrolment(key, make_code(office.database, "Q2"))).json()

    assert second == {**first, "counter": "Q2", "counter_name": "Quầy 2"}


def test_only_a_hash_of_the_code_is_stored_and_none_in_the_audit_log(client: TestClient, office: Office) -> None:
    code = make_code(office.database)

    assert set(code.replace("-", "")) <= set(CODE_ALPHABET)
    stored = repr([office.rows(table) for table in ("enrolment_code", "audit")])
    assert code not in stored
    assert code.replace("-", "") not in stored


@pytest.mark.parametrize("body", [b"", b"[]", b'{"code":1}', b"\xff", b"[" * 60_000])
def test_a_body_that_is_no_enrolment_is_a_problem(client: TestClient, body: bytes) -> None:
    answer = send(client, KioskKey().request("POST", "/v1/enrolments", body, JSON))

    assert problem(answer) == (400, "request-invalid")
