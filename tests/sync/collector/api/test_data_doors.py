"""The doors for programs: pages that hold everything once, tags that tell what is known, CSV that says the same."""

import csv
import io
import itertools
import json
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import insert
from starlette.testclient import TestClient

from sync.collector.api.data import paging
from sync.collector.api.data.sending import GZIP_BYTES_MIN
from sync.collector.people.token_order import Readable, TokenOrder
from sync.collector.people.tokens import new_token
from sync.collector.replica.sender import Device
from sync.collector.run.app import create_app
from sync.collector.services import reports
from sync.collector.services.services import Services, make_services
from sync.collector.settings.collector import CollectorConfig
from sync.collector.store import schema
from sync.collector.store.database import open_database
from tests.sync.collector.api.examples import ASKED, Entitled
from tests.sync.collector.builders import NOON, OPENED, Office, Pen, open_office
from tests.sync.collector.care_builders import publish
from tests.sync.collector.conftest import world_to_copy
from tests.sync.collector.kiosk_client import URL

Written = tuple[str, Device]
Copies = Callable[[], AbstractContextManager[str]]
MONTH = "from=2026-11-01&to=2026-11-30"
LISTS = {
    "counters?": "counters",
    f"series?{MONTH}&": "series",
    f"participation?{MONTH}&": "counters",
    f"comments?{MONTH}&": "units",
    "fleet?": "kiosks",
}
TAGGED = [*ASKED.values(), "/v1/report?period=2026-11-16", f"/v1/tallies?{MONTH}&form=csv",
          *(f"/v1/closed/file?unit=XA&period=2026-11&form={form}" for form in ("csv", "json"))]  # fmt: skip


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def written(request: pytest.FixtureRequest) -> Iterator[tuple[Written, Copies]]:
    """The office, written once of each kind of database."""
    with world_to_copy(request, request.param, _write) as made:
        yield made


def _write(url: str) -> Written:
    """Eleven counters, two kiosks, sixty ratings of two questions; a token that reads everything, and a kiosk."""
    database = open_database(url)
    office = open_office(database)
    with database.writing() as connection:
        for number in range(3, 12):
            place = {"counter_id": number, "code": f"Q{number}", "name": f"Quầy {number}", "unit_id": 1}
            connection.execute(insert(schema.counter), {**place, "created_at": OPENED})
        token = new_token(connection, TokenOrder("kho", None, tuple(Readable), 9), NOON, "test")
    office.new_device()
    pen = Pen()
    for number in range(60):
        pen.rating(1 + number % 5, question=("overall", "speed")[number % 2], counter=f"Q{1 + number % 4 // 2}")
    pen.comment(pen.rating(3), "Chờ lâu")
    office.append(pen, received_at=NOON - timedelta(days=8))
    publish(office, NOON.date() + timedelta(days=9))
    database.close()
    return token, office.device


@contextmanager
def _asking(written: tuple[Written, Copies]) -> Iterator[tuple[TestClient, Office]]:
    """Who asks, and the office in a copy of its own; the clock goes on, so that no call is one too many."""
    (token, device), copies = written
    seconds = itertools.count()
    with copies() as url:
        database = open_database(url)
        config = CollectorConfig(public_url=URL)
        services = make_services(config, database, lambda: NOON + timedelta(seconds=next(seconds)))
        headers = {"Authorization": f"Bearer {token}"}
        client = TestClient(create_app(services), base_url=URL, client=("192.0.2.7", 50000), headers=headers)
        yield client, Office(database, device)
        services.writer.close()
        database.close()


@pytest.fixture(scope="module")
def program(written: tuple[Written, Copies]) -> Iterator[TestClient]:
    """A program that reads, one for all tests."""
    with _asking(written) as (client, _):
        yield client


@pytest.fixture
def alone(written: tuple[Written, Copies]) -> Iterator[tuple[TestClient, Office]]:
    """A program before an office of its own, which changes."""
    with _asking(written) as made:
        yield made


def walked(client: TestClient, address: str) -> list[Any]:
    """Every page of an answer, by its links."""
    found = []
    while address:
        answer = client.get(address)
        assert answer.status_code == 200, answer.text
        found.append(answer.json())
        link = re.fullmatch(r'<(.+)>; rel="next"', answer.headers.get("link", ""))
        assert (link is None) is (found[-1]["next"] is None)
        address = link[1] if link else ""
    return found


@pytest.mark.parametrize(("asked", "things"), LISTS.items())
def test_pages_hold_every_thing_once_and_in_the_same_order(program: TestClient, asked: str, things: str) -> None:
    whole = program.get(f"/v1/{asked}").json()
    pages = walked(program, f"/v1/{asked}limit=1")

    assert [one for page in pages for one in page[things]] == whole[things]
    assert all(len(page[things]) <= 1 for page in pages)
    assert whole["next"] is None


def test_pages_of_tallies_hold_every_counter_of_every_question_and_the_same_totals(program: TestClient) -> None:
    (whole,) = walked(program, f"/v1/tallies?{MONTH}")
    pages = walked(program, f"/v1/tallies?{MONTH}&limit=3")

    def rows(page: Any) -> list[tuple[str, str, int]]:
        return [(table["question"], line["counter"], line["recorded"])
                for table in page["tables"] for line in table["counters"]]  # fmt: skip

    paged = [row for page in pages for row in rows(page)]
    assert sorted(paged) == sorted(rows(whole))
    assert len(set(paged)) == len(paged) > 6
    totals = {table["question"]: table["total"] for table in whole["tables"]}
    assert all(table["total"] == totals[table["question"]] for page in pages for table in page["tables"])
    assert {page["recorded"] for page in pages} == {61}


def test_what_comes_between_two_pages_pushes_nothing_out(alone: tuple[TestClient, Office]) -> None:
    program, office = alone
    first = program.get("/v1/counters?limit=2").json()
    with office.database.writing() as connection:
        place = {"counter_id": 99, "code": "A0", "name": "Quầy mới", "unit_id": 1, "created_at": OPENED}
        connection.execute(insert(schema.counter), place)
    second = program.get(f"/v1/counters?limit=2&after={first['next']}").json()

    assert [one["counter"] for one in first["counters"]] == ["Q1", "Q10"]
    assert [one["counter"] for one in second["counters"]] == ["Q11", "Q2"]


@pytest.mark.parametrize(
    "after", ["x", "é", "WyI", "bnVsbA", "WzFd", "e30", paging.cursor_of(("a", "b"))[:-1], "A" * 601]
)
def test_what_is_no_cursor_is_refused(world: Entitled, after: str) -> None:
    status, _, headers = world.ask(f"/v1/counters?after={quote(after)}")

    assert (status, headers["content-type"]) == (400, "application/problem+json")


@pytest.mark.parametrize("limit", ["0", "-1", "5001", "x"])
def test_a_page_has_its_bounds(world: Entitled, limit: str) -> None:
    assert world.ask(f"/v1/counters?limit={limit}")[0] == 400


@pytest.mark.parametrize("address", TAGGED)
def test_whoever_has_the_answer_is_told_that_nothing_changed(world: Entitled, address: str) -> None:
    _, body, headers = world.ask(address)
    packed = world.ask(address, **{"Accept-Encoding": "gzip"})[2]
    known = [headers["etag"], packed["etag"], f'"x", W/{headers["etag"]}']

    assert [world.ask(address, **{"If-None-Match": tag})[:2] for tag in known] == [(304, b"")] * 3
    assert world.ask(address, **{"If-None-Match": '"x"'})[:2] == (200, body)
    assert (headers["etag"] == packed["etag"]) is (len(body) < GZIP_BYTES_MIN)
    assert headers["etag"] in world.ask(address, **{"If-None-Match": headers["etag"]})[2]["etag"]


def test_a_tag_is_of_one_answer_alone(world: Entitled) -> None:
    tags = [world.ask(address)[2]["etag"] for address in TAGGED]

    assert len(set(tags)) == len(tags)


def test_numbers_that_come_change_the_tag(alone: tuple[TestClient, Office]) -> None:
    program, office = alone
    before = program.get(f"/v1/tallies?{MONTH}").headers["etag"]
    pen = Pen()
    for _ in range(6):
        pen.rating(5)
    office.append(pen, received_at=NOON - timedelta(hours=20))

    after = program.get(f"/v1/tallies?{MONTH}", headers={"If-None-Match": before})

    assert after.status_code == 200
    assert after.json()["recorded"] == 67


def test_a_kept_month_is_known_without_being_made(world: Entitled, monkeypatch: pytest.MonkeyPatch) -> None:
    address = ASKED["report"]
    tag = world.ask(address)[2]["etag"]
    others = [f"{address}&{more}" for more in ("measure=mean5", "form=csv", "question=sipas-5@1:overall")]
    unlike = [world.ask(other)[2]["etag"] for other in others]

    def nobody(*_: object) -> None:
        raise AssertionError("the report was made")

    monkeypatch.setattr(reports, "read_book", nobody)

    assert world.ask(address, **{"If-None-Match": tag})[0] == 304
    assert tag not in unlike


def test_the_lines_of_a_table_say_what_json_says(world: Entitled) -> None:
    said = world.ask(f"/v1/tallies?{MONTH}")[1]
    lines = list(csv.DictReader(io.StringIO(world.ask(f"/v1/tallies?{MONTH}&form=csv")[1].decode())))

    for line, told in zip(lines, _counters_of(said), strict=True):
        share, both = told["measure"] or {}, told["measure_with_set_aside"] or {}
        assert line["counter"] == told["counter"]
        assert line["counted"] == ("" if told["counted"] is None else str(told["counted"]))
        assert [line[f"level_{level}"] for level in range(1, 6)] == [
            str(told["by_level"].get(str(level), "")) for level in range(1, 6)
        ]
        assert (line["measure_method"], line["measure_numerator"]) == (
            share.get("method", ""),
            str(share.get("numerator", "")),
        )
        assert line["with_set_aside_denominator"] == str(both.get("denominator", ""))
    assert len(lines) == 2
    assert "\ufeff" not in "".join(lines[0])


def _counters_of(body: bytes) -> list[Any]:
    return [line for table in json.loads(body)["tables"] for line in table["counters"]]


def test_a_district_reads_no_other_and_no_tag_of_it(world: Entitled) -> None:
    """The office's token is of XA; XB beside it has a counter."""
    for address in ("/v1/counters", f"/v1/tallies?{MONTH}", "/v1/fleet", "/v1/report?period=2026-11", "/v1/comments"):
        for form in ("", "form=csv"):
            mark = "&" if "?" in address else "?"
            status, body, _ = world.ask(f"{address}{mark}{form}")
            assert status == 200
            assert "XB" not in body.decode()
            assert "Xã Nam Sơn" not in body.decode()
    for door in (
        "counters",
        "tallies",
        "series",
        "participation",
        "comments",
        "fleet",
        "report?period=2026-11",
        "closed?period=2026-11",
    ):
        mark = "&" if "?" in door else "?"
        there, nowhere = (world.ask(f"/v1/{door}{mark}unit={code}") for code in ("XB", "XZ"))
        assert (there[0], there[1]) == (404, nowhere[1].replace(b"XZ", b"XB"))


def test_a_district_is_told_no_unit_above_it(services: Services, two_units: Office) -> None:
    with two_units.database.writing() as connection:
        tokens = [
            new_token(connection, TokenOrder(f"kho-{unit or 'het'}".lower(), unit, [Readable.NUMBERS], 9), NOON, "test")
            for unit in ("XA", None)
        ]
    client = TestClient(create_app(services), base_url=URL, client=("192.0.2.7", 50000))

    district, whole = (
        client.get("/v1/counters", headers={"Authorization": f"Bearer {token}"}).json()["counters"] for token in tokens
    )

    assert [(one["counter"], one["units"]) for one in district] == [("Q1", []), ("Q2", [])]
    assert [(one["counter"], one["units"]) for one in whole] == [("Q1", ["T"]), ("Q2", ["T"]), ("Q3", ["T"])]
