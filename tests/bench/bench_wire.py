"""What a rating costs on the wire, and what a signature costs in time."""

import random
from collections.abc import Iterator
from datetime import timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from harness import Figure, alternate

from kiosk.domain.visit.rating import Standing
from kiosk.journal.lines import encode_line, line_of
from sync.protocol.batch import pack_batch, unpack_batch
from sync.protocol.signature import sign_request, verify_request
from tests.builders import FrozenClock, make_rating

RATINGS = 500
BYTES_MAX = 18
URL = (
    "https://gop-y.example.gov.vn/v1/journals/7c0e1f6a-2d3b-4c5d-8e9f-0a1b2c3d4e5f/entries"
    f"?from=184201&prev={'5e' * 32}"
)
DEVICE = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"


def figures() -> Iterator[Figure]:
    lines = presses(RATINGS)
    body = pack_batch(lines)
    key = Ed25519PrivateKey.generate()
    content = {"Content-Type": "application/x-ndjson", "Content-Encoding": "gzip"}
    clock = FrozenClock()

    def sign() -> dict[str, str]:
        added = sign_request(
            method="POST", url=URL, headers=content, body=body, keyid=DEVICE, private_key=key, clock=clock.now()
        )
        return {**content, **added}

    headers = sign()
    yield Figure(
        "a rating on the wire, 500 a request, headers included", sent(headers, body) / RATINGS, "B", BYTES_MAX, 1
    )
    yield Figure("a rating in the body alone", len(body) / RATINGS, "B", len(b"\n".join(lines)) / RATINGS)
    raw, public = key.sign(b"x" * 700), key.public_key()
    signing = alternate(sign, lambda: key.sign(b"x" * 700), 200)
    yield Figure("signing a request, against bare Ed25519", signing[0] * 1e6, "µs", signing[1] * 1e6)

    def verify() -> None:
        verify_request(method="POST", url=URL, headers=headers, body=body, key_of=lambda _: public.public_bytes_raw())

    verifying = alternate(verify, lambda: public.verify(raw, b"x" * 700), 200)
    yield Figure("verifying a request, against bare Ed25519", verifying[0] * 1e6, "µs", verifying[1] * 1e6)
    packing = alternate(lambda: pack_batch(lines), lambda: unpack_batch(body, "gzip"), 30)
    yield Figure("packing 500 ratings, against unpacking them", packing[0] * 1e6, "µs", packing[1] * 1e6)


def presses(count: int) -> list[bytes]:
    """Ratings as a counter sees them: 60 a day, most of them good, some repeated, a new boot every morning."""
    chance = random.Random(20261121)
    clock = FrozenClock()
    lines = []
    for place in range(count):
        clock.advance(chance.expovariate(1 / 480))
        if clock.wall.hour >= 17:
            clock.wall = (clock.wall + timedelta(days=1)).replace(hour=7, minute=30 + chance.randrange(20))
            clock.mono_us = chance.randrange(60_000_000, 200_000_000)
            clock.boot = f"{chance.getrandbits(32):08x}-0d5c-4f5e-9c57-{chance.getrandbits(48):012x}"
        standing = Standing.REPEAT if chance.random() < 0.05 else Standing.COUNTED
        level = chance.choices([5, 4, 3, 2, 1], [45, 38, 10, 4, 3])[0]
        lines.append(encode_line(line_of(184_201 + place, make_rating(clock, level, standing=standing))))
    return lines


def sent(headers: dict[str, str], body: bytes) -> int:
    """Bytes of the request as HTTP/1.1 sends it."""
    path = URL.removeprefix("https://gop-y.example.gov.vn")
    usual = {
        "Host": "gop-y.example.gov.vn",
        "User-Agent": "hailong-kiosk",
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "Content-Length": str(len(body)),
    }
    head = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in {**usual, **headers}.items()), "", ""]
    return len("\r\n".join(head).encode()) + len(body)
