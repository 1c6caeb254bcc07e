"""Of a closed month page, files and API have the kept numbers; who may see them is asked as of any report."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

import pytest
from starlette.testclient import TestClient

from sync.collector.people.rights import Role
from sync.collector.run.app import create_app
from sync.collector.store.database import open_database
from tests.sync.collector.builders import HANOI, open_office
from tests.sync.collector.care_builders import open_case_at
from tests.sync.collector.closing import Closed, at, real_tables
from tests.sync.collector.kiosk_client import URL
from tests.sync.collector.people.test_accounts import CHOSEN, Person, settle
from tests.sync.collector.sharing import migrated_copy

MONTH = "/t/XA?ky=2026-11"
LATER = at(10, month=12)


@contextmanager
def corrected() -> Iterator[Closed]:
    """Closed with eighty ratings; five came late and are a correction, three more wait."""
    with migrated_copy() as url:
        database = open_database(url)
        made = Closed(open_office(database), render=real_tables)
        _correct(made)
        yield made
        made.end()
        database.close()


def _correct(made: Closed) -> None:
    for counter in ("Q1", "Q2"):
        made.press(*[4] * 30, *[2] * 10, counter=counter)
    made.close()
    made.clock.now = LATER
    made.press(5, 5, 4, 4, 1, day=17, came=LATER)
    made.close()
    made.press(5, 5, 5, day=18, came=LATER)
    made.close()
    made.clock.now = at(11, month=12)


@pytest.fixture(scope="module")
def closed() -> Iterator[Closed]:
    """For tests that change nothing that others read."""
    with corrected() as made:
        yield made


@pytest.fixture
def own() -> Iterator[Closed]:
    """For tests that make accounts."""
    with corrected() as made:
        yield made


@pytest.fixture(scope="module")
def client(closed: Closed) -> Iterator[TestClient]:
    with TestClient(create_app(closed.services), base_url=URL, client=("127.0.0.1", 50000)) as opened:
        yield opened


def figures(client: TestClient, **query: str) -> dict[str, Any]:
    answer = client.get("/v1/report", params={"unit": "XA", "period": "2026-11", **query}).json()
    return dict(answer["tables"]["figures"][0]) | {"closed": answer["closed"]}


def test_page_api_and_files_have_the_kept_numbers(client: TestClient, closed: Closed) -> None:
    page, api = client.get(MONTH).text, figures(client)

    assert (api["n"], api["recorded"], api["waiting"]) == (85, 85, 0)
    assert "Được tính 85 + để riêng 0 = 85 lượt" in page
    assert ";85;" in client.get("/xuat/csv/XA?ky=2026-11").text
    assert api["closed"]["number"] == 1
    assert api["closed"]["kept"]


def test_the_page_names_the_closing_its_corrections_and_that_more_waits(client: TestClient) -> None:
    page = " ".join(client.get(MONTH).text.split())

    assert "Báo cáo tháng đã chốt ngày 08/12/2026" in page
    assert "Đính chính lần 1, ngày 10/12/2026: lượt được tính 80 → 85" in page
    for said in ("lượt đánh giá gửi về muộn", "80 → <b>85</b>", "chờ đến khi đủ"):
        assert said in page


def test_the_page_of_a_closed_month_tells_of_no_kiosk(client: TestClient) -> None:
    page, now = client.get(MONTH).text, client.get("/t/XA?ky=2026-12").text

    assert 'class="fresh"' in now
    assert 'class="fresh"' not in page


def test_every_file_is_there_with_its_hash_as_it_was_made(client: TestClient, closed: Closed) -> None:
    shelf = client.get("/v1/closed?unit=XA&period=2026-11").json()

    assert [(report["number"], len(report["files"])) for report in shelf["reports"]] == [(0, 4), (1, 4)]
    for report in shelf["reports"]:
        number = report["number"]
        numbers = client.get(f"/v1/closed/file?unit=XA&period=2026-11&number={number}&form=json").content
        assert sha256(numbers).hexdigest() == report["sha256"]
        assert json.loads(numbers)["closing"]["corrections"] == [] or number
        for file in report["files"]:
            body = client.get(f"/v1/closed/file?unit=XA&period=2026-11&number={number}&form={file['form']}").content
            page = client.get(f"/da-chot/{file['form']}/XA?ky=2026-11&lan={number}").content
            assert sha256(body).hexdigest() == file["sha256"]
            assert (page, len(body)) == (body, file["bytes"])
            assert file["sha256"][:12] in client.get(MONTH).text


def test_what_is_taken_by_the_month_s_page_is_the_very_file_that_was_kept(client: TestClient, closed: Closed) -> None:
    kept = client.get("/v1/closed/file?unit=XA&period=2026-11&number=1&form=csv").content

    assert client.get("/xuat/csv/XA?ky=2026-11").content == kept
    (english,) = real_tables([closed.numbers(number=1)], "en", HANOI)
    assert client.get("/xuat/csv/XA?ky=2026-11&lang=en").content == english["csv"]


def test_taking_a_file_stands_in_the_audit_log(client: TestClient, closed: Closed) -> None:
    client.get("/da-chot/csv/XA?ky=2026-11&lan=1")

    assert closed.office.rows("audit", "action", "subject", "details")[-1] == (
        "export", "XA/", {"form": "csv", "period": "2026-11", "closed": 1},
    )  # fmt: skip


def test_what_is_not_kept_has_the_numbers_of_now_and_says_so(client: TestClient) -> None:
    for query in ({"compare": "2026-09"}, {"versus": "XA:Q2"}, {"counter": "Q1"}, {"question": "tt32-3:123:overall"}):
        live = figures(client, **query)
        assert live["closed"] is not None
        assert not live["closed"]["kept"]
    assert "Số liệu ở đây được tính vào lúc này" in client.get("/t/XA/Q1?ky=2026-11").text
    assert figures(client, measure="mean5")["closed"]["kept"]
    assert figures(client, compare="2026-10")["closed"]["kept"]


def test_longer_periods_stay_live(client: TestClient) -> None:
    assert figures(client, period="2026-Q4")["n"] == 85
    assert figures(client, period="2026-Q4")["recorded"] == 88
    assert figures(client, period="2026-Q4")["closed"] is None


@pytest.mark.parametrize(
    "address",
    [
        "/v1/closed?unit=XA&period=2026-10", "/v1/closed?unit=XZ&period=2026-11", "/v1/closed?unit=XA&period=2026-Q4",
        "/v1/closed/file?unit=XA&period=2026-11&number=7&form=csv", "/da-chot/doc/XA?ky=2026-11",
        "/v1/closed/file?unit=XA&period=2026-11&form=exe",
    ],
)  # fmt: skip
def test_what_was_not_kept_is_refused(client: TestClient, address: str) -> None:
    assert client.get(address).status_code in (400, 404)


DOORS = ("/v1/closed?unit=XA&period=2026-11", "/v1/closed/file?unit=XA&period=2026-11&form=csv",
         "/da-chot/csv/XA?ky=2026-11")  # fmt: skip


def person(closed: Closed, role: Role, unit: str | None) -> TestClient:
    """Somebody with this role over a unit, signed in."""
    settle(closed.office.database, "lan", role=role, unit=unit)
    found = Person(closed.services)
    found.now = closed.clock.now
    assert found.sign_in("lan", CHOSEN).status_code == 303
    return found.client


@pytest.mark.parametrize(
    ("role", "unit", "wanted"),
    [(Role.SUPERVISOR, "XA", 200), (Role.AUDITOR, None, 200), (Role.VIEWER, "XA", 403), (Role.IT, None, 403),
     (Role.SUPERVISOR, "XB", 404)],
)  # fmt: skip
def test_who_may_take_a_report_of_the_unit_may_take_what_was_kept_of_it_and_nobody_else(
    own: Closed, role: Role, unit: str | None, wanted: int
) -> None:
    client = person(own, role, unit)

    assert {door: client.get(door).status_code for door in DOORS} == dict.fromkeys(DOORS, wanted)


def test_without_a_unit_everybody_has_their_own_and_never_the_whole_office(own: Closed) -> None:
    client = person(own, Role.SUPERVISOR, "XA")

    assert client.get("/v1/closed?period=2026-11").json()["place"] == "XA"
    assert "XB" not in client.get("/t/XA?ky=2026-11").text


def test_a_viewer_sees_the_hashes_and_no_way_to_take_a_file(own: Closed) -> None:
    page = person(own, Role.VIEWER, "XA").get(MONTH).text

    assert "Báo cáo tháng đã chốt" in page
    assert "/da-chot/" not in page


def test_cases_of_a_closed_month_are_told_as_of_today(own: Closed) -> None:
    open_case_at(own.office)
    settle(own.office.database, "lan", role=Role.SUPERVISOR, unit="XA")
    lan = Person(own.services)
    lan.now = at(30, month=12)
    lan.sign_in("lan", CHOSEN)

    late = [re.findall(r"quá hạn \d+ ngày", lan.client.get(way).text) for way in (MONTH, "/vu-viec")]

    assert late[0] == late[1] != []
