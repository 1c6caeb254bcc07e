"""Every door × role × unit: nobody opens what their role does not, nor is told of a foreign unit or its counts."""

import io
import re
import uuid
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import insert, update
from starlette.testclient import TestClient

from sync.collector.closed.named import FILE_FORMS
from sync.collector.people import accounts
from sync.collector.people.rights import RIGHTS, Right, Role
from sync.collector.profiles.index766 import Counts
from sync.collector.profiles.reading import import_months
from sync.collector.run.app import create_app
from sync.collector.services.services import Services
from sync.collector.settings.collector import CollectorConfig, Reports
from sync.collector.store import schema
from tests.sync.collector.api.test_api_access import doors
from tests.sync.collector.builders import NOON, Office, Pen
from tests.sync.collector.kiosk_client import URL
from tests.sync.collector.one_engine import database_url  # noqa: F401 - asked of both elsewhere
from tests.sync.collector.sharing import papers_once  # noqa: F401 - a fixture

PASSWORD = "mưa rào tháng tám"
FOREIGN = ("Xã Bí Mật", "Quầy Kín", "XK", "QKin", "7777", "stranger", "Người Lạ", "0000-000000000002")
"""Whatever would tell of the other unit; it has 7777 transactions, a kiosk and an account."""

OPEN = {
    "/healthz",
    "/readyz",
    "/openapi.json",
    "/log/checkpoint",
    "/log/keys",
    "/log/restarted",
    "/log/tile/{path:path}",
    "/log/tile/{path}",
    "/log/tile/0/000",
    "/assets/page.css",
    "/bien-nhan",
    "/dang-nhap",
    "/dang-nhap/oidc",
    "/dang-nhap/oidc/ve",
}
"""What anybody opens."""
OWN_RULES = {
    "/dang-do",
    "/metrics",
    "/v1/enrolments",
    "/dang-xuat",
    "/dang-xuat-moi-noi",
    "/dang-xuat/oidc",
    "/mat-khau",
}
"""What asks for something else than a right: the place one calls from, or only to be signed in."""
KIOSKS = ("/v1/journals", "/v1/device")
"""What a kiosk's signature opens; tests/sync/collector/api/test_api_access.py walks there."""
RULES: tuple[tuple[str, str, Right], ...] = (
    ("GET", "/nhat-ky", Right.AUDIT),
    ("GET", "/kiem-toan", Right.AUDIT),
    ("GET", "/kiem-toan-goi", Right.AUDIT),
    ("GET", "/kiem-toan-tep", Right.AUDIT),
    ("*", "/tai-khoan", Right.ACCOUNTS),
    ("*", "/thiet-lap", Right.SETTINGS),
    ("*", "/phieu-hoi", Right.SETTINGS),
    ("*", "/may", Right.FLEET),
    ("*", "/gop-y", Right.DECIDE),
    ("*", "/dau-hieu", Right.DECIDE),
    ("GET", "/vu-viec.csv", Right.EXPORT),
    ("GET", "/vu-viec", Right.FOLLOW),
    ("POST", "/vu-viec", Right.DECIDE),
    ("GET", "/xuat", Right.EXPORT),
    ("GET", "/da-chot", Right.EXPORT),
    ("GET", "/v1/closed", Right.EXPORT),
    ("GET", "/v1/counters", Right.EXPORT),
    ("GET", "/v1/series", Right.EXPORT),
    ("GET", "/v1/participation", Right.EXPORT),
    ("GET", "/v1/comments", Right.DECIDE),
    ("GET", "/v1/fleet", Right.FLEET),
    ("GET", "/v1/report", Right.EXPORT),
    ("GET", "/v1/tallies", Right.EXPORT),
    ("GET", "/xuat-766", Right.EXPORT),
    ("GET", "/xuat-tt01", Right.EXPORT),
    ("*", "/giao-dich", Right.SERVED),
    ("POST", "/766", Right.COUNTS),
    ("GET", "/766", Right.READ),
    ("GET", "/tt01", Right.READ),
    ("GET", "/quay", Right.READ),
    ("GET", "/t", Right.READ),
    ("GET", "/ly-do", Right.READ),
    ("GET", "/im-lang", Right.READ),
    ("GET", "/giai-thich", Right.READ),
)
"""Which right opens what begins so; the first that fits holds. A door that none fits makes the walk fail."""
OWN = {"unit": "XA", "counter": "Q1", "subject": "share", "name": "viewer", "device": str(uuid.UUID(int=1)),
       "number": "1", "code": "BCDF", "ref": "own@1", "command": str(uuid.UUID(int=9)),
       "path": "0/000"}  # fmt: skip
ELSE = {**OWN, "unit": "XK", "counter": "QKin", "name": "stranger", "device": str(uuid.UUID(int=2))}
MAY_BE_MISSING = ("{number}", "{code}", "{ref}", "{command}", "/man-hinh.png")
"""Of these nothing stands in the database: 404 is right for whoever may ask."""


@pytest.fixture
def clients(services: Services, office: Office) -> dict[Role, TestClient]:
    """Somebody of each role at the unit XA, signed in; a foreign unit XK with ratings beside it."""
    _open_foreign_unit(office)
    pen = Pen()
    for number in range(60):
        pen.rating(1 + number % 5)
    office.append(pen, received_at=NOON - timedelta(days=1))
    app = create_app(replace(services, config=CollectorConfig(public_url=URL, reports=Reports(tt01=True))))
    with office.database.writing() as connection:
        accounts.new_account(connection, "stranger", "Người Lạ", Role.VIEWER, "XK", NOON, "test")
    return {role: _signed_in(office, app, role) for role in Role}


def _open_foreign_unit(office: Office) -> None:
    with office.database.writing() as connection:
        foreign = {"unit_id": 2, "code": "XK", "name": "Xã Bí Mật", "kind": "office", "path": "XK/"}
        connection.execute(insert(schema.unit), foreign)
        place = {"counter_id": 3, "code": "QKin", "name": "Quầy Kín", "unit_id": 2, "created_at": NOON}
        connection.execute(insert(schema.counter), place)
    device = replace(office.new_device(), counter_id=3, counters={"QKin": 3})
    with office.database.writing() as connection:
        at_q3 = update(schema.device).where(schema.device.c.device_id == device.device_id)
        connection.execute(at_q3.values(counter_id=3))
    there = Office(office.database, device)
    pen = Pen()
    for _ in range(40):
        pen.rating(5)
    there.append(pen, received_at=NOON - timedelta(days=1))
    with office.database.writing() as connection:
        served = {"counter_id": 3, "day": (NOON - timedelta(days=1)).date(), "n": 7777, "seq": 1, "received_at": NOON}
        connection.execute(insert(schema.transaction_count), {"journal_id": pen.journal_id, **served})
        months = {("XK", NOON.date().replace(day=1)): Counts(7777, 0, 0, 0, 0, 0, 0, 0)}
        import_months(connection, months, NOON, "somebody", "766.csv")


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


def right_for(method: str, path: str) -> Right | None:
    """The right that opens a door; None where none does. Fails for one that nobody thought about."""
    if path in OPEN | OWN_RULES or path.startswith(KIOSKS):
        return None
    if path == "/":
        return Right.READ
    for verb, beginning, right in RULES:
        fits = path == beginning or path.startswith((f"{beginning}/", f"{beginning}."))
        if fits and verb in ("*", method):
            return right
    raise AssertionError(f"{method} {path} is not in the walk: say in RULES which right opens it")


def filled(path: str, values: dict[str, str]) -> list[str]:
    """The addresses of a door."""
    known = re.sub(r"\{(\w+)(:\w+)?\}", lambda place: values.get(place[1], place[0]), path)
    # Only a report has the table for programs; the sheets of profiles have not.
    forms = ("csv", "xlsx", "pdf") if path.startswith(("/xuat-766", "/xuat-tt01")) else FILE_FORMS
    found = [known.replace("{form}", form) for form in forms] if "{form}" in known else [known]
    assert not any("{" in one for one in found), f"{path} has a place that the walk cannot fill"
    return found


def addresses(app: Any, values: dict[str, str]) -> list[str]:
    """Every address of the app that can be read, filled in for a unit, its counter, kiosk and account."""
    found = []
    for method, path in sorted(doors(app)):
        if method == "GET" and not path.startswith(KIOSKS):
            found += filled(path, values)
    unit, counter = values["unit"], values["counter"]
    return [*found, f"/v1/report?unit={unit}", f"/v1/report?unit={unit}&counter={counter}", f"/v1/tallies?unit={unit}",
            f"/v1/tallies?counter={counter}", f"/v1/tallies?unit={unit}&form=csv", f"/v1/counters?unit={unit}",
            f"/v1/participation?unit={unit}", f"/v1/series?unit={unit}", f"/v1/comments?unit={unit}",
            f"/v1/fleet?unit={unit}", "/v1/tallies?from=2026-01-01&to=2026-12-31", "/t?ky=2026",
            f"/may?dv={unit}", f"/may.csv?dv={unit}", f"/may?tim={unit}", "/may?xem=don-vi",
            f"/vu-viec?dv={unit}", "/tai-khoan?tim=stranger", f"/nhat-ky?cua={unit}",
            "/nhat-ky.csv?ai=stranger"]  # fmt: skip


@cache
def printed(paper: bytes) -> str:
    """Everything that a PDF says."""
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages)


def words_of(answer: Any) -> str:
    """Everything that an answer says, whatever its form."""
    if answer.content.startswith(b"%PDF"):
        return printed(answer.content)
    if answer.content.startswith(b"PK"):
        book = load_workbook(io.BytesIO(answer.content))
        return " ".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)
    return str(answer.text)


def test_every_door_is_in_the_walk(clients: dict[Role, TestClient]) -> None:
    for method, path in doors(clients[Role.VIEWER].app):
        if method != "HEAD":
            right_for(method, path)
            filled(path, {**OWN, "journal_id": "j"})


def test_no_role_meets_a_foreign_unit_behind_any_door(clients: dict[Role, TestClient]) -> None:
    tried = 0
    for role, client in clients.items():
        for address in addresses(client.app, ELSE):
            answer = client.get(address)
            tried += 1
            asked = {word for word in FOREIGN if word in address}
            assert not (asked and answer.status_code == 200 and "?" not in address), (role, address)
            # What somebody typed in may be said back to them; that it is there may not.
            told = words_of(answer)
            assert [word for word in FOREIGN if word in told and word not in asked] == [], (role, address)

    assert tried > 200


def test_no_role_changes_anything_of_a_foreign_unit(clients: dict[Role, TestClient], office: Office) -> None:
    before = _state_of(office)
    for role, client in clients.items():
        key = _key_of(client)
        for method, path in sorted(doors(client.app)):
            if method == "POST" and any(place in path for place in ("{unit}", "{counter}", "{name}", "{device}")):
                form = {"form_key": key, "role": "viewer", "unit": "XA", "counter": "Q1", "kind": "status"}
                (address,) = filled(path, ELSE)
                assert client.post(address, data=form).status_code in (403, 404), (role, address)

    assert _state_of(office) == before


def test_every_role_opens_its_own_doors_and_no_other(clients: dict[Role, TestClient]) -> None:
    for role, client in clients.items():
        for method, path in sorted(doors(client.app)):
            if method != "GET" or (right := right_for(method, path)) is None:
                continue
            allowed = {200, 404} if any(place in path for place in MAY_BE_MISSING) else {200}
            # No month was closed in this world, and none is named here: whoever may ask is told so.
            allowed |= {400, 404} if path.startswith(("/da-chot", "/v1/closed", "/kiem-toan-goi")) else set()
            for address in filled(path, OWN):
                wanted = allowed if right in RIGHTS[role] else {403}
                assert client.get(address).status_code in wanted, (role, address)


def test_no_role_acts_without_the_right_to(clients: dict[Role, TestClient], office: Office) -> None:
    before = _state_of(office)
    tried = 0
    for role, client in clients.items():
        key = _key_of(client)
        for method, path in sorted(doors(client.app)):
            right = right_for(method, path)
            if method == "POST" and right is not None and right not in RIGHTS[role]:
                (address,) = filled(path, OWN)
                assert client.post(address, data={"form_key": key}).status_code == 403, (role, address)
                tried += 1

    assert tried > 20
    assert _state_of(office) == before


def test_no_form_is_taken_without_its_key(clients: dict[Role, TestClient], office: Office) -> None:
    before = _state_of(office)
    for role, client in clients.items():
        for method, path in sorted(doors(client.app)):
            right = right_for(method, path)
            if method == "POST" and right is not None and right in RIGHTS[role]:
                (address,) = filled(path, OWN)
                assert client.post(address, data={"form_key": "0" * 64}).status_code == 403, (role, address)

    assert _state_of(office) == before


def _key_of(client: TestClient) -> str:
    return key_in(client, "/mat-khau")


def key_in(client: TestClient, page: str) -> str:
    """The key that a page's form carries."""
    found = re.search(r'form_key" value="(\w+)"', client.get(page).text)
    assert found, page
    return found[1]


def _state_of(office: Office) -> dict[str, list[tuple[object, ...]]]:
    """Everything that a form could change; when somebody was last seen is no change."""
    names = set(schema.metadata.tables) - {"signed_in", "signin_failure"}
    return {name: office.rows(name) for name in sorted(names)}


def test_exports_count_the_own_unit_alone(clients: dict[Role, TestClient]) -> None:
    found = clients[Role.SUPERVISOR].get("/v1/report?period=2026-11").json()

    assert found["place"] == "XA"
    assert found["tables"]["figures"][0]["n"] == 60
    assert clients[Role.SUPERVISOR].get("/v1/tallies?from=2026-11-01&to=2026-11-30").json()["recorded"] == 60


def test_without_signing_in_nothing_is_shown(clients: dict[Role, TestClient]) -> None:
    stranger = TestClient(clients[Role.VIEWER].app, base_url=URL, client=("127.0.0.1", 1), follow_redirects=False)

    for address in addresses(stranger.app, OWN):
        path = address.partition("?")[0]
        if path not in OPEN | {"/metrics", "/dang-xuat/oidc"}:
            answer = stranger.get(address)
            assert answer.status_code in (303, 401), address
            assert "Xã" not in answer.text


def test_a_unit_that_may_not_be_seen_is_as_one_that_is_not_there(clients: dict[Role, TestClient]) -> None:
    client = clients[Role.SUPERVISOR]

    there, nowhere = client.get("/t/XK"), client.get("/t/XZ")

    assert there.status_code == nowhere.status_code == 404
    assert there.text.replace("XK", "XZ") == nowhere.text


def test_nobody_compares_with_a_unit_that_they_may_not_see(clients: dict[Role, TestClient]) -> None:
    client = clients[Role.SUPERVISOR]

    own, foreign, nowhere = (client.get(f"/t/XA?voi={code}") for code in ("XA:Q1", "XK", "XZ"))

    assert (own.status_code, foreign.status_code, nowhere.status_code) == (200, 404, 404)
    assert foreign.text.replace("XK", "XZ") == nowhere.text
    assert client.get("/v1/report?unit=XA&versus=XK:QKin").status_code == 404
    assert client.get("/xuat/csv/XA?voi=XK").status_code == 404
