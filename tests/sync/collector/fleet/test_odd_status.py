"""Whatever a kiosk says of itself, the pages about kiosks, the gauges and the watch go on."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from sync.collector.chores.every import transact
from sync.collector.chores.kiosks import watch_fleet
from sync.collector.people import accounts
from sync.collector.people.rights import Role
from sync.collector.run.app import create_app
from sync.collector.services.services import Services, make_services
from sync.collector.settings.collector import CollectorConfig, Guarded
from tests.sync.collector.builders import NOON, Office, Pen
from tests.sync.collector.kiosk_client import URL, KioskKey, send
from tests.sync.collector.people.test_rights import PASSWORD, key_in

_NUMBERS = st.sampled_from([1, 7, 2**31, 2**40, 2**47, 2**53 - 1, 2**53, 2**63, 10**310])
_TEXTS = st.sampled_from(["", "\0", "a\0b", "x" * 200, "1,1,1,1,1", "1,1,1,1,1 9999-12-31T23:59:59-12:00", "\u202e",
                          "1,1,1,1,1 0001-01-01T00:00:00+14:00", "9" * 200, "<b>", "0.1.0", "é"])  # fmt: skip
_MOMENTS = st.sampled_from(["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00", "2026-11-20T11:00:00+07:00"])
_STATUSES = st.fixed_dictionaries(
    {"software": _TEXTS, "next_seq": _NUMBERS, "pending": _NUMBERS},
    optional={
        "oldest_pending_s": _NUMBERS, "disk_free_bytes": _NUMBERS, "last_error": _TEXTS, "touch_test": _TEXTS,
        "settings": _TEXTS, "settings_fault": _TEXTS, "versions": st.dictionaries(_TEXTS, _TEXTS, max_size=3),
        "upgrade_refused": st.fixed_dictionaries({"version": _TEXTS, "why": _TEXTS, "at": _MOMENTS}),
        "done": st.lists(st.fixed_dictionaries({"id": st.just(Pen().journal_id), "outcome": _TEXTS}), max_size=2),
    },
)  # fmt: skip
EXAMPLES = {"sqlite": 8, "postgresql": 40}
"""PostgreSQL is the stricter about what it is given."""
PAGES = (
    "/may",
    "/may?xem=don-vi",
    "/may?loi=all",
    "/may.csv",
    "/may/00000000-0000-0000-0000-000000000001",
    "/thiet-lap",
)


@pytest.fixture
def services(office: Office) -> Services:
    config = CollectorConfig(public_url=URL, metrics=Guarded("open"))
    return make_services(config, office.database, lambda: NOON + timedelta(minutes=1))


@pytest.fixture
def client(services: Services, office: Office) -> Iterator[TestClient]:
    """Somebody of IT, signed in."""
    with office.database.writing() as connection:
        accounts.new_account(connection, "it", "Ai Đó", Role.IT, None, NOON, "test")
        accounts.change_password(connection, "it", PASSWORD, NOON)
    with TestClient(create_app(services), base_url=URL, client=("127.0.0.1", 50000), raise_server_exceptions=False,
                    follow_redirects=False) as opened:  # fmt: skip
        form = {"form_key": key_in(opened, "/dang-nhap"), "name": "it", "password": PASSWORD}
        assert opened.post("/dang-nhap", data=form).status_code == 303
        yield opened


def test_whatever_a_kiosk_says_of_itself_breaks_no_page(
    services: Services, client: TestClient, kiosk: KioskKey
) -> None:
    examples = EXAMPLES[services.database.writer.dialect.name]

    @settings(max_examples=examples, deadline=None, derandomize=True, database=None)
    @given(_STATUSES)
    def is_taken(status: dict[str, Any]) -> None:
        pen = Pen()
        body = json.dumps({"journal_id": pen.journal_id, "head": "0" * 64, **status}).encode()

        answer = send(client, kiosk.request("POST", "/v1/device/status", body, {"Content-Type": "application/json"}))

        assert answer.status_code in (200, 400), answer.text
        assert {page: client.get(page).status_code for page in PAGES} == dict.fromkeys(PAGES, 200)
        client.app.state.gauges._read_at = float("-inf")  # type: ignore[attr-defined]
        assert client.get("/metrics").status_code == 200
        watch_fleet(services, lambda work: transact(services, work))

    with structlog.testing.capture_logs():
        is_taken()
