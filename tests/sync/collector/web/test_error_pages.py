"""A page that cannot be shown says so and keeps the way to the others; a program gets a problem."""

from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from sync.collector.run.app import create_app
from sync.collector.services.services import Services
from sync.collector.settings.collector import CollectorConfig
from tests.sync.collector.builders import Office
from tests.sync.collector.kiosk_client import URL
from tests.sync.collector.one_engine import database_url  # noqa: F401 - an error is the same on both

BROWSER = {"Accept": "text/html,application/xhtml+xml"}


@pytest.fixture
def client(services: Services, office: Office) -> TestClient:
    app = create_app(replace(services, config=CollectorConfig(public_url=URL)))
    return TestClient(app, base_url=URL, client=("127.0.0.1", 1))


def test_a_unit_that_is_not_there_keeps_the_navigation(client: TestClient) -> None:
    answer = client.get("/t/khong-co", headers=BROWSER)

    assert answer.status_code == 404
    assert '<nav class="pages"' in answer.text
    assert 'class="btn" href="/t"' in answer.text


def test_an_address_that_is_not_there_is_a_page_for_people_and_a_problem_for_programs(client: TestClient) -> None:
    person, program = client.get("/khong-co", headers=BROWSER), client.get("/khong-co")
    api = client.get("/v1/khong-co", headers=BROWSER)

    assert (person.status_code, program.status_code, api.status_code) == (404, 404, 404)
    assert "Không tìm thấy" in person.text
    assert program.headers["content-type"] == api.headers["content-type"] == "application/problem+json"
