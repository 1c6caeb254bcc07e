"""Tokens: what a program of those entitled reads with, and what becomes of one that is over, withdrawn or greedy."""

import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

import pytest
from starlette.testclient import TestClient

from sync.collector.errors import UsageWrong
from sync.collector.people import accounts
from sync.collector.people.rights import Role
from sync.collector.people.token_order import DAYS_MAX, Readable, TokenOrder
from sync.collector.people.tokens import AT_ONCE, CALL_S, find_holder, list_tokens, new_token, take_call, withdraw_token
from sync.collector.run.app import create_app
from sync.collector.services.services import Services, make_services
from sync.collector.settings.collector import CollectorConfig, Reports
from tests.sync.collector.builders import NOON, Office
from tests.sync.collector.kiosk_client import URL

TALLIES = "/v1/tallies?from=2026-11-01&to=2026-11-20"
Make = Callable[..., str]
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""One engine where both are asked the same."""


@pytest.fixture
def make(office: Office) -> Make:
    """Makes a token of the office's unit."""

    def made(name: str = "kho", may: tuple[Readable, ...] = (Readable.NUMBERS,), days: int = 180) -> str:
        with office.database.writing() as connection:
            return new_token(connection, TokenOrder(name, "XA", may, days), NOON, "command line: test")

    return made


class Clock:
    """Stands where it is put."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def program(services: Services, office: Office, clock: Clock) -> Iterator[TestClient]:
    """A program elsewhere, where people have accounts."""
    with office.database.writing() as connection:
        accounts.new_account(connection, "lan", "Lan", Role.VIEWER, None, NOON, "test")
    app = create_app(replace(services, now=clock))
    with TestClient(app, base_url=URL, client=("192.0.2.7", 1), follow_redirects=False) as client:
        yield client


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def status_of(client: TestClient, token: str, address: str = TALLIES) -> int:
    return client.get(address, headers=bearer(token)).status_code


def said(office: Office) -> list[tuple[object, ...]]:
    return [row for row in office.rows("audit", "actor", "action", "subject", "path") if "token" in str(row[1])]


def test_a_token_opens_what_it_reads_and_is_nowhere_but_with_its_holder(
    program: TestClient, make: Make, office: Office
) -> None:
    token = make()

    assert re.fullmatch(r"hailong_[0-9A-Za-z]{43}", token)
    assert status_of(program, token) == 200
    assert program.get(TALLIES).status_code == 401
    (row,) = office.rows("token")
    assert sha256(token.encode()).digest() in row
    assert token not in str([office.rows(name) for name in ("token", "audit")])


@ON_SQLITE
def test_no_token_opens_a_page_or_what_it_does_not_read(program: TestClient, make: Make) -> None:
    every = make("moi", tuple(Readable))
    fleet = make("may", (Readable.FLEET,))

    for page in ("/", "/t", "/gop-y", "/may", "/may.csv", "/xuat/csv", "/tai-khoan", "/nhat-ky", "/vu-viec.csv"):
        assert program.get(page, headers=bearer(every)).status_code == 303, page
    refused = program.get(TALLIES, headers=bearer(fleet))
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:hailong:problem:access-denied")


@ON_SQLITE
def test_a_token_is_taken_from_the_header_alone(program: TestClient, make: Make) -> None:
    token = make()

    assert program.get(f"{TALLIES}&access_token={token}&token={token}").status_code == 401
    assert program.get(TALLIES, headers={"Cookie": f"__Host-signed-in={token}; signed-in={token}"}).status_code == 401
    assert program.get(TALLIES, headers={"Authorization": f"Basic {token}"}).status_code == 401


def test_what_is_no_token_is_told_how_to_come_again(program: TestClient) -> None:
    for given in ("", "x", "hailong_", "hailong_" + "0" * 43, "hailong_" + "é" * 43):
        answer = program.get(TALLIES, headers={"Authorization": f"Bearer {given}".encode()})

        assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json"), given
        assert answer.json()["type"] == "urn:hailong:problem:token-refused"
        assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'


def test_a_withdrawn_token_is_refused_at_once_by_every_process(
    program: TestClient, services: Services, make: Make, office: Office
) -> None:
    token = make()
    other = make_services(services.config, office.database, lambda: NOON)
    elsewhere = TestClient(create_app(other), base_url=URL, client=("192.0.2.8", 1))
    assert status_of(program, token) == status_of(elsewhere, token) == 200

    with office.database.writing() as connection:
        withdraw_token(connection, "kho", NOON, "test")

    assert status_of(program, token) == status_of(elsewhere, token) == 401
    other.writer.close()


@ON_SQLITE
def test_a_token_is_over_on_its_day(program: TestClient, make: Make, clock: Clock) -> None:
    token = make(days=3)

    clock.now = NOON + timedelta(days=3, seconds=-1)
    before = status_of(program, token)
    clock.now = NOON + timedelta(days=3)

    assert (before, status_of(program, token)) == (200, 401)


@ON_SQLITE
def test_a_withdrawn_token_is_not_let_in_where_anybody_is(services: Services, office: Office, make: Make) -> None:
    token = make()
    config = CollectorConfig(public_url=URL, reports=Reports("open"))
    anybody = TestClient(create_app(replace(services, config=config)), base_url=URL, client=("192.0.2.7", 1))
    with office.database.writing() as connection:
        withdraw_token(connection, "kho", NOON, "test")

    assert anybody.get(TALLIES).status_code == 200
    assert status_of(anybody, token) == 401


@ON_SQLITE
def test_what_the_settings_close_no_token_opens(services: Services, make: Make) -> None:
    token = make()
    config = CollectorConfig(public_url=URL, reports=Reports("closed"))
    closed = TestClient(create_app(replace(services, config=config)), base_url=URL, client=("192.0.2.7", 1))

    assert status_of(closed, token) == 403


def test_made_withdrawn_and_the_first_use_of_a_day_stand_in_the_audit_log(
    program: TestClient, make: Make, office: Office, clock: Clock
) -> None:
    token = make()
    for _ in range(3):
        status_of(program, token)
    clock.now = NOON + timedelta(days=1)
    status_of(program, token)
    with office.database.writing() as connection:
        withdraw_token(connection, "kho", NOON, "lan")

    assert said(office) == [
        ("command line: test", "token new", "kho", None),
        ("token kho", "token use", "kho", "XA/"),
        ("token kho", "token use", "kho", "XA/"),
        ("lan", "token withdraw", "kho", ""),
    ]
    readings = [row for row in office.rows("audit", "actor", "action", "path") if row[1] == "reading"]
    assert readings == [("token kho", "reading", "XA/")]


def test_who_calls_too_often_is_told_how_long_to_wait_whatever_process_answered(
    program: TestClient, make: Make, office: Office, clock: Clock
) -> None:
    token = make()
    with office.database.writing() as connection:
        reader = find_holder(connection, token, NOON)
        assert reader is not None
        for _ in range(AT_ONCE):
            assert take_call(connection, reader, NOON, NOON.date()) is None

    refused = program.get(TALLIES, headers=bearer(token))
    clock.now = NOON + timedelta(seconds=CALL_S)
    later, again = status_of(program, token), status_of(program, token)

    assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
    assert refused.json()["type"] == "urn:hailong:problem:too-many-requests"
    assert (later, again) == (200, 429)


def test_a_token_is_made_only_as_it_may_be(office: Office, make: Make) -> None:
    make()
    with office.database.writing() as connection:
        withdraw_token(connection, "kho", NOON, "test")
    wrong = [
        TokenOrder("kho", "XA", [Readable.NUMBERS], 1),
        TokenOrder("Kho số liệu", "XA", [Readable.NUMBERS], 1),
        TokenOrder("khac", "XZ", [Readable.NUMBERS], 1),
        TokenOrder("khac", "XA", [Readable.NUMBERS], 0),
        TokenOrder("khac", "XA", [Readable.NUMBERS], DAYS_MAX + 1),
    ]

    with office.database.writing() as connection:
        for order in wrong:
            with pytest.raises(UsageWrong):
                new_token(connection, order, NOON, "test")
        for name in ("kho", "khac"):
            with pytest.raises(UsageWrong):
                withdraw_token(connection, name, NOON, "test")
        (row,) = list_tokens(connection)

    assert (row.name, row.code, row.may, row.used_on) == ("kho", "XA", "numbers", None)


@ON_SQLITE
def test_a_token_stands_in_no_log(
    program: TestClient, make: Make, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    token = make()
    with caplog.at_level(logging.DEBUG):
        status_of(program, token)
        status_of(program, token, "/v1/nowhere")
        status_of(program, token[:-1] + "!")

    printed = capfd.readouterr()
    assert "refused" in printed.out + printed.err
    assert token[8:-1] not in caplog.text + printed.out + printed.err
