"""A signed request that is right as it stands; a test alters one part and asks again."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.domain.instant import Instant
from sync.protocol.signature import Verified, sign_request, verify_request

MOMENT = Instant(
    datetime(2026, 11, 21, 9, 12, 33, 250_000, timezone(timedelta(hours=7))),
    8_123_456,
    "1b4e28ba-2fa1-11d2-883f-0016d3cca427",
)
URL = "https://gop-y.example.gov.vn/v1/journals/7c0e/entries?from=1&prev=ab"


@dataclass
class SignedRequest:
    """What came in, the public key that the collector holds, and which key ids it was asked for."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes
    public_key: bytes
    asked: list[str] = field(default_factory=list)

    def verify(self, **altered: Any) -> Verified:
        """What the collector makes of the request with some of its parts altered."""
        parts = {"method": self.method, "url": self.url, "headers": self.headers, "body": self.body}
        return verify_request(**{**parts, "key_of": self.key_of, **altered})

    def key_of(self, keyid: str) -> bytes:
        """The collector's key lookup, noting what was asked."""
        self.asked.append(keyid)
        return self.public_key

    def without(self, *names: str) -> dict[str, str]:
        """The header fields but those."""
        return {name: value for name, value in self.headers.items() if name not in names}


def make_signed(
    method: str = "POST", body: bytes = b"the body as sent", clock: Instant = MOMENT, **headers: str
) -> SignedRequest:
    """A request signed with the key whose seed is the bytes 0 to 31."""
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    fields |= sign_request(
        method=method, url=URL, headers=fields, body=body, keyid="device-1", private_key=key, clock=clock
    )
    return SignedRequest(method, URL, fields, body, key.public_key().public_bytes_raw())
