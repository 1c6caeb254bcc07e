"""Signature: a request vouches for itself (RFC 9421 over an RFC 9530 digest, Ed25519).

What is signed is exactly what the collector acts on: method, authority, path, query, the
two content fields where they are present, the digest of the body as sent, and the kiosk's
clocks. ``created`` is recorded and not enforced, for a kiosk whose clock says 1970 must
still deliver; a replayed request finds the cursor moved on and changes nothing.
"""

import base64
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from http_message_signatures import (
    ContentDigest,
    HTTPMessageSignaturesException,
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
)
from http_message_signatures.algorithms import ED25519

from kiosk.domain.instant import Instant
from sync.protocol.errors import DigestMismatch, SignatureInvalid, SignatureMissing
from sync.protocol.kiosk_clock import KIOSK_CLOCK_HEADER, format_kiosk_clock, parse_kiosk_clock
from sync.protocol.usual import Usual, read_usual

SIGNATURE_TAG = "hailong-v1"
SIGNATURE_LABEL = "kiosk"

_SIGNATURE = re.compile("=:([^:]*):")
_PARAMETERS = {"created", "keyid", "alg", "tag"}


class Headers(Protocol):
    """A request's header fields; repeated fields come as repeated items, names in any case."""

    def items(self) -> Iterable[tuple[str, str]]: ...


@dataclass(frozen=True, slots=True)
class Verified:
    """A request that is what its signer sent, byte for byte."""

    keyid: str
    created: int
    """Unix seconds by the kiosk's own clock: recorded, never judged."""
    clock: Instant
    """What the kiosk's clocks said when it signed."""
    base: str
    """The text that was signed; with ``signature`` and the public key it proves the request to anybody later."""
    signature: str
    """The Signature field as sent."""


def sign_request(
    *,
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    keyid: str,
    private_key: Ed25519PrivateKey,
    clock: Instant,
) -> dict[str, str]:
    """The fields to add so that the request vouches for itself; ``headers`` must hold all others already.

    ``url`` is the configured collector's, with the path and query as they go on the wire.
    """
    added = {"Content-Digest": ContentDigest.create(body), KIOSK_CLOCK_HEADER: format_kiosk_clock(clock)}
    message = _Request(method, url, {**headers, **added})
    prepared = _signer.prepare(
        message,
        key_id=keyid,
        created=clock.wall,
        tag=SIGNATURE_TAG,
        label=SIGNATURE_LABEL,
        covered_component_ids=_covered(message.headers),
        use_existing_digest=True,
    )
    signature = base64.b64encode(private_key.sign(prepared.signature_base)).decode()
    return {
        **added,
        "Signature-Input": f"{SIGNATURE_LABEL}={prepared.signature_params}",
        "Signature": f"{SIGNATURE_LABEL}=:{signature}:",
    }


def prove_key(private_key: Ed25519PrivateKey, device_id: str) -> str:
    """The proof that this key is held by the kiosk ``device_id``, base64."""
    return base64.b64encode(private_key.sign(_key_words(device_id))).decode()


def check_key_proof(public_key: str, device_id: str, proof: str) -> None:
    """Refuse a new key whose holder is not the kiosk ``device_id``; raises SignatureInvalid."""
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key, validate=True))
        key.verify(base64.b64decode(proof, validate=True), _key_words(device_id))
    except (ValueError, InvalidSignature) as error:
        raise SignatureInvalid("the proof is not the new key's signature for this device") from error


class PublicKey:
    """A key that signed something which was kept."""

    def __init__(self, public_key: str) -> None:
        """``public_key`` is base64, as it travels; raises SignatureInvalid where it is no key."""
        try:
            self._key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key, validate=True))
        except ValueError as error:
            raise SignatureInvalid("this is no Ed25519 key in base64") from error

    def signed(self, base: str, signature: str) -> bool:
        """Whether one of the signatures in a Signature field is this key's over the text."""
        for found in _SIGNATURE.findall(signature):
            with suppress(ValueError, InvalidSignature):
                self._key.verify(base64.b64decode(found, validate=True), base.encode())
                return True
        return False


def require_signature(headers: Headers) -> None:
    """Refuse a request without signature fields, before its body is even read; raises SignatureMissing."""
    present = {name.lower() for name, _ in headers.items()}
    if not {"signature", "signature-input"} <= present:
        raise SignatureMissing("sign the request as the protocol says: Signature-Input and Signature are missing")


def check_digest(headers: Headers, body: bytes) -> None:
    """Refuse a body that was damaged on its way; raises DigestMismatch."""
    try:
        ContentDigest.verify(_field(headers, "content-digest"), body)
    except HTTPMessageSignaturesException as error:
        raise DigestMismatch(str(error)) from error


def verify_request(*, method: str, url: str, headers: Headers, body: bytes, key_of: Callable[[str], bytes]) -> Verified:
    """The request, once its signature, its digest and its clock hold; checked in the protocol's order.

    ``url`` is the collector's own public address with the path and query as they came.
    ``key_of`` gives the raw public key for a key id; what it raises passes through, be it that nobody has this key or
    that the database is away: no signature is at fault then.
    Raises SignatureMissing, DigestMismatch, SignatureInvalid or ClockUnreadable.
    """
    usual = read_usual(method, url, headers.items(), body)
    if usual is not None:
        return _usual(usual, key_of(usual.keyid))
    require_signature(headers)
    check_digest(headers, body)
    keys = _Keys(key_of)
    verifier = _Verifier(signature_algorithm=ED25519, key_resolver=keys)
    try:
        results = verifier.verify(_Request(method, url, headers), max_age=None, expect_tag=SIGNATURE_TAG)
    except HTTPMessageSignaturesException as error:
        raise (keys.refusal or SignatureInvalid(str(error) or "the signature does not match")) from error
    if len(results) != 1:
        raise SignatureInvalid(f"exactly one signature with tag {SIGNATURE_TAG} is taken")
    return _verified(headers, results[0].parameters, results[0].covered_components)


def _usual(said: Usual, public_key: bytes) -> Verified:
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(said.raw, said.base.encode())
    except (ValueError, InvalidSignature) as error:
        raise SignatureInvalid("the signature does not match") from error
    return Verified(said.keyid, said.created, parse_kiosk_clock(said.clock), said.base, said.signature)


def _key_words(device_id: str) -> bytes:
    return f"{SIGNATURE_TAG} key of {device_id}".encode()


def _verified(headers: Headers, parameters: Mapping[str, Any], components: Mapping[str, str]) -> Verified:
    required = [f'"{name}"' for name in _covered(headers)]
    if list(components) != [*required, '"@signature-params"']:
        raise SignatureInvalid(f"the signature must cover exactly {' '.join(required)}, in this order")
    if set(parameters) != _PARAMETERS:
        raise SignatureInvalid(f"the signature takes exactly the parameters {', '.join(sorted(_PARAMETERS))}")
    return Verified(
        keyid=parameters["keyid"],
        created=parameters["created"],
        clock=parse_kiosk_clock(_field(headers, "kiosk-clock")),
        base="\n".join(f"{name}: {value}" for name, value in components.items()),
        signature=_field(headers, "signature"),
    )


def _covered(headers: Headers) -> list[str]:
    present = {name.lower() for name, _ in headers.items()}
    content = [name for name in ("content-type", "content-encoding") if name in present]
    return ["@method", "@authority", "@path", "@query", *content, "content-digest", "kiosk-clock"]


def _field(headers: Headers, wanted: str) -> str:
    return ", ".join(value for name, value in headers.items() if name.lower() == wanted)


@dataclass(frozen=True, slots=True)
class _Request:
    """The shape in which the library reads a request."""

    method: str
    url: str
    headers: Any


class _Keys(HTTPSignatureKeyResolver):
    """Looks a key up for the library and remembers why it was refused, which the library would hide."""

    def __init__(self, key_of: Callable[[str], bytes]) -> None:
        self._key_of = key_of
        self.refusal: Exception | None = None

    def resolve_public_key(self, key_id: str) -> Ed25519PublicKey:
        """The public key for ``key_id``."""
        try:
            raw = self._key_of(key_id)
        except Exception as refusal:  # the library makes a wrong signature of every one
            self.refusal = refusal
            raise
        return Ed25519PublicKey.from_public_bytes(raw)


class _Verifier(HTTPMessageVerifier):
    """The library's verifier without its opinion on the kiosk's clock."""

    def validate_created_and_expires(self, sig_input: Any, max_age: Any = None) -> None:
        """Take any ``created``; that it is there and no ``expires`` is, the parameter check sees to."""


_signer = HTTPMessageSigner(signature_algorithm=ED25519)
