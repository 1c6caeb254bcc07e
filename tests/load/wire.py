"""Wire: a kiosk's calls as bytes, and a connection that costs the machine as little as a client can.

The generator shares two cores with what it measures, so it signs by a form of its own. That this is letter by letter
what ``sync.protocol.signature.sign_request`` signs, a test holds.
"""

import asyncio
import base64
from dataclasses import dataclass, field
from hashlib import sha256
from typing import cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.domain.instant import Instant
from sync.protocol.kiosk_clock import format_kiosk_clock
from sync.protocol.messages import BATCH_MEDIA_TYPE, JSON_MEDIA_TYPE

CONNECT_S_MAX, ANSWER_S_MAX = 5.0, 30.0
"""As the agent's route (``sync.agent.wire.route``)."""
NO_ANSWER = 0
"""In the place of a status: the connection broke, or nothing came in time."""
_AGENT = "User-Agent: hailong-kiosk\r\nAccept: application/json\r\nAccept-Encoding: identity\r\n"
_JSON = (("content-type", JSON_MEDIA_TYPE),)
_BATCH = (("content-type", BATCH_MEDIA_TYPE), ("content-encoding", "gzip"))


@dataclass(frozen=True, slots=True)
class Signed:
    """A request, and what a collector keeps to prove it later."""

    wire: bytes
    base: str
    signature: str
    clock: str


@dataclass(frozen=True, slots=True)
class Signer:
    """One kiosk's key, at one collector's address."""

    authority: str
    keyid: str
    key: Ed25519PrivateKey

    def get(self, target: str, clock: Instant, known: str | None = None) -> Signed:
        """A question; with ``known``, only for another version than that."""
        more = "" if known is None else f"If-None-Match: {known}\r\n"
        return self._signed("GET", target, b"", (), clock, more)

    def message(self, target: str, body: bytes, clock: Instant) -> Signed:
        """A message."""
        return self._signed("POST", target, body, _JSON, clock)

    def batch(self, target: str, body: bytes, clock: Instant) -> Signed:
        """A packed batch."""
        return self._signed("POST", target, body, _BATCH, clock)

    def _signed(
        self,
        method: str,
        target: str,
        body: bytes,
        content: tuple[tuple[str, str], ...],
        clock: Instant,
        more: str = "",
    ) -> Signed:
        path, _, query = target.partition("?")
        digest = f"sha-256=:{base64.b64encode(sha256(body).digest()).decode()}:"
        said = format_kiosk_clock(clock)
        covered = "".join(f' "{name}"' for name, _ in content)
        parameters = (
            f'("@method" "@authority" "@path" "@query"{covered} "content-digest" "kiosk-clock")'
            f';created={int(clock.wall.timestamp())};keyid="{self.keyid}";alg="ed25519";tag="hailong-v1"'
        )
        fields = "".join(f'"{name}": {value}\n' for name, value in content)
        base = (
            f'"@method": {method}\n"@authority": {self.authority}\n"@path": {path}\n"@query": ?{query}\n{fields}'
            f'"content-digest": {digest}\n"kiosk-clock": {said}\n"@signature-params": {parameters}'
        )
        signature = f"kiosk=:{base64.b64encode(self.key.sign(base.encode())).decode()}:"
        length = f"Content-Length: {len(body)}\r\n" if method == "POST" else ""
        headers = "".join(f"{name}: {value}\r\n" for name, value in content)
        head = (
            f"{method} {target} HTTP/1.1\r\nHost: {self.authority}\r\n{_AGENT}{headers}{more}{length}"
            f"Content-Digest: {digest}\r\nKiosk-Clock: {said}\r\n"
            f"Signature-Input: kiosk={parameters}\r\nSignature: {signature}\r\n\r\n"
        )
        return Signed(head.encode("latin-1") + body, base, signature, said)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: bytes = b""
    headers: dict[bytes, bytes] = field(default_factory=dict)

    @property
    def retry_after_s(self) -> int | None:
        """For how long the collector asked to be left alone."""
        said = self.headers.get(b"retry-after", b"").decode()
        return int(said) if said.isdecimal() else None


class Connection(asyncio.Protocol):
    """One connection: a request, its answer, the next request."""

    def __init__(self) -> None:
        self._got = bytearray()
        self._answer: asyncio.Future[Answer] | None = None
        self._transport: asyncio.Transport | None = None
        self._is_lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It is open."""
        # uvloop's transports are no subclass of asyncio's.
        self._transport = cast("asyncio.Transport", transport)

    async def ask(self, request: bytes) -> Answer:
        """The answer to a request; NO_ANSWER where none came in time."""
        if self._transport is None or self._is_lost:
            return Answer(NO_ANSWER)
        self._got.clear()
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        try:
            async with asyncio.timeout(ANSWER_S_MAX):
                return await self._answer
        except TimeoutError:
            self.close()
            return Answer(NO_ANSWER)

    def data_received(self, data: bytes) -> None:
        """A part of an answer."""
        self._got += data
        end = self._got.find(b"\r\n\r\n")
        if end < 0 or self._answer is None or self._answer.done():
            return
        first, *lines = bytes(self._got[:end]).split(b"\r\n")
        headers = dict(line.lower().split(b": ", 1) for line in lines)
        length = int(headers.get(b"content-length", b"0"))
        if len(self._got) >= end + 4 + length:
            # In lower case all of it: an ETag of ours is digits and lower-case letters.
            self._answer.set_result(Answer(int(first.split(b" ")[1]), bytes(self._got[end + 4 :]), headers))

    def connection_lost(self, _: Exception | None) -> None:
        """It is closed."""
        self._is_lost = True
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(Answer(NO_ANSWER))

    def close(self) -> None:
        """Close it."""
        if self._transport is not None:
            self._transport.close()


async def connect(port: int) -> Connection:
    """A connection to loopback; one that answers nothing where it cannot be opened."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(CONNECT_S_MAX):
            _, connection = await loop.create_connection(Connection, "127.0.0.1", port)
    except (OSError, TimeoutError):
        return Connection()
    return connection
