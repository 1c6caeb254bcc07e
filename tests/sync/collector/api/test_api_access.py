"""Who may open which door."""

import re
from dataclasses import replace

import pytest
from fastapi import FastAPI
from starlette.routing import Mount
from starlette.testclient import TestClient

from sync.collector.run.app import create_app
from sync.collector.services.services import Services
from sync.collector.settings.collector import CollectorConfig, Guarded, Reports
from tests.sync.collector.kiosk_client import URL, KioskKey, send

OWN_DOORS = {
    ("GET", "/v1/journals/{journal_id}"),
    ("POST", "/v1/journals/{journal_id}/entries"),
    ("GET", "/v1/device"),
    ("POST", "/v1/device/status"),
    ("POST", "/v1/device/key"),
    ("PUT", "/v1/device/picture"),
    ("GET", "/v1/device/collector"),
}


def doors(app: FastAPI) -> set[tuple[str, str]]:
    """Every method and address of the app's own table."""
    found = set()
    for route in app.routes:
        path = f"{route.path}/page.css" if isinstance(route, Mount) else route.path
        found |= {(method, path) for method in getattr(route, "methods", None) or {"GET"}}
    return found


def test_a_device_key_opens_its_own_doors_and_no_other(client: TestClient, kiosk: KioskKey) -> None:
    found = doors(client.app)  # type: ignore[arg-type]
    assert found > OWN_DOORS
    assert ("GET", "/v1/tallies") in found

    for method, path in sorted(found - OWN_DOORS):
        json = {"Content-Type": "application/json"} if method == "POST" else {}
        address = re.sub(r"\{(\w+)(:\w+)?\}", r"\1", path)
        answer = send(client, kiosk.request(method, address, b"{}" if json else b"", json))
        assert answer.status_code in (401, 403), (method, path, answer.text)


@pytest.mark.parametrize("path", ["/v1/tallies", "/metrics", "/"])
@pytest.mark.parametrize(
    ("access", "peer", "headers", "status"),
    [
        ("loopback", "127.0.0.1", {}, 200),
        ("loopback", "192.0.2.7", {}, 403),
        ("loopback", "127.0.0.1", {"X-Forwarded-For": "192.0.2.7"}, 403),
        ("loopback", "127.0.0.1", {"Forwarded": "for=192.0.2.7"}, 403),
        ("loopback", "127.0.0.1", {"Host": "rebound.example"}, 403),
        ("open", "192.0.2.7", {"X-Forwarded-For": "192.0.2.7"}, 200),
        ("closed", "127.0.0.1", {}, 403),
    ],
)
def test_numbers_are_read_where_the_settings_allow_it(
    services: Services, path: str, access: str, peer: str, headers: dict[str, str], status: int
) -> None:
    config = CollectorConfig(public_url=URL, reports=Reports(access), metrics=Guarded(access))
    app = create_app(replace(services, config=config))

    with TestClient(app, base_url=URL, client=(peer, 50000)) as client:
        answer = client.get(path, headers=headers)

    assert answer.status_code == status


def test_every_answer_carries_the_headers_that_protect_a_browser(client: TestClient) -> None:
    for path in ("/", "/healthz", "/nowhere", "/assets/page.css"):
        headers = client.get(path).headers

        assert headers["content-security-policy"].startswith("default-src 'self';")
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


def test_health_and_readiness_answer_without_a_credential(client: TestClient) -> None:
    assert [client.get(path).status_code for path in ("/healthz", "/readyz")] == [200, 200]


def test_what_is_not_there_is_a_problem(client: TestClient) -> None:
    answer = client.get("/v2/journals")

    assert (answer.status_code, answer.json()["type"]) == (404, "urn:hailong:problem:not-found")
