"""The table for programs: numbers with all they were made of."""

from dataclasses import replace
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from sync.collector.run.app import create_app
from sync.collector.services.services import Services
from sync.collector.settings.collector import CollectorConfig
from sync.collector.words.notice import NOTICE
from tests.sync.collector.builders import NOON, Office, Pen
from tests.sync.collector.kiosk_client import URL


@pytest.fixture
def demo(services: Services) -> TestClient:
    """The app with the demo's policy."""
    config = CollectorConfig(public_url=URL, demo=True)
    return TestClient(create_app(replace(services, config=config)), base_url=URL, client=("127.0.0.1", 50000))


def test_every_number_stands_with_its_method_numerator_and_denominator(demo: TestClient, office: Office) -> None:
    pen = Pen()
    for level in (5, 5, 4, 1):
        pen.rating(level)
    pen.rating(5, "repeat")
    office.append(pen)

    found = demo.get("/v1/tallies").json()

    (table,) = found["tables"]
    row = table["counters"][0]
    assert (found["from"], found["recorded"], found["notice"]) == ("2026-11-20", 5, NOTICE)
    assert row["by_level"] == {"1": 1, "4": 1, "5": 2}
    assert row["measure"] == {
        "method": "top2box", "numerator": 3, "denominator": 4, "percent": "75.00", "wilson_95": ["30.1", "95.4"],
    }  # fmt: skip
    assert row["set_aside"] == {"repeat": 1}
    assert row["measure_with_set_aside"]["denominator"] == 5
    assert row["participation"] is None
    assert table["total"]["counted"] == 4


def test_days_units_and_counters_can_be_chosen(demo: TestClient, office: Office) -> None:
    pen = Pen()
    pen.rating(5)
    office.append(pen)
    query = "/v1/tallies?from=1970-01-01&to=2999-12-31"

    assert demo.get(query).json()["recorded"] == 1
    assert demo.get(f"{query}&counter=Q1").json()["recorded"] == 1
    assert demo.get(f"{query}&counter=Q2").json()["recorded"] == 0
    assert demo.get(f"{query}&unit=XA").json()["recorded"] == 1
    assert demo.get("/v1/tallies?from=2026-11-19&to=2026-11-19").json()["recorded"] == 0


@pytest.mark.parametrize(
    ("query", "status"),
    [("unit=NO", 404), ("counter=NO", 404), ("from=yesterday", 400), ("from=2026-11-21&to=2026-11-20", 400)],
)
def test_a_wrong_question_is_a_problem(demo: TestClient, office: Office, query: str, status: int) -> None:
    answer = demo.get(f"/v1/tallies?{query}")

    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


def test_a_day_without_ratings_is_n_0_and_not_0_percent(demo: TestClient, office: Office) -> None:
    total = demo.get("/v1/tallies").json()["tables"][0]["total"]

    assert (total["counted"], total["measure"]["denominator"], total["measure"]["percent"]) == (0, 0, None)


def test_outside_the_demo_a_half_day_is_shown_when_it_is_over_and_small_groups_are_hidden(
    client: TestClient, services: Services, office: Office
) -> None:
    pen = Pen()
    for _ in range(40):
        pen.rating(5)
    pen.rating(1, counter="Q2")
    office.append(pen, received_at=NOON - timedelta(hours=1))

    still_open = replace(services, now=lambda: NOON - timedelta(minutes=30))
    before = TestClient(create_app(still_open), base_url=URL, client=("127.0.0.1", 50000)).get("/v1/tallies").json()
    after = client.get("/v1/tallies").json()

    assert [row["counted"] for row in before["tables"][0]["counters"]] == [0, 0]
    assert [row["waiting"] for row in before["tables"][0]["counters"]] == [True, True]
    first, second = after["tables"][0]["counters"]
    assert (first["measure"]["percent"], first["hidden"]) == ("100.00", None)
    assert (second["counted"], second["hidden"], second["by_level"]) == (None, "few", {})
    assert after["tables"][0]["total"]["counted"] == 40
