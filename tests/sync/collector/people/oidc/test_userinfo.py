"""A name that the provider keeps out of its token is asked for, and only about whom the token is."""

from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.sync.collector.one_engine import database_url  # noqa: F401 - asked of both elsewhere
from tests.sync.collector.people.oidc.provider import CLIENT
from tests.sync.collector.people.oidc.test_oidc import Browser, browser, provider  # noqa: F401 - fixtures


def without_name(claims: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in claims.items() if key != "preferred_username"}


@pytest.fixture
def secretive(browser: Browser) -> Browser:  # noqa: F811 - the fixture
    """Before a provider that keeps names out of its tokens and tells them to whoever asks with one."""
    browser.provider.change = without_name
    browser.provider.document = {"userinfo_endpoint": f"{browser.provider.url}/me"}
    browser.provider.told = {"preferred_username": "huong"}
    return browser


def test_a_name_that_is_not_in_the_token_is_asked_for(secretive: Browser) -> None:
    assert secretive.sign_in().headers["location"] == "/t/XA"
    assert secretive.is_in()


def test_whose_name_is_in_the_token_is_not_asked_for_again(secretive: Browser) -> None:
    secretive.provider.change = lambda claims: claims
    secretive.provider.told = {"preferred_username": "somebody"}

    assert secretive.sign_in().headers["location"] == "/t/XA"
    assert "/me" not in secretive.provider.asked


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"sub": "43", "preferred_username": "huong"}, 403),
        ({"sub": None, "preferred_username": "huong"}, 403),
        ({"preferred_username": ""}, 403),
        ({"preferred_username": ["huong"]}, 403),
        ({}, 403),
        ("no.signed.answer", 403),
    ],
)
def test_an_answer_about_somebody_else_or_nobody_is_not_taken(
    secretive: Browser, told: dict[str, Any] | str, status: int
) -> None:
    secretive.provider.told = told

    assert secretive.sign_in().status_code == status
    assert not secretive.is_in()


@pytest.mark.parametrize("signed_by_it", [True, False])
def test_a_signed_answer_counts_with_the_providers_signature_alone(secretive: Browser, signed_by_it: bool) -> None:
    one = secretive.provider
    key = one.keys["RS256"] if signed_by_it else RSAKey.generate_key(2048, {"kid": "r"})
    claims = {"iss": one.url, "aud": CLIENT, "sub": "42", "preferred_username": "huong"}
    one.told = jwt.encode({"alg": "RS256", "kid": "r"}, claims, key)

    assert secretive.sign_in().status_code == (303 if signed_by_it else 403)
    assert secretive.is_in() is signed_by_it


def test_nobody_else_is_asked_for_a_name(secretive: Browser) -> None:
    secretive.provider.document = {"userinfo_endpoint": "http://127.0.0.1:9/me"}

    answer = secretive.client.get("/dang-nhap/oidc")

    assert answer.status_code == 403, answer.text
    assert "/me" not in secretive.provider.asked


@pytest.mark.parametrize("broken", ["/me", ""])
def test_a_provider_that_tells_no_name_lets_nobody_in(secretive: Browser, broken: str) -> None:
    secretive.provider.broken = broken
    if not broken:
        secretive.provider.document = {}

    assert secretive.sign_in().status_code == 403
    assert not secretive.is_in()
