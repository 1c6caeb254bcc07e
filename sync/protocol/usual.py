"""Usual: a signed request in the one form in which kiosks write it, taken apart without a general parser.

RFC 9421 allows a thousand spellings; ours (``signature.sign_request``) is always the same. What reads like it, sign by
sign, needs no parser to say what was signed. Whatever differs is left to the library, and so is every word on why
something is refused.
"""

import base64
import re
from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

_METHOD = re.compile("[A-Z]+")
_URL = re.compile(r"(https?)://([a-z0-9.-]+(?::[1-9][0-9]{0,4})?)(/[0-9A-Za-z/_.~-]*)(\?[0-9A-Za-z=&_.~:,;*+-]*)?")
_INPUT = re.compile(
    r'kiosk=(\(((?:"[a-z@-]+" ?)+)\);created=(0|[1-9][0-9]{0,14});keyid="([0-9A-Za-z+/=-]{1,64})"'
    r';alg="ed25519";tag="hailong-v1")'
)
_SIGNATURE = re.compile(r"kiosk=:([0-9A-Za-z+/]{86}==):")
_VALUE = re.compile(r"[!-~](?:[ -~]*[!-~])?")
_USUAL_PORTS = {"http": ":80", "https": ":443"}
_CONTENT = ("content-type", "content-encoding")
_WANTED = frozenset({*_CONTENT, "content-digest", "kiosk-clock", "signature", "signature-input"})


class Usual(NamedTuple):
    """What such a request says."""

    keyid: str
    created: int
    clock: str
    """The Kiosk-Clock field."""
    base: str
    """What is signed (RFC 9421, 2.5)."""
    raw: bytes
    """The signature, 64 bytes."""
    signature: str
    """The Signature field as sent."""


def read_usual(method: str, url: str, fields: Iterable[tuple[str, str]], body: bytes) -> Usual | None:
    """What a request says whose every part is in the usual form and whose digest is its body's; None for any other."""
    place, found = _place(url), _only(fields)
    if place is None or found is None or _METHOD.fullmatch(method) is None:
        return None
    signed, said = _INPUT.fullmatch(found["signature-input"]), _SIGNATURE.fullmatch(found["signature"])
    if signed is None or said is None or found["content-digest"] != _digest(body):
        return None
    content = [name for name in _CONTENT if name in found]
    if signed[2] != _covered(*content):
        return None
    raw = base64.b64decode(said[1])
    lines = [f'"{name}": {found[name]}' for name in (*content, "content-digest", "kiosk-clock")]
    base = "\n".join([f'"@method": {method}', place, *lines, f'"@signature-params": {signed[1]}'])
    return Usual(signed[4], int(signed[3]), found["kiosk-clock"], base, raw, found["signature"])


def _only(fields: Iterable[tuple[str, str]]) -> dict[str, str] | None:
    """The fields that matter, by their names in lower case; None where one is odd, twice or missing."""
    found: dict[str, str] = {}
    for written, value in fields:
        name = written.lower()
        if name in _WANTED:
            if name in found or _VALUE.fullmatch(value) is None:
                return None
            found[name] = value
    return found if found.keys() >= _WANTED - set(_CONTENT) else None


def _digest(body: bytes) -> str:
    return f"sha-256=:{base64.b64encode(sha256(body).digest()).decode()}:"


@lru_cache(8)
def _covered(*content: str) -> str:
    names = ("@method", "@authority", "@path", "@query", *content, "content-digest", "kiosk-clock")
    return " ".join(f'"{name}"' for name in names)


@lru_cache(256)
def _place(url: str) -> str | None:
    """What is signed of an address."""
    found = _URL.fullmatch(url)
    if found is None or found[2].endswith(_USUAL_PORTS[found[1]]):
        return None
    return f'"@authority": {found[2]}\n"@path": {found[3]}\n"@query": {found[4] or "?"}'
