"""The webhook against a real server on loopback: signed, checked, never redirected, never longer than the deadline."""

import hmac
import json
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import pytest
import trustme
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from kiosk.base.settings.rules import Unfit
from sync.collector.notices.errors import ChannelDown, NotNow
from sync.collector.notices.letter import Letter, Sheet
from sync.collector.notices.webhook import WebhookRoad
from sync.collector.settings.notices import Notices, Webhook, hook_address
from tests.sync.collector.builders import NOON
from tests.sync.collector.notices.servers import dripping, nobody

LETTER = Letter("-", (Sheet(7, "alert", NOON, "Quầy 1 im lặng", "Từ 09:10.", {"counter": "Q1"}),))


@contextmanager
def hook(code: int = 200, context: ssl.SSLContext | None = None, **headers: str) -> Iterator[tuple[str, list[Request]]]:
    """A server that answers ``code``, and what it was sent."""
    seen: list[Request] = []

    def answer(request: Request) -> Response:
        request.get_data()
        seen.append(request)
        return Response("", code, headers)

    with HTTPServer(host="127.0.0.1", ssl_context=context) as server:
        server.expect_request("/hook").respond_with_handler(answer)
        yield f"{'https' if context else 'http'}://127.0.0.1:{server.port}/hook?room=3", seen


def road(url: str, total_s: float = 10.0, ca_file: Path | None = None, key: str = "") -> WebhookRoad:
    settings = Notices(ca_file=ca_file, webhook=Webhook(url=url, key=key))
    return WebhookRoad(settings, total_s=total_s, unix_time=lambda: 1_800_000_000.9)


def test_a_letter_is_posted_as_json_with_a_signature_over_time_and_body() -> None:
    with hook() as (url, seen):
        road(url, key="mưa rào").deliver(LETTER)

    (request,) = seen
    body = request.get_data()
    told = {"id": 7, "kind": "alert", "at": NOON.isoformat(), "subject": "Quầy 1 im lặng", "body": "Từ 09:10.",
            "facts": {"counter": "Q1"}}  # fmt: skip
    assert json.loads(body) == {"version": 1, "notices": [told]}
    assert request.query_string == b"room=3"
    proof = hmac.new("mưa rào".encode(), b"1800000000." + body, sha256).hexdigest()
    assert request.headers["Hailong-Signature"] == f"t=1800000000, v1={proof}"


def test_without_a_secret_nothing_pretends_to_be_signed() -> None:
    with hook() as (url, seen):
        road(url).deliver(LETTER)

    assert "Hailong-Signature" not in seen[0].headers


@pytest.mark.parametrize(
    ("code", "trouble"), [(500, ChannelDown), (401, ChannelDown), (404, ChannelDown), (422, NotNow)]
)
def test_any_answer_but_a_good_one_means_that_it_comes_again(code: int, trouble: type[Exception]) -> None:
    with hook(code) as (url, _), pytest.raises(trouble, match=str(code)):
        road(url).deliver(LETTER)


def test_a_redirect_is_not_followed() -> None:
    with (
        hook() as (elsewhere, seen),
        hook(307, Location=elsewhere) as (url, _),
        pytest.raises(ChannelDown, match="307"),
    ):
        road(url).deliver(LETTER)

    assert seen == []


def test_a_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")

    with hook() as (url, seen):
        road(url).deliver(LETTER)

    assert len(seen) == 1


def test_the_certificate_is_checked(tmp_path: Path) -> None:
    authority, stranger = trustme.CA(), trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    for name, ca in (("ours", authority), ("other", stranger)):
        ca.cert_pem.write_to_path(tmp_path / name)

    with hook(context=context) as (url, seen):
        road(url, ca_file=tmp_path / "ours").deliver(LETTER)
        with pytest.raises(ChannelDown):
            road(url, ca_file=tmp_path / "other").deliver(LETTER)

    assert len(seen) == 1


def test_nobody_there_is_a_channel_that_is_down() -> None:
    with nobody() as port, pytest.raises(ChannelDown, match="refused"):
        road(f"http://127.0.0.1:{port}/").deliver(LETTER)


def test_a_server_that_drips_does_not_hold_us() -> None:
    began = time.monotonic()
    with dripping(b"H") as port, pytest.raises(ChannelDown):
        road(f"http://127.0.0.1:{port}/", total_s=0.5).deliver(LETTER)

    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "url", ["http://example.gov.vn/hook", "ftp://example.gov.vn", "https://a:b@example.gov.vn/", "example.gov.vn"]
)
def test_an_address_that_would_give_notices_away_is_refused(url: str) -> None:
    with pytest.raises(Unfit):
        hook_address(url)
