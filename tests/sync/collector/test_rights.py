"""Every door × role × unit: nobody opens what their role does not, nor is told of a foreign unit or its counts."""

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import insert
from starlette.testclient import TestClient

from sync.collector import accounts, passwords, schema
from sync.collector.app import create_app
from sync.collector.config import CollectorConfig
from sync.collector.rights import Role
from sync.collector.services import Services
from tests.sync.collector.builders import NOON, Office, Pen
from tests.sync.collector.kiosk_client import URL
from tests.sync.collector.test_api_access import doors

PASSWORD = "mưa rào tháng tám"
FOREIGN = ("Xã Bí Mật", "Quầy Kín", "XB", "Q3", "7777")
"""Whatever would tell of the other unit; it has 7777 transactions."""

READING = {Role.VIEWER, Role.SUPERVISOR, Role.ADMINISTRATOR, Role.AUDITOR}
TAKING = READING - {Role.VIEWER}
OPEN = {"/healthz", "/readyz", "/openapi.json", "/assets/page.css", "/dang-nhap"}
OWN_RULES = {"/metrics", "/v1/enrolments", "/dang-xuat", "/mat-khau", "/nhat-ky", "/nhat-ky.csv"}


@pytest.fixture
def database_url(sqlite_template, tmp_path) -> Iterator[str]:  # type: ignore[no-untyped-def]
    """One engine: what is asked of the database here is asked of both elsewhere."""
    path = tmp_path / "rights.db"
    path.write_bytes(sqlite_template.read_bytes())
    return f"sqlite:///{path}"


@pytest.fixture
def clients(services: Services, office: Office, monkeypatch: pytest.MonkeyPatch) -> dict[Role, TestClient]:
    """Somebody of each role at the unit XA, signed in; a foreign unit XB with ratings beside it."""
    quick = passwords.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", quick)
    _open_foreign_unit(office)
    pen = Pen()
    for number in range(60):
        pen.rating(1 + number % 5)
    office.append(pen, received_at=NOON - timedelta(days=1))
    app = create_app(replace(services, config=CollectorConfig(public_url=URL)))
    return {role: _signed_in(office, app, role) for role in Role}


def _open_foreign_unit(office: Office) -> None:
    with office.database.writing() as connection:
        foreign = {"unit_id": 2, "code": "XB", "name": "Xã Bí Mật", "kind": "office", "path": "XB/"}
        connection.execute(insert(schema.unit), foreign)
        place = {"counter_id": 3, "code": "Q3", "name": "Quầy Kín", "unit_id": 2, "created_at": NOON}
        connection.execute(insert(schema.counter), place)
    device = replace(office.new_device(), counter_id=3, counters={"Q3": 3})
    there = Office(office.database, device)
    pen = Pen()
    for _ in range(40):
        pen.rating(5)
    there.append(pen, received_at=NOON - timedelta(days=1))
    with office.database.writing() as connection:
        served = {"counter_id": 3, "day": (NOON - timedelta(days=1)).date(), "n": 7777, "seq": 1, "received_at": NOON}
        connection.execute(insert(schema.transaction_count), {"journal_id": pen.journal_id, **served})


def _signed_in(office: Office, app: Any, role: Role) -> TestClient:
    with office.database.writing() as connection:
        accounts.new_account(connection, str(role), "Ai Đó", role, "XA", NOON, "test")
        accounts.change_password(connection, str(role), PASSWORD, NOON)
    client = TestClient(app, base_url=URL, client=("192.0.2.7", 1), follow_redirects=False)
    key = re.search(r'form_key" value="(\w+)"', client.get("/dang-nhap").text)
    assert key
    form = {"form_key": key[1], "name": str(role), "password": PASSWORD}
    assert client.post("/dang-nhap", data=form).status_code == 303
    return client


def addresses(app: Any, unit: str, counter: str) -> list[str]:
    """Every address of the app that can be read, filled in for a unit and its counter."""
    found = []
    for method, path in sorted(doors(app)):
        if method == "GET" and not path.startswith(("/v1/journals", "/v1/device")):
            filled = path.replace("{unit}", unit).replace("{counter}", counter).replace("{subject}", "share")
            found += [
                filled.replace("{form}", form) for form in (("csv", "xlsx", "pdf") if "{form}" in path else ("",))
            ]
    return [*found, f"/v1/report?unit={unit}", f"/v1/report?unit={unit}&counter={counter}", f"/v1/tallies?unit={unit}",
            f"/v1/tallies?counter={counter}", "/v1/tallies?from=2026-01-01&to=2026-12-31", "/t?ky=2026"]  # fmt: skip


def words_of(answer: Any) -> str:
    """Everything that an answer says, whatever its form."""
    if answer.content.startswith(b"%PDF"):
        return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
    if answer.content.startswith(b"PK"):
        book = load_workbook(io.BytesIO(answer.content))
        return " ".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)
    return str(answer.text)


def test_no_role_meets_a_foreign_unit_behind_any_door(clients: dict[Role, TestClient]) -> None:
    tried = 0
    for role, client in clients.items():
        for address in addresses(client.app, "XB", "Q3"):
            answer = client.get(address)
            tried += 1
            named = "XB" in address or "Q3" in address
            assert not (named and answer.status_code == 200), (role, address)
            # What somebody typed in may be said back to them; that it is there may not.
            told, asked = words_of(answer), {"XB", "Q3"} if named else set()
            assert [word for word in FOREIGN if word in told and word not in asked] == [], (role, address)

    assert tried > 150


def test_every_role_opens_its_own_doors_and_no_other(clients: dict[Role, TestClient]) -> None:
    for role, client in clients.items():
        for address in addresses(client.app, "XA", "Q1"):
            path = address.partition("?")[0]
            if path in OPEN | OWN_RULES:
                continue
            allowed = TAKING if path.startswith(("/xuat/", "/v1/")) else READING
            assert client.get(address).status_code == (200 if role in allowed else 403), (role, address)


def test_exports_count_the_own_unit_alone(clients: dict[Role, TestClient]) -> None:
    found = clients[Role.SUPERVISOR].get("/v1/report?period=2026-11").json()

    assert found["place"] == "XA"
    assert found["tables"]["figures"][0]["n"] == 60
    assert clients[Role.SUPERVISOR].get("/v1/tallies?from=2026-11-01&to=2026-11-30").json()["recorded"] == 60


def test_without_signing_in_nothing_is_shown(clients: dict[Role, TestClient]) -> None:
    stranger = TestClient(clients[Role.VIEWER].app, base_url=URL, client=("127.0.0.1", 1), follow_redirects=False)

    for address in addresses(stranger.app, "XA", "Q1"):
        path = address.partition("?")[0]
        if path not in OPEN | {"/metrics"}:
            answer = stranger.get(address)
            assert answer.status_code in (303, 401), address
            assert "Xã" not in answer.text


def test_a_unit_that_may_not_be_seen_is_as_one_that_is_not_there(clients: dict[Role, TestClient]) -> None:
    client = clients[Role.SUPERVISOR]

    there, nowhere = client.get("/t/XB"), client.get("/t/XZ")

    assert there.status_code == nowhere.status_code == 404
    assert there.text.replace("XB", "XZ") == nowhere.text
