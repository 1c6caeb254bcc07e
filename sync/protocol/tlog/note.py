"""Note: a text and the signatures of those who vouch for it (c2sp.org/signed-note), and cosignatures with their time.

Two kinds of signature are known: Ed25519 over the text itself, with which a log signs, and the timestamped one of
c2sp.org/tlog-cosignature, with which a witness does. Lines of other kinds or keys are passed over.
"""

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import ClassVar, NamedTuple, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sync.protocol.tlog.errors import NoteWrong

ED25519 = 0x01
COSIGNATURE = 0x04
NOTE_BYTES_MAX = 128 * 1024
"""Sixteen of the longest signatures known, and a text."""
SIGNATURES_MAX = 64
TIME_MAX = 2**63 - 1

_SIGNATURE_LINE = re.compile("— ([^ ]+) ([0-9A-Za-z+/]+={0,2})")
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f]")
_KEY_TEXT = re.compile(r"([^+]+)\+([0-9a-f]{8})\+([0-9A-Za-z+/]+={0,2})")
_SECRET = "PRIVATE+KEY+"  # noqa: S105 - the form's name


class Verified(NamedTuple):
    """Whose signature a note carries."""

    verifier: "Verifier"
    time: int | None
    """When a witness cosigned, in seconds since 1970 by its clock; None for a log's signature."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """A key whose signatures are believed, with its name."""

    name: str
    kind: int
    """``ED25519`` or ``COSIGNATURE``."""
    public_key: bytes
    """32 raw bytes."""

    @classmethod
    def from_text(cls, vkey: str) -> "Verifier":
        """The verifier of a text ``name+hash+base64``; raises NoteWrong."""
        name, kind, key, key_id = _read_key(vkey)
        verifier = cls(name, kind, key)
        if verifier.key_id != key_id:
            raise NoteWrong(f"the key {vkey[:80]!r} is not the one that its number names")
        return verifier

    @property
    def key_id(self) -> bytes:
        """The four bytes by which a signature line names its key."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public_key).digest()[:4]

    @property
    def vkey(self) -> str:
        """The verifier as it is handed out."""
        return f"{self.name}+{self.key_id.hex()}+{_text(bytes([self.kind]) + self.public_key)}"

    def verify(self, text: str, signature: bytes) -> Verified:
        """Hold that this key signed the text; when it did. Raises NoteWrong."""
        time, signed, rest = None, text.encode(), signature
        if self.kind == COSIGNATURE:
            time, rest = int.from_bytes(signature[:8]), signature[8:]
            signed = cosigned(text, time)
        try:
            Ed25519PublicKey.from_public_bytes(self.public_key).verify(rest, signed)
        except (ValueError, InvalidSignature) as error:
            raise NoteWrong(f"the signature of {self.name} is false") from error
        if time is not None and not 0 < time <= TIME_MAX:
            raise NoteWrong(f"the cosignature of {self.name} has no time")
        return Verified(self, time)


class _SecretKey:
    """A private key with its name."""

    kind: ClassVar[int]

    def __init__(self, name: str, private_key: Ed25519PrivateKey) -> None:
        """Raises NoteWrong where ``name`` is not one that a key may have."""
        self.private_key = private_key
        self.verifier = Verifier(_name(name), self.kind, private_key.public_key().public_bytes_raw())

    @classmethod
    def generate(cls, name: str) -> Self:
        """A new key of that name."""
        return cls(name, Ed25519PrivateKey.generate())

    @classmethod
    def from_text(cls, text: str) -> Self:
        """The key kept as ``secret_text``; raises NoteWrong."""
        if not text.startswith(_SECRET):
            raise NoteWrong("this is not the text of a private key")
        name, kind, seed, key_id = _read_key(text.removeprefix(_SECRET))
        signer = cls(name, Ed25519PrivateKey.from_private_bytes(seed))
        if kind != cls.kind or signer.verifier.key_id != key_id:
            raise NoteWrong("this is not a private key of that kind and name")
        return signer

    @property
    def name(self) -> str:
        """The key's name."""
        return self.verifier.name

    @property
    def vkey(self) -> str:
        """The public half as it is handed out."""
        return self.verifier.vkey

    @property
    def secret_text(self) -> str:
        """The private key as it is kept, in the form that Go's ``note.NewSigner`` reads."""
        seed = _text(bytes([self.kind]) + self.private_key.private_bytes_raw())
        return f"{_SECRET}{self.name}+{self.verifier.key_id.hex()}+{seed}"

    def _line(self, signature: bytes) -> str:
        return f"— {self.name} {_text(self.verifier.key_id + signature)}\n"


class Signer(_SecretKey):
    """A key with which a log signs notes."""

    kind = ED25519

    def sign(self, text: str) -> str:
        """The signature line under a note's text, with its newline."""
        return self._line(self.private_key.sign(_text_checked(text).encode()))


class Cosigner(_SecretKey):
    """A key with which a witness says that a checkpoint is the largest it saw, and when (c2sp.org/tlog-cosignature)."""

    kind = COSIGNATURE

    def cosign(self, text: str, time: int) -> str:
        """The cosignature line under a checkpoint's text; ``time`` is in seconds since 1970, never 0."""
        if not 0 < time <= TIME_MAX:
            raise ValueError(f"{time} is no time of a cosignature")
        return self._line(time.to_bytes(8) + self.private_key.sign(cosigned(_text_checked(text), time)))


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line, of a key that may be known or not."""

    name: str
    key_id: bytes
    signature: bytes

    @property
    def line(self) -> str:
        """As it stands in a note, with its newline."""
        return f"— {self.name} {_text(self.key_id + self.signature)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text and what was signed under it."""

    text: str
    """With its last newline."""
    signatures: tuple[Signature, ...]

    @classmethod
    def parse(cls, note: str) -> "Note":
        """The note's parts, of which nothing is believed yet; raises NoteWrong."""
        text, gap, lines = note.rpartition("\n\n")
        if not gap or not lines.endswith("\n") or len(note.encode(errors="replace")) > NOTE_BYTES_MAX:
            raise NoteWrong("this is not a text and signatures under it")
        return cls(_text_checked(text + "\n"), read_signatures(lines))

    @classmethod
    def of(cls, text: str, *lines: str) -> "Note":
        """The note of a text and the lines that were signed under it."""
        return cls(_text_checked(text), read_signatures("".join(lines)))

    def format(self) -> str:
        """The note as it is written."""
        return f"{self.text}\n{''.join(signature.line for signature in self.signatures)}"

    def verified_by(self, verifiers: Iterable[Verifier]) -> list[Verified]:
        """Whose signatures hold, each verifier once and in the order given; others' lines are passed over.

        Raises NoteWrong where a line names one of the verifiers and does not hold: nothing is believed then.
        """
        found = []
        for verifier in verifiers:
            own = [one for one in self.signatures if (one.name, one.key_id) == (verifier.name, verifier.key_id)]
            held = [verifier.verify(self.text, one.signature) for one in own]
            if held:
                found.append(max(held, key=lambda one: one.time or 0))
        return found

    def check(self, verifier: Verifier) -> None:
        """Raise NoteWrong unless this key signed the note."""
        if not self.verified_by([verifier]):
            raise NoteWrong(f"the note is not signed by {verifier.name}")


def read_signatures(lines: str) -> tuple[Signature, ...]:
    """Signature lines as a note or a witness has them; raises NoteWrong."""
    *each, last = lines.split("\n")
    if last or not 0 < len(each) <= SIGNATURES_MAX:
        raise NoteWrong(f"there must be 1 to {SIGNATURES_MAX} lines of signatures")
    return tuple(_read_signature(line) for line in each)


def cosigned(text: str, time: int) -> bytes:
    """What a witness signs."""
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def _read_signature(line: str) -> Signature:
    found = _SIGNATURE_LINE.fullmatch(line)
    signature = _bytes(found[2]) if found else b""
    if found is None or len(signature) < 5:
        raise NoteWrong(f"{line[:80]!r} is not the line of a signature")
    return Signature(_name(found[1]), signature[:4], signature[4:])


def _read_key(text: str) -> tuple[str, int, bytes, bytes]:
    found = _KEY_TEXT.fullmatch(text)
    key = _bytes(found[3]) if found else b""
    if found is None or len(key) != 33 or key[0] not in (ED25519, COSIGNATURE):
        raise NoteWrong(f"{text[:80]!r} is not a key that is known here")
    return _name(found[1]), key[0], key[1:], bytes.fromhex(found[2])


def _name(name: str) -> str:
    if not name or "+" in name or any(sign.isspace() or sign < " " for sign in name):
        raise NoteWrong(f"{name[:80]!r} cannot be the name of a key")
    return name


def _text_checked(text: str) -> str:
    if not text.endswith("\n") or _CONTROL.search(text):
        raise NoteWrong("a note's text ends with a newline and holds no other control character")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise NoteWrong("the note cannot be written in UTF-8") from error
    return text


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise NoteWrong(f"{text[:80]!r} is not base64") from error
