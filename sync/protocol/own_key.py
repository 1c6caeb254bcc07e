"""Own key: by which kiosks know their collector again, wherever it is called.

The collector has an Ed25519 key of its own, kept with its data. With it it answers a kiosk's question at one address,
for one kiosk and one question, so that nobody in between can use the answer elsewhere; and with it it signs the
address to which it is going to move, and once by which keys its transparency log is known.
"""

import base64
from datetime import datetime

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sync.protocol.errors import SignatureInvalid
from sync.protocol.tlog.messages import LogRoots, SignedLogRoots

NONCE_PATTERN = "^[0-9a-f]{32,64}$"
"""The question: 16 to 32 random bytes as lower-case hex."""
READY = "ready"
"""What a kiosk says of an announced move that it can follow when its day comes."""
_TAG = "hailong-v1 collector"


class Move(msgspec.Struct, frozen=True):
    """The collector's address from a moment on."""

    url: str
    at: str
    """RFC 3339, by the collector's clock."""
    proof: str
    """The collector's signature, base64."""


class OwnKeyAnswer(msgspec.Struct, frozen=True):
    """That the collector with this key answers at this address, said for one kiosk and one question."""

    public_key: str
    address: str
    """As the kiosk called it."""
    at: str
    """RFC 3339, by the collector's clock."""
    proof: str
    """The collector's signature, base64."""


def announce_move(key: Ed25519PrivateKey, url: str, at: datetime) -> Move:
    """The move as it is announced to every kiosk."""
    said = at.isoformat()
    return Move(url, said, _sign(key, f"{_TAG} moves to {url} at {said}"))


def check_move(move: Move, public_key: str) -> datetime:
    """From when on the collector with this key has that address; raises SignatureInvalid."""
    _check(public_key, f"{_TAG} moves to {move.url} at {move.at}", move.proof)
    return _moment(move.at)


def answer_as_collector(key: Ed25519PrivateKey, address: str, device_id: str, nonce: str, at: datetime) -> OwnKeyAnswer:
    """The answer to a kiosk's question."""
    said = at.isoformat()
    return OwnKeyAnswer(public_text(key), address, said, _sign(key, _answer_words(address, device_id, said, nonce)))


def check_answer(answer: OwnKeyAnswer, public_key: str, address: str, device_id: str, nonce: str) -> datetime:
    """What the collector's clock said when it answered at ``address``; raises SignatureInvalid for any other one."""
    _check(public_key, _answer_words(address, device_id, answer.at, nonce), answer.proof)
    return _moment(answer.at)


def sign_log_roots(key: Ed25519PrivateKey, log: LogRoots, address: str) -> SignedLogRoots:
    """The log's roots for kiosks that were enrolled before there was a log."""
    return SignedLogRoots(log, address, _sign(key, _log_words(log, address)))


def check_log_roots(signed: SignedLogRoots, public_key: str, address: str) -> LogRoots:
    """The log's roots as the collector with this key has them at this address; raises SignatureInvalid."""
    _check(public_key, _log_words(signed.log, address), signed.proof)
    return signed.log


def public_text(key: Ed25519PrivateKey) -> str:
    """The public half as it travels: 32 raw bytes in standard base64."""
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def raw_key(public_key: str) -> bytes:
    """The 32 raw bytes of a public key as it travels; raises SignatureInvalid where it is none."""
    try:
        return Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key, validate=True)).public_bytes_raw()
    except ValueError as error:
        raise SignatureInvalid("this is not a public key") from error


def _answer_words(address: str, device_id: str, at: str, nonce: str) -> str:
    return f"{_TAG} answers at {address} to {device_id} at {at} for {nonce}"


def _log_words(log: LogRoots, address: str) -> str:
    return "\n".join((f"hailong-v1 log of {address}", log.vkey, str(log.quorum), *log.witnesses)) + "\n"


def _sign(key: Ed25519PrivateKey, words: str) -> str:
    return base64.b64encode(key.sign(words.encode())).decode()


def _check(public_key: str, words: str, proof: str) -> None:
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key, validate=True))
        key.verify(base64.b64decode(proof, validate=True), words.encode())
    except (ValueError, InvalidSignature) as error:
        raise SignatureInvalid("this is not signed with the collector's key") from error


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise SignatureInvalid(f"{text[:40]!r} is no moment") from error
    if found.tzinfo is None:
        raise SignatureInvalid(f"{text[:40]!r} has no time zone")
    return found
