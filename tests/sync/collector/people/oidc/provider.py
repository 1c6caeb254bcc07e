"""A small OpenID provider on loopback: discovery, keys, authorisation with PKCE, tokens; and it can be made to lie."""

import base64
import json
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey

CLIENT, SECRET = "hailong", "a-secret-of-the-province"
ACCESS = "whoever-has-this-may-ask"
Claims = dict[str, Any]


@dataclass
class FakeProvider:
    """Signs in whoever ``name`` says."""

    url: str
    now: Callable[[], int]
    name: str = "huong"
    alg: str = "RS256"
    change: Callable[[Claims], Claims] = lambda claims: claims
    """What becomes of a token's claims before they are signed."""
    told: dict[str, Any] | str = field(default_factory=dict)
    """What the userinfo endpoint says besides who it is; a text is a signed answer."""
    document: dict[str, Any] = field(default_factory=dict)
    """What the discovery document says otherwise."""
    broken: str = ""
    """The path that answers with a redirect to elsewhere."""
    keys: dict[str, Any] = field(default_factory=dict)
    signing: Any = None
    """Another key than those that are published."""
    codes: dict[str, Claims] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.keys = {
            "RS256": RSAKey.generate_key(2048, {"kid": "r", "use": "sig"}),
            "ES256": ECKey.generate_key("P-256", {"kid": "e", "use": "sig"}),
        }

    def authorise(self, query: dict[str, str]) -> str:
        """Where the person's browser is sent back to."""
        assert query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        assert "openid" in query["scope"].split()
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, Claims]:
        """What a code is worth: once, to the right client, with the verifier."""
        query = self.codes.pop(form.get("code", ""), None)
        sent = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        challenge = (
            base64.urlsafe_b64encode(sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        )
        if query is None or sent != f"{CLIENT}:{SECRET}" or challenge != query["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        return 200, {"access_token": ACCESS, "token_type": "Bearer", "id_token": self.id_token(query["nonce"])}

    def id_token(self, nonce: str) -> str:
        """The signed word on who it is."""
        claims = self.change({
            "iss": self.url, "aud": CLIENT, "sub": "42", "iat": self.now(), "exp": self.now() + 300, "nonce": nonce,
            "preferred_username": self.name,
        })  # fmt: skip
        if self.alg == "none":
            parts = [json.dumps({"alg": "none"}).encode(), json.dumps(claims).encode()]
            return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts) + "."
        if self.alg == "HS256":
            # The published key taken for a shared secret: the attack of old JWT libraries.
            shared = OctKey.import_key(self.keys["RS256"].as_pem(private=False))
            return jwt.encode({"alg": "HS256", "kid": "r"}, claims, shared, algorithms=["HS256"])
        key = self.signing or self.keys[self.alg]
        return jwt.encode({"alg": self.alg, "kid": key.kid}, claims, key)

    def discovery(self) -> Claims:
        """What the provider says of itself."""
        return {
            "issuer": self.url, "authorization_endpoint": f"{self.url}/authorise",
            "token_endpoint": f"{self.url}/token", "jwks_uri": f"{self.url}/keys",
            "end_session_endpoint": f"{self.url}/logout", **self.document,
        }  # fmt: skip


class _Server(ThreadingHTTPServer):
    provider: FakeProvider


class _Handler(BaseHTTPRequestHandler):
    server: "_Server"

    def do_GET(self) -> None:
        one, parts = self.server.provider, urlsplit(self.path)
        one.asked.append(parts.path)
        if parts.path == one.broken:
            self._send(302, b"", {"Location": "http://127.0.0.1:9/elsewhere"})
        elif parts.path == "/.well-known/openid-configuration":
            self._json(200, one.discovery())
        elif parts.path == "/keys":
            self._json(200, KeySet(list(one.keys.values())).as_dict(private=False))
        elif parts.path == "/me" and self.headers.get("Authorization") == f"Bearer {ACCESS}":
            self._tell(one.told)
        elif parts.path == "/authorise":
            self._send(302, b"", {"Location": one.authorise(dict(parse_qsl(parts.query)))})
        else:
            self._send(404, b"", {})

    def do_POST(self) -> None:
        one = self.server.provider
        one.asked.append(self.path)
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.path == one.broken:
            self._send(307, b"", {"Location": "http://127.0.0.1:9/elsewhere"})
        else:
            self._json(*one.token(dict(parse_qsl(body)), self.headers.get("Authorization", "")))

    def _tell(self, told: Claims | str) -> None:
        if isinstance(told, str):
            self._send(200, told.encode(), {"Content-Type": "application/jwt"})
        else:
            self._json(200, {"sub": "42", **told})

    def _json(self, status: int, said: Claims) -> None:
        self._send(status, json.dumps(said).encode(), {"Content-Type": "application/json"})

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def provider_on_loopback(now: Callable[[], int]) -> Iterator[FakeProvider]:
    """The provider, running."""
    server = _Server(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    server.provider = FakeProvider(f"http://127.0.0.1:{server.server_address[1]}", now)
    try:
        yield server.provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
