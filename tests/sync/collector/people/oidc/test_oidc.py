"""People come by the office's own accounts; whoever lies on the way is not let in and told so in plain words."""

import http.client
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import RSAKey
from starlette.testclient import TestClient

from sync.collector.people import accounts
from sync.collector.people.rights import Role
from sync.collector.run.app import create_app
from sync.collector.services.services import Services
from sync.collector.settings.collector import Accounts, CollectorConfig
from sync.collector.settings.oidc import Oidc
from tests.sync.collector.builders import NOON, Office
from tests.sync.collector.kiosk_client import URL
from tests.sync.collector.one_engine import database_url  # noqa: F401 - asked of both elsewhere
from tests.sync.collector.people.oidc.provider import CLIENT, SECRET, FakeProvider, provider_on_loopback
from tests.sync.collector.people.test_accounts import _key, actions, make


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    with provider_on_loopback(lambda: int(NOON.timestamp())) as found:
        yield found


class Browser:
    """A person's browser before a collector that takes the provider's word."""

    def __init__(self, services: Services, provider: FakeProvider, **settings: Any) -> None:
        self.provider, self.now = provider, NOON
        oidc = Oidc(**{"issuer": provider.url, "client_id": CLIENT, "client_secret": SECRET, **settings})
        config = CollectorConfig(public_url=URL, accounts=Accounts(oidc=oidc))
        app = create_app(replace(services, config=config, now=lambda: self.now))
        self.client = TestClient(app, base_url=URL, client=("192.0.2.7", 1), follow_redirects=False)

    def leave(self, way: str = "/t/XA") -> str:
        answer = self.client.get("/dang-nhap/oidc", params={"toi": way})
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])

    def at_provider(self, there: str) -> str:
        """The way back to the collector."""
        parts = urlsplit(there)
        assert f"{parts.scheme}://{parts.netloc}" == self.provider.url
        connection = http.client.HTTPConnection(parts.netloc, timeout=60)
        connection.request("GET", f"{parts.path}?{parts.query}")
        back = connection.getresponse().getheader("Location", "")
        connection.close()
        return back.removeprefix(URL)

    def sign_in(self, way: str = "/t/XA") -> Any:
        return self.client.get(self.at_provider(self.leave(way)))

    def is_in(self) -> bool:
        return bool(self.client.get("/t").status_code == 200)


@pytest.fixture
def browser(services: Services, office: Office, provider: FakeProvider) -> Browser:
    make(office.database)
    return Browser(services, provider)


@pytest.mark.parametrize("alg", ["RS256", "ES256"])
def test_a_person_comes_by_the_offices_account(browser: Browser, office: Office, alg: str) -> None:
    browser.provider.alg = alg

    answer = browser.sign_in()

    assert (answer.status_code, answer.headers["location"]) == (303, "/t/XA")
    # The one-time password is of no use to whoever comes this way, and does not stand in it.
    assert "Nông Thị Hương" in browser.client.get("/t").text
    assert office.rows("audit", "action", "details")[-1] == ("sign-in", {"by": "oidc"})


def test_it_is_off_until_it_is_set(services: Services, office: Office, provider: FakeProvider) -> None:
    make(office.database)
    browser = Browser(services, provider, issuer="")

    for way in ("/dang-nhap/oidc", "/dang-nhap/oidc/ve", "/dang-xuat/oidc"):
        assert browser.client.get(way).status_code == 404
    assert "oidc" not in browser.client.get("/dang-nhap").text
    assert provider.asked == []


def test_another_state_is_not_taken(browser: Browser) -> None:
    back = browser.at_provider(browser.leave())
    code = parse_qs(urlsplit(back).query)["code"][0]

    assert browser.client.get("/dang-nhap/oidc/ve", params={"code": code, "state": "x"}).status_code == 403
    assert not browser.is_in()
    assert "/token" not in browser.provider.asked
    # The try is over: the right state does not help afterwards.
    assert browser.client.get(back).status_code == 403


def test_an_answer_to_another_browser_is_not_taken(browser: Browser, services: Services) -> None:
    victim = Browser(services, browser.provider)
    victim.leave()

    assert victim.client.get(browser.at_provider(browser.leave())).status_code == 403
    assert not victim.is_in()


def test_a_code_is_worth_something_once(browser: Browser) -> None:
    there = browser.leave()
    held = browser.client.cookies["oidc"]
    back = browser.at_provider(there)
    assert browser.client.get(back).status_code == 303
    browser.client.cookies.delete("signed-in")

    browser.client.cookies.set("oidc", held)
    answer = browser.client.get(back)

    assert answer.status_code == 403
    assert "Đăng nhập lại" in answer.text or "bắt đầu lại" in answer.text
    assert not browser.is_in()


def test_a_stolen_code_is_worth_nothing_without_its_verifier(browser: Browser, services: Services) -> None:
    thief = Browser(services, browser.provider)
    stolen = parse_qs(urlsplit(browser.at_provider(browser.leave())).query)["code"][0]
    own = parse_qs(urlsplit(thief.leave()).query)["state"][0]

    answer = thief.client.get("/dang-nhap/oidc/ve", params={"code": stolen, "state": own})

    assert answer.status_code == 403
    assert not thief.is_in()


LIES = {
    "wrong nonce": {"nonce": "of-another-try"},
    "no nonce": {"nonce": None},
    "other audience": {"aud": "another-program"},
    "several audiences, not asked for by us": {"aud": [CLIENT, "another"], "azp": "another"},
    "asked for by another": {"azp": "another"},
    "other issuer": {"iss": "https://evil.example"},
    "expired": {"exp": int(NOON.timestamp()) - 120},
    "no end": {"exp": None},
    "not valid yet": {"nbf": int(NOON.timestamp()) + 900},
    "nobody": {"sub": None},
    "no name": {"preferred_username": None},
    "a name that is none": {"preferred_username": ["huong"]},
}


@pytest.mark.parametrize("lie", LIES)
def test_a_token_that_is_not_for_this_try_is_not_taken(browser: Browser, office: Office, lie: str) -> None:
    def change(claims: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in {**claims, **LIES[lie]}.items() if value is not None}

    browser.provider.change = change

    answer = browser.sign_in()

    assert answer.status_code == 403
    assert 'role="alert"' in answer.text
    assert not browser.is_in()
    assert "sign-in" not in actions(office.database)


@pytest.mark.parametrize("alg", ["none", "HS256"])
def test_a_token_without_the_providers_own_signature_is_not_taken(browser: Browser, alg: str) -> None:
    browser.provider.alg = alg

    assert browser.sign_in().status_code == 403
    assert not browser.is_in()


def test_a_token_by_another_key_is_not_taken(browser: Browser) -> None:
    browser.provider.signing = RSAKey.generate_key(2048, {"kid": "r"})

    assert browser.sign_in().status_code == 403
    assert not browser.is_in()


def test_nobody_is_let_in_without_an_account(browser: Browser, office: Office) -> None:
    browser.provider.name = "nobody.here"

    answer = browser.sign_in()

    assert answer.status_code == 403
    assert "nobody.here" in answer.text
    assert office.rows("audit", "action", "subject", "details")[-1] == (
        "sign-in refused", "nobody.here", {"by": "oidc", "why": "no account"},
    )  # fmt: skip


def test_a_closed_account_stays_closed(browser: Browser, office: Office) -> None:
    with office.database.writing() as connection:
        accounts.disable_account(connection, "huong", NOON, "test")

    assert browser.sign_in().status_code == 403
    assert not browser.is_in()


def test_a_missing_account_is_made_where_the_settings_say_so(
    services: Services, office: Office, provider: FakeProvider
) -> None:
    make(office.database)
    provider.name = "Lan.VT"
    browser = Browser(services, provider, create_role="viewer", create_unit="XA")

    assert browser.sign_in("/t").headers["location"] == "/t"

    role, unit_id = next(row[1:] for row in office.rows("account", "name", "role", "unit_id") if row[0] == "lan.vt")
    assert (role, unit_id) == (Role.VIEWER, 1)
    assert browser.client.get("/tai-khoan").status_code == 403


@pytest.mark.parametrize("name", ["huong@evil.example", "somebody", "../../x"])
def test_a_name_that_no_account_may_have_makes_none(
    services: Services, office: Office, provider: FakeProvider, name: str
) -> None:
    make(office.database)
    provider.name = name

    assert Browser(services, provider, create_role="viewer", create_unit="XA").sign_in().status_code == 403
    assert len(office.rows("account", "name")) == 1


def test_an_audience_of_its_own_can_be_asked_for(services: Services, office: Office, provider: FakeProvider) -> None:
    make(office.database)
    browser = Browser(services, provider, audience="province")
    assert browser.sign_in().status_code == 403

    provider.change = lambda claims: {**claims, "aud": "province"}

    assert browser.sign_in().status_code == 303


@pytest.mark.parametrize("way", ["//evil.example", "https://evil.example", "/\\evil.example", "/%0d%0aX: y"])
def test_coming_back_leads_nowhere_else(browser: Browser, way: str) -> None:
    there = browser.sign_in(way).headers["location"]

    assert there.startswith("/")
    assert not there.startswith(("//", "/\\"))
    assert "\n" not in there


@pytest.mark.parametrize(
    "part", ["authorization_endpoint", "token_endpoint", "jwks_uri", "end_session_endpoint", "issuer"]
)
def test_a_provider_that_names_another_place_is_not_followed_there(browser: Browser, part: str) -> None:
    browser.provider.document = {part: "http://127.0.0.1:9/elsewhere"}

    answer = browser.client.get("/dang-nhap/oidc")

    assert answer.status_code == 403
    assert "127.0.0.1:9" not in answer.text


@pytest.mark.parametrize("broken", ["/.well-known/openid-configuration", "/token", "/keys"])
def test_a_redirect_is_not_followed(browser: Browser, broken: str) -> None:
    there = browser.leave()
    browser.provider.broken = broken

    assert browser.client.get(browser.at_provider(there)).status_code == 403
    assert not browser.is_in()


def test_a_provider_that_is_away_leaves_the_password(
    services: Services, office: Office, provider: FakeProvider
) -> None:
    once = make(office.database)
    browser = Browser(services, provider, issuer="http://127.0.0.1:9")

    answer = browser.client.get("/dang-nhap/oidc")

    assert answer.status_code == 403
    assert "không trả lời" in answer.text
    form = {"form_key": _key(answer.text), "name": "huong", "password": once}
    assert browser.client.post("/dang-nhap", data=form).status_code == 303


def test_whoever_signs_out_is_offered_to_do_so_at_the_provider_too(browser: Browser) -> None:
    browser.sign_in()
    key = _key(browser.client.get("/t").text)

    out = browser.client.post("/dang-xuat", data={"form_key": key}).headers["location"]

    assert "/dang-xuat/oidc" in browser.client.get(out).text
    there = urlsplit(browser.client.get("/dang-xuat/oidc").headers["location"])
    assert f"{there.scheme}://{there.netloc}{there.path}" == f"{browser.provider.url}/logout"
    assert parse_qs(there.query) == {"client_id": [CLIENT], "post_logout_redirect_uri": [f"{URL}/dang-nhap"]}


def test_signing_in_this_way_ends_after_a_rest_as_any_other(browser: Browser) -> None:
    browser.sign_in()
    assert browser.is_in()

    browser.now += timedelta(minutes=31)

    assert not browser.is_in()


def test_the_try_is_kept_from_scripts_and_from_other_hosts(
    services: Services, office: Office, provider: FakeProvider
) -> None:
    url = "https://danhgia.example.gov.vn"
    oidc = Oidc(issuer=provider.url, client_id=CLIENT)
    app = create_app(replace(services, config=CollectorConfig(public_url=url, accounts=Accounts(oidc=oidc))))

    answer = TestClient(app, base_url=url, follow_redirects=False).get("/dang-nhap/oidc")

    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-oidc=")
    assert {"HttpOnly", "Secure", "SameSite=lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert parse_qs(urlsplit(answer.headers["location"]).query)["redirect_uri"] == [f"{url}/dang-nhap/oidc/ve"]
