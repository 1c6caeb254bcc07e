"""Provider: asks the office's OpenID provider for its word on who somebody is, and checks that word.

Nobody but the configured issuer is ever called: addresses that it names elsewhere are refused, redirects
too. A token counts only with a signature by one of the issuer's keys, for us, for this try, and in time.
What it takes is an extra of the package, so its modules are imported where they are used.
"""

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

import msgspec

from sync.collector.people.oidc.attempt import Attempt
from sync.collector.people.oidc.errors import ArrivalRefused, ProviderDown
from sync.collector.settings.oidc import Oidc

T = TypeVar("T")
CONNECT_S, READ_S = 5.0, 10.0
LEEWAY_S = 60
"""So far the two clocks may differ."""
SIGNATURES = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""By a key of the provider's alone: a token without a signature, or with one by a shared secret, is anybody's."""
SCOPE = "openid profile"


class _Document(msgspec.Struct, frozen=True):
    """What the provider says of itself (OpenID Connect Discovery 1.0)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    end_session_endpoint: str | None = None


@dataclass(frozen=True, slots=True)
class Provider:
    """The issuer of the settings; ``return_url`` is where it sends people back to."""

    settings: Oidc
    return_url: str

    def leave(self, attempt: Attempt) -> str:
        """The address at the provider where a person signs in. Raises ProviderDown."""
        with self._calling() as client:
            there = self._document(client).authorization_endpoint
            way, _ = client.create_authorization_url(
                there, state=attempt.state, code_verifier=attempt.verifier, nonce=attempt.nonce
            )
            return str(way)

    def come_back(self, attempt: Attempt, code: str, now: datetime) -> str:
        """The name by which the provider knows whoever came back with ``code``.

        Raises ArrivalRefused or ProviderDown.
        """
        with self._calling() as client:
            document = self._document(client)
            answer = self._cash_in(client, document.token_endpoint, code, attempt.verifier)
            keys = _read(client, document.jwks_uri, Any)
            claims = self._checked(answer["id_token"], keys, attempt.nonce, now)
            # A provider may keep names out of the token, and tell them only to whoever asks with it.
            if self.settings.name_claim not in claims and document.userinfo_endpoint:
                claims = self._told(client, document.userinfo_endpoint, answer, keys, claims["sub"])
        name = claims.get(self.settings.name_claim)
        if not isinstance(name, str) or not name:
            raise ArrivalRefused(
                "the office's account says no name ({claim}); IT staff can choose another claim",
                claim=self.settings.name_claim,
            )
        return name.casefold()

    def sign_out(self, back_to: str) -> str | None:
        """Where a person signs out at the provider too; None where it offers no such thing. Raises ProviderDown."""
        with self._calling() as client:
            there = self._document(client).end_session_endpoint
        if there is None:
            return None
        query = urlencode({"client_id": self.settings.client_id, "post_logout_redirect_uri": back_to})
        return f"{there}{'&' if '?' in there else '?'}{query}"

    @contextmanager
    def _calling(self) -> Any:
        try:
            from authlib.integrations.requests_client import OAuth2Session
        except ModuleNotFoundError as error:
            raise ProviderDown("signing in with the office's account is not installed: hailong[oidc]") from error
        client = OAuth2Session(
            self.settings.client_id,
            self.settings.client_secret or None,
            scope=SCOPE,
            redirect_uri=self.return_url,
            code_challenge_method="S256",
        )
        client.trust_env = False
        client.max_redirects = 0
        client.verify = str(self.settings.ca_file) if self.settings.ca_file else True
        # One road only: a request to any other place finds no adapter and is not sent.
        _, adapter = client.adapters.popitem()
        client.adapters.clear()
        client.mount(f"{_origin(self.settings.issuer)}/", adapter)
        try:
            with client:
                yield client
        except OSError as error:  # whatever goes wrong on the way is one to requests
            raise ProviderDown("the office's accounts do not answer now; try later") from error

    def _document(self, client: Any) -> _Document:
        found: _Document = _read(client, f"{self.settings.issuer}/.well-known/openid-configuration", _Document)
        ours = _origin(self.settings.issuer)
        named = (
            found.authorization_endpoint,
            found.token_endpoint,
            found.jwks_uri,
            found.userinfo_endpoint,
            found.end_session_endpoint,
        )
        if found.issuer.rstrip("/") != self.settings.issuer or any(_origin(way) != ours for way in named if way):
            raise ProviderDown("the office's accounts name another address than the settings do; tell IT staff")
        return found

    def _cash_in(self, client: Any, endpoint: str, code: str, verifier: str) -> dict[str, Any]:
        """What a code is worth: a token on who it is, and one to ask more with."""
        from authlib.common.errors import AuthlibBaseError

        try:
            answer = client.fetch_token(
                endpoint,
                grant_type="authorization_code",
                code=code,
                code_verifier=verifier,
                timeout=(CONNECT_S, READ_S),
                allow_redirects=False,
            )
        except AuthlibBaseError as error:
            raise ArrivalRefused("the office's accounts did not take this sign-in; begin again") from error
        except ValueError as error:
            raise ProviderDown("the office's accounts do not answer now; try later") from error
        if not isinstance(answer.get("id_token"), str):
            raise ArrivalRefused("the office's accounts did not take this sign-in; begin again")
        return dict(answer)

    def _told(self, client: Any, endpoint: str, answer: dict[str, Any], keys: Any, subject: str) -> dict[str, Any]:
        """What the provider tells of the person whom the checked token is about (OpenID Connect Core 5.3)."""
        access = answer.get("access_token")
        if not isinstance(access, str):
            return {}
        said = _get(client, endpoint, Authorization=f"Bearer {access}")
        if said.headers.get("content-type", "").partition(";")[0].strip().lower() == "application/jwt":
            claims = self._signed(said.text, keys, {})
        else:
            claims = _decoded(said.content, dict[str, Any])
        # 5.3.2: an answer about somebody else must not be taken.
        if claims.get("sub") != subject:
            raise ArrivalRefused("the word of the office's accounts does not hold; begin again")
        return claims

    def _checked(self, token: str, keys: Any, nonce: str, now: datetime) -> dict[str, Any]:
        in_time: dict[str, Any] = {"now": int(now.timestamp()), "leeway": LEEWAY_S}
        essential = {name: {"essential": True} for name in ("exp", "iat", "sub")}
        claims = self._signed(token, keys, in_time | essential | {"nonce": {"essential": True, "value": nonce}})
        # OpenID Connect Core 3.1.3.7: made for several, it must say that we asked for it.
        several = isinstance(claims.get("aud"), list) and len(claims["aud"]) > 1
        if (several or "azp" in claims) and claims.get("azp") != self.settings.client_id:
            raise ArrivalRefused("the word of the office's accounts does not hold; begin again")
        return claims

    def _signed(self, token: str, keys: Any, wanted: dict[str, Any]) -> dict[str, Any]:
        """What the issuer signed for us."""
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet
        from joserfc.jwt import JWTClaimsRegistry, decode

        registry = JWTClaimsRegistry(
            iss={"essential": True, "value": self.settings.issuer},
            aud={"essential": True, "value": self.settings.wanted_audience},
            **wanted,
        )
        try:
            claims: dict[str, Any] = decode(token, KeySet.import_key_set(keys), algorithms=SIGNATURES).claims
            issuer = claims.get("iss")
            registry.validate({**claims, "iss": issuer.rstrip("/") if isinstance(issuer, str) else issuer})
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise ArrivalRefused("the word of the office's accounts does not hold; begin again") from error
        return claims


def _read(client: Any, way: str, kind: Callable[..., T] | Any) -> Any:
    return _decoded(_get(client, way).content, kind)


def _get(client: Any, way: str, **headers: str) -> Any:
    answer = client.get(way, withhold_token=True, headers=headers, timeout=(CONNECT_S, READ_S), allow_redirects=False)
    if answer.status_code != 200:
        raise ProviderDown("the office's accounts do not answer now; try later")
    return answer


def _decoded(body: bytes, kind: Callable[..., T] | Any) -> Any:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ProviderDown("the office's accounts do not answer now; try later") from error


def _origin(way: str) -> str:
    try:
        parts = urlsplit(way)
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError:
        return ""
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    usual = {"https": 443, "http": 80}.get(parts.scheme) == port
    return f"{parts.scheme}://{host}" if usual else f"{parts.scheme}://{host}:{port}"
