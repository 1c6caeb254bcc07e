"""Leaf: what a log holds of journals, keys and reports, so that outsiders learn nothing and those concerned can check.

A leaf is ASCII text, ``hailong-leaf/<version> <kind> <date> <fields…>``, one space between the fields and no newline;
the date is the office's day that had ended, never a time. Of a journal it says two hashes that nobody can tell apart or
try out who has not the journal's first line. Of a closed report it says whose it is, of which month and which number:
these are public. In version 1 a report's leaf did not name its unit; all other kinds are of version 1.
"""

import re
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from sync.protocol.tlog.checkpoint import write_hash
from sync.protocol.tlog.errors import NoteWrong
from sync.protocol.tlog.merkle import EMPTY_ROOT

JOURNAL = "journal"
"""A journal that grew since its last leaf."""
ENDED = "ended"
"""A journal that will not grow: its continuation was accepted, or its kiosk was withdrawn."""
KEY = "key"
"""The public key of a kiosk, when it was first accepted."""
REPORT = "report"
"""A closed report (number 0) or a correction of it (1, 2, …)."""
LOGKEY = "logkey"
"""A change of the log's own key."""
RESTART = "restart"
"""The first leaf of a log that goes on where an older one was lost."""

WHOLE_OFFICE = "*"
"""In the place of a unit's code: the report of all units together. No unit has this code."""

_NAME = "hailong-leaf/"
_HASH = "[0-9A-Za-z+/]{43}="
_NUMBER = "(?:0|[1-9][0-9]{0,18})"
_OF_MONTH = f"[0-9]{{4}}-[0-9]{{2}} {_NUMBER} {_HASH}"
_FIELDS = {
    (1, JOURNAL): f"{_HASH} {_HASH}",
    (1, ENDED): f"{_HASH} {_HASH}",
    (1, KEY): _HASH,
    (1, REPORT): _OF_MONTH,
    (2, REPORT): f"(?:[0-9A-Za-z._-]{{1,40}}|[*]) {_OF_MONTH}",
    (1, LOGKEY): f"{_HASH} {_HASH}",
    (1, RESTART): f"{_HASH} {_NUMBER}",
}


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf's parts."""

    kind: str
    day: date
    fields: tuple[str, ...]
    """As they stand in it."""
    version: int = 1
    """Of the form of its kind."""

    @classmethod
    def parse(cls, raw: bytes) -> "Leaf":
        """The parts of a leaf; raises NoteWrong for anything that is not exactly one of ours."""
        try:
            name, kind, day, fields = raw.decode("ascii").split(" ", 3)
            version = int(name.removeprefix(_NAME))
            leaf = cls(kind, date.fromisoformat(day), tuple(fields.split(" ")), version)
            known = re.fullmatch(_FIELDS[version, kind], fields)
        except (ValueError, LookupError) as error:
            raise NoteWrong(f"{raw[:80]!r} is not a leaf that is known here") from error
        if not known or leaf.raw != raw:
            raise NoteWrong(f"{raw[:80]!r} is not a leaf that is known here")
        return leaf

    @property
    def raw(self) -> bytes:
        """The leaf as the log holds it."""
        return " ".join((f"{_NAME}{self.version}", self.kind, self.day.isoformat(), *self.fields)).encode("ascii")


@dataclass(frozen=True, slots=True)
class OfMonth:
    """Which closed report it is."""

    unit: str
    """The unit's code, or ``WHOLE_OFFICE``."""
    month: str
    """``2026-10``."""
    number: int
    """0 is the report, others its corrections."""

    @property
    def subject(self) -> str:
        """As the leaf says it."""
        return f"{self.unit} {self.month} {self.number}"


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a journal was at the end of a day."""

    day: date
    seq: int
    """Its last entry's number."""
    head: bytes
    """The chain's hash after that entry."""
    cuts_size: int = 0
    """Its cuts that stand in the tree that its kiosk signs."""
    cuts_root: bytes = EMPTY_ROOT


def journal_leaf(secret: bytes, reached: Reached, *, ended: bool = False) -> Leaf:
    """The leaf of a journal; ``secret`` is ``journal_secret`` of it."""
    fields = (write_hash(tag(secret, reached.day)), write_hash(state(secret, reached)))
    return Leaf(ENDED if ended else JOURNAL, reached.day, fields)


def key_leaf(day: date, device_id: str, public_key: str) -> Leaf:
    """The leaf of a kiosk's key, base64 as it travels."""
    return Leaf(KEY, day, (write_hash(_hash("key", f"{device_id}\n{public_key}".encode("ascii"))),))


def report_leaf(day: date, of: OfMonth, numbers_hash: bytes) -> Leaf:
    """The leaf of a closed report or a correction of it."""
    return Leaf(REPORT, day, (of.unit, of.month, str(of.number), write_hash(numbers_hash)), 2)


def unnamed_report_leaf(day: date, month: str, number: int, numbers_hash: bytes) -> Leaf:
    """The same in version 1, which did not say whose it is; it is only read."""
    return Leaf(REPORT, day, (month, str(number), write_hash(numbers_hash)))


def logkey_leaf(day: date, old_vkey: str, new_vkey: str) -> Leaf:
    """The leaf of a changed key of the log."""
    return Leaf(LOGKEY, day, (vkey_hash(old_vkey), vkey_hash(new_vkey)))


def restart_leaf(day: date, last_hash: bytes, size: int) -> Leaf:
    """The first leaf of a new origin: the ``note_hash`` of the old one's last known checkpoint, and its size."""
    return Leaf(RESTART, day, (write_hash(last_hash), str(size)))


def journal_secret(hash_1: bytes) -> bytes:
    """What only kiosk and collector know: from the chain's hash after the journal's first line."""
    return _hash("secret", hash_1)


def tag(secret: bytes, day: date) -> bytes:
    """By which whoever knows the secret finds the journal's leaf of a day; another one each day."""
    return _hash("tag", secret + day.isoformat().encode())


def state(secret: bytes, reached: Reached) -> bytes:
    """The commitment to how far the journal was: over that of its chain and that of its cuts."""
    return _hash("state", chain_state(secret, reached) + cuts_state(secret, reached))


def chain_state(secret: bytes, reached: Reached) -> bytes:
    """The commitment to the last entry's number and the hash after it."""
    return _hash("chain", secret + f"{reached.day.isoformat()}\n{reached.seq}\n".encode() + reached.head)


def cuts_state(secret: bytes, reached: Reached) -> bytes:
    """The commitment to the tree of cuts; it can be opened without the chain's."""
    return _hash("cuts", secret + f"{reached.day.isoformat()}\n{reached.cuts_size}\n".encode() + reached.cuts_root)


def note_hash(note: str) -> bytes:
    """By which a new start names a checkpoint: SHA-256 of the whole note, signatures and all, in UTF-8."""
    return sha256(note.encode()).digest()


def vkey_hash(vkey: str) -> str:
    """A log's key as a leaf names it."""
    return write_hash(sha256(vkey.encode()).digest())


def _hash(use: str, content: bytes) -> bytes:
    return sha256(f"hailong-log/1 {use}\n".encode() + content).digest()
