"""A provider that people really run, with its defaults: it keeps every name out of its tokens."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol
from urllib.parse import parse_qsl, urlsplit

import pytest
from starlette.testclient import TestClient

from sync.collector.run.app import create_app
from sync.collector.services.services import Services
from sync.collector.settings.collector import Accounts, CollectorConfig
from sync.collector.settings.oidc import Oidc
from tests.sync.collector.builders import Office
from tests.sync.collector.kiosk_client import URL
from tests.sync.collector.one_engine import database_url  # noqa: F401 - asked of both elsewhere
from tests.sync.collector.people.oidc.provider import CLIENT, SECRET, FakeProvider, provider_on_loopback
from tests.sync.collector.people.oidc.real_provider import installed, real_provider
from tests.sync.collector.people.test_accounts import make


class _Provider(Protocol):
    url: str
    secret: str

    def sign_in(self, there: str, name: str) -> str: ...


class StandIn:
    """Ours, where node is not there or cannot fetch the other; it keeps names out of its tokens as that does."""

    def __init__(self, provider: FakeProvider) -> None:
        self._provider = provider
        self.url, self.secret = provider.url, SECRET
        provider.document = {"userinfo_endpoint": f"{provider.url}/me"}
        provider.change = lambda claims: {key: said for key, said in claims.items() if key != "preferred_username"}

    def sign_in(self, there: str, name: str) -> str:
        self._provider.told = {"preferred_username": name}
        return self._provider.authorise(dict(parse_qsl(urlsplit(there).query))).removeprefix(URL)


@pytest.fixture
def provider() -> Iterator[_Provider]:
    folder = installed()
    if folder is None:
        with provider_on_loopback(lambda: int(datetime.now(UTC).timestamp())) as ours:
            yield StandIn(ours)
    else:
        with real_provider(folder) as running:
            yield running


@pytest.mark.parametrize(("typed", "is_in"), [("huong", True), ("HUONG", True), ("nobody", False)])
def test_people_come_by_a_provider_that_keeps_names_out_of_its_tokens(
    services: Services, office: Office, provider: _Provider, typed: str, is_in: bool
) -> None:
    make(office.database)
    oidc = Oidc(issuer=provider.url, client_id=CLIENT, client_secret=provider.secret)
    config = CollectorConfig(public_url=URL, accounts=Accounts(oidc=oidc))
    app = create_app(replace(services, config=config, now=lambda: datetime.now(UTC)))
    browser = TestClient(app, base_url=URL, client=("192.0.2.7", 1), follow_redirects=False)
    there = browser.get("/dang-nhap/oidc", params={"toi": "/t/XA"}).headers["location"]

    answer = browser.get(provider.sign_in(there, typed))

    assert answer.status_code == (303 if is_in else 403), answer.text
    assert (browser.get("/t").status_code == 200) is is_in
