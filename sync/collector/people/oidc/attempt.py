"""Attempt: what one browser remembers between leaving for the provider and coming back."""

import base64
import secrets

import msgspec

CHARS_MAX = 3000


class Attempt(msgspec.Struct, frozen=True):
    """One try to sign in; it lies in the browser alone, where scripts and other sites do not reach it."""

    state: str
    """Comes back with the answer: the answer to another browser's question is not taken."""
    nonce: str
    """Stands in the token: a token made for another try is not taken."""
    verifier: str
    """Whoever steals the code on its way cannot cash it in without this (PKCE, RFC 7636)."""
    way: str
    """Where to go on."""

    @classmethod
    def begin(cls, way: str) -> "Attempt":
        """A new try."""
        return cls(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48), way)

    def written(self) -> str:
        """The try as a cookie holds it."""
        return base64.urlsafe_b64encode(msgspec.json.encode(self)).decode()


def read_attempt(cookie: str) -> Attempt | None:
    """The try that a cookie holds; None where it holds none."""
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(cookie[:CHARS_MAX]), type=Attempt)
    except (ValueError, msgspec.DecodeError):
        return None
