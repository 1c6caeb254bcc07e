"""Whatever an address or a form says, the answer is a page or a refusal; never a crash."""

import shutil
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from sync.collector.api import middleware
from sync.collector.people import accounts
from sync.collector.people.rights import RIGHTS, Right, Role
from sync.collector.people.signin import forget_failures
from sync.collector.profiles.index766 import COLUMNS
from sync.collector.run.app import create_app
from sync.collector.services.services import Services, make_services
from sync.collector.settings.collector import CollectorConfig, Reports
from sync.collector.store.database import open_database
from tests.sync.collector import absurd
from tests.sync.collector.builders import NOON, Office, Pen, open_office
from tests.sync.collector.care_builders import open_case_at, publish, write_comments
from tests.sync.collector.kiosk_client import URL
from tests.sync.collector.people.test_rights import OWN, PASSWORD, key_in, right_for
from tests.sync.collector.sharing import papers_once  # noqa: F401 - a fixture

EXAMPLES = {"sqlite": 2, "postgresql": 4}
"""Of each door and method; by hand a thousand found no more. PostgreSQL is the stricter about what it is given."""


class Crashes:
    """Takes the place of the server's log: what crashed, without the pages that a terminal would make of it."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def exception(self, *_: object, **__: object) -> None:
        self.told.append(traceback.format_exc(-4))

    def info(self, *_: object, **__: object) -> None:
        pass


@dataclass
class Desk:
    """A collector with people of every role, and something of everything to look at."""

    app: Any
    office: Office
    crashes: Crashes
    signed_in: dict[Role, TestClient] = field(default_factory=dict)

    def of(self, right: Right | None) -> tuple[TestClient, str]:
        """Somebody with the right, still signed in or anew, and the key of their forms."""
        role = next(role for role in Role if right is None or right in RIGHTS[role])
        client = self.signed_in.get(role)
        # Some of the doors end it: to sign out, to change the password.
        if client is None or client.get("/mat-khau").status_code != 200:
            client = self.signed_in[role] = self._sign_in(role)
        return client, key_in(client, "/mat-khau")

    def _sign_in(self, role: Role) -> TestClient:
        client = TestClient(self.app, base_url=URL, client=("192.0.2.7", 1), follow_redirects=False,
                            raise_server_exceptions=False)  # fmt: skip
        with self.office.database.writing() as connection:
            # Forms ask for the password again, and a wrong one counts.
            forget_failures(connection, f"own-{role}")
        form = {"form_key": key_in(client, "/dang-nhap"), "name": f"own-{role}", "password": PASSWORD}
        assert client.post("/dang-nhap", data=form).status_code == 303
        return client


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def services(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """A collector for all tests here, once over each kind of database."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("absurd") / "collector.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield _services(f"sqlite:///{path}")
        return
    from tests.sync.collector.conftest import postgres_database

    with postgres_database(request.getfixturevalue("postgres"), "template_hailong") as url:
        yield _services(url)


def _services(url: str) -> Services:
    config = CollectorConfig(public_url=URL, reports=Reports(tt01=True))
    return make_services(config, open_database(url), lambda: NOON)


@pytest.fixture(scope="module")
def desk(services: Services) -> Iterator[Desk]:
    office = open_office(services.database)
    pen = Pen()
    for number in range(60):
        pen.reasons(pen.rating(1 + number % 5), "wait")
    office.append(pen, received_at=NOON - timedelta(days=1))
    write_comments(office, "Chờ lâu", received_at=NOON - timedelta(days=8))
    publish(office, NOON.date())
    open_case_at(office)
    with office.database.writing() as connection:
        for role in Role:
            accounts.new_account(connection, f"own-{role}", "Ai Đó", role, None, NOON, "test")
            accounts.change_password(connection, f"own-{role}", PASSWORD, NOON)
        accounts.new_account(connection, "viewer", "Người Xem", Role.VIEWER, "XA", NOON, "test")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(middleware, "_log", crashes := Crashes())
        yield Desk(create_app(services), office, crashes)
    services.writer.close()
    services.database.close()


def _known(office: Office) -> dict[str, str]:
    (code, *_), *_ = office.rows("comment", "code")
    return {**OWN, "code": str(code), "form": "csv"}


@pytest.mark.timeout(600)
def test_no_page_and_no_form_crashes(desk: Desk) -> None:
    pages = schemathesis.openapi.from_dict(absurd.schema_of(desk.app))
    tried, crashed = set(), []
    for operation in (found.ok() for found in pages.get_all_operations()):
        method, path = operation.method.upper(), operation.path
        crashed += _throw_at(desk, operation, right_for(method, path))
        tried.add((method, path))

    assert not crashed, "\n".join("\n".join(one) for one in crashed)
    assert len(tried) > 70


def _throw_at(desk: Desk, operation: schemathesis.APIOperation, right: Right | None) -> list[tuple[str, ...]]:
    client, key = desk.of(right)
    known = _known(desk.office)
    crashed: list[tuple[str, ...]] = []

    examples = EXAMPLES[desk.office.database.writer.dialect.name]

    @settings(max_examples=examples, deadline=None, derandomize=True, database=None,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(operation.as_strategy(), st.data())
    def answers(case: schemathesis.Case, data: st.DataObject) -> None:
        case.path_parameters = {
            name: absurd.value_of(number, known.get(name, "1")) or "0" for name, number in case.path_parameters.items()
        }
        # A few at a time: of many, the first that is refused would hide all others.
        case.query = {name: absurd.value_of(case.query[name]) for name in _some_of(data, case.query, 2)}
        if isinstance(case.body, dict):
            fields = {name: absurd.value_of(case.body[name]) for name in _some_of(data, case.body, 8)}
            case.body = fields | {"form_key": key}
        sent = requests.Request(**case.as_transport_kwargs(base_url=URL)).prepare()
        body = sent.body if isinstance(sent.body, bytes) else (sent.body or "").encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        answer = client.request(str(sent.method), str(sent.url), content=body, headers=headers)
        if answer.status_code >= 500:
            crashed.append((f"{sent.method} {sent.url}", body.decode()[:300], *desk.crashes.told[-1:]))

    answers()
    return crashed[:1]


def _some_of(data: st.DataObject, names: Mapping[str, object], at_most: int) -> list[str]:
    if not names:
        return []
    return data.draw(st.lists(st.sampled_from(sorted(names)), unique=True, max_size=at_most))


ABSURD = (
    "/t?ky=9999-12", "/t?ky=2999-12", "/t?ky=1970-01&so=nam-truoc", "/t?ky=0001-01", "/t?tu=0001-01-01&den=9999-12-31",
    "/v1/tallies?from=0001-01-01&to=9999-12-31", "/v1/tallies?from=9999-12-31", "/v1/tallies?to=0001-01-01",
    "/v1/report?period=9999-12", "/thiet-lap/99999999999999999999", "/thiet-lap/-1", "/thiet-lap/x", "/thiet-lap/%00",
    "/dau-hieu/99999999999999999999", "/vu-viec/99999999999999999999", "/may/%00", "/may/x", "/t/%00", "/t/XA/%00",
    "/gop-y/%00", "/phieu-hoi/%00", "/phieu-hoi/x@99999999999999999999", "/tai-khoan/%00", "/766?nhap=99999999999999",
    "/nhat-ky?tu=9999-12-31&den=0001-01-01", "/nhat-ky?ai=%00", "/gop-y?tim=%00", "/gop-y?ky=9999-W52", "/may?tim=%00",
    "/kiem-toan/%00", "/kiem-toan?sha256=%00&don_vi=%00", "/kiem-toan-goi?ky=9999-12", "/kiem-toan-goi/%00?ky=2026-10",
    "/vu-viec?trang=99999999999999999999", "/xuat/csv?ky=9999-12", "/766?ky=9999-12", "/tt01?ky=9999-Q4",
)  # fmt: skip


@pytest.mark.parametrize("address", ABSURD)
def test_an_absurd_address_is_refused_or_passed_over(desk: Desk, address: str) -> None:
    client, _ = desk.of(right_for("GET", address.partition("?")[0]))

    assert client.get(address).status_code in (200, 303, 400, 404), desk.crashes.told[-1:]


_HEAD = ",".join(COLUMNS).encode() + b"\n"
FILES = (
    b"", b"\0", b"\xff\xfe\x00", b"\xef\xbb\xbf", b"PK\x03\x04", b"\n" * 5000, b"," * 5000, b'"' * 5001, b"unit", _HEAD,
    *(_HEAD + b",".join([place, month, *[n] * (len(COLUMNS) - 2)]) + b"\n" for place, month, n in (
        (b"XA", b"2026-11", b"1"), (b"XA", b"9999-12", b"1"), (b"XA", b"0001-01", b"1"), (b"XA\0", b"2026-11", b"1"),
        (b"XA", b"2026-10", b"9" * 400), (b"XA", b"2026-10", b"9223372036854775808"), (b"XA", b"2026-10", b"-1"),
        (b"XA", b"2026-10", "\u0661".encode()), (b"XA", b"2026-10", b"NaN"), (b"x" * 5000, b"2026-10", b"1"),
    )),
)  # fmt: skip


@pytest.mark.parametrize("name", ["766.csv", "a\0b.csv", "../" * 90, ""])
def test_no_file_that_is_handed_in_crashes(desk: Desk, name: str) -> None:
    client, key = desk.of(Right.COUNTS)

    answers = {}
    for number, file in enumerate(FILES):
        answer = client.post("/766", data={"form_key": key}, files={"file": (name, file, "text/csv")})
        answers[number] = answer.status_code

    assert not [status for status in answers.values() if status >= 500], (answers, desk.crashes.told[-1:])
