"""Statement: what a log says of itself beside its checkpoints, as a signed note: another key, a new start.

hailong-log/1 key          hailong-log/1 restarted
<origin>                   <old origin>
<old vkey>                 <old vkey>
<new vkey>                 <new vkey, whose name is the new origin>
<date>                     <date>
                           <SHA-256 of the last checkpoint's note that was known, base64>
                           <its size>
                           whole              (only where the old one was not lost at all)

A changed key is signed by the old one. A new start is signed by the old key, or, where that was lost too, by the key by
which kiosks know their collector, under the name ``collector``.
"""

import re
from dataclasses import dataclass
from datetime import date

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.protocol.tlog.checkpoint import read_hash, write_hash
from sync.protocol.tlog.errors import NoteWrong
from sync.protocol.tlog.note import ED25519, Note, Signer, Verifier

COLLECTOR = "collector"
"""The name under which the collector's own key signs that a log was started anew."""
_KEY = "hailong-log/1 key"
_RESTARTED = "hailong-log/1 restarted"
WHOLE = "whole"
"""The last line of a new start by which nothing was lost."""
_SIZE = re.compile("0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True)
class KeyChange:
    """From a day on the log signs with another key; its origin stays."""

    old: Verifier
    new: Verifier
    day: date

    def sign(self, old: Signer) -> Note:
        """The statement, signed by the key that goes."""
        text = _text(_KEY, old.name, self.old.vkey, self.new.vkey, self.day.isoformat())
        return Note.of(text, old.sign(text))

    @classmethod
    def open(cls, note: Note, old: Verifier) -> "KeyChange":
        """The change that the log's key so far signed; raises NoteWrong for anything else."""
        note.check(old)
        origin, old_vkey, new_vkey, day = _lines(note.text, _KEY, 4)
        change = cls(Verifier.from_text(old_vkey), Verifier.from_text(new_vkey), _day(day))
        names = {origin, change.old.name, change.new.name}
        if change.old != old or names != {old.name} or change.new.kind != ED25519:
            raise NoteWrong("the statement is about another key than the one that signed it")
        return change


@dataclass(frozen=True, slots=True)
class Restarted:
    """A log goes on as another one, as a rule because it was lost."""

    old: Verifier
    new: Verifier
    """Its name is the new origin."""
    day: date
    last_hash: bytes
    """SHA-256 of the last checkpoint's note that was known of the old one; it is in the new one's first leaf."""
    last_size: int
    was_whole: bool = False
    """Nothing was lost: a person ordered it all the same."""

    @property
    def text(self) -> str:
        """What is signed."""
        last = (write_hash(self.last_hash), str(self.last_size), *([WHOLE] if self.was_whole else []))
        return _text(_RESTARTED, self.old.name, self.old.vkey, self.new.vkey, self.day.isoformat(), *last)

    def sign(self, old: Signer) -> Note:
        """The statement, signed by the old log's key."""
        return Note.of(self.text, old.sign(self.text))

    def sign_as_collector(self, key: Ed25519PrivateKey) -> Note:
        """The statement where the old log's key is lost, signed by the collector's own."""
        return Note.of(self.text, Signer(COLLECTOR, key).sign(self.text))

    @classmethod
    def open(cls, note: Note, old: Verifier, collector_key: bytes | None = None) -> "Restarted":
        """The new start that the old log's key signed, or the collector's own (32 raw bytes); raises NoteWrong."""
        own = [Verifier(COLLECTOR, ED25519, collector_key)] if collector_key else []
        if not note.verified_by([old, *own]):
            raise NoteWrong("the statement is signed neither by the log's key nor by the collector's")
        was_whole = note.text.endswith(f"\n{WHOLE}\n")
        origin, old_vkey, new_vkey, day, last_hash, last_size = _lines(note.text, _RESTARTED, 6 + was_whole)[:6]
        if not _SIZE.fullmatch(last_size):
            raise NoteWrong("the statement names no size")
        said = (Verifier.from_text(old_vkey), Verifier.from_text(new_vkey), _day(day), read_hash(last_hash))
        restarted = cls(*said, int(last_size), was_whole)
        if restarted.old != old or origin != old.name or restarted.new.kind != ED25519 or restarted.new.name == origin:
            raise NoteWrong("the statement is about another log than the one that signed it")
        return restarted


def _text(*lines: str) -> str:
    return "".join(f"{line}\n" for line in lines)


def _lines(text: str, first: str, count: int) -> list[str]:
    kind, *lines = text.removesuffix("\n").split("\n")
    if kind != first or len(lines) != count:
        raise NoteWrong(f"the note is not a statement {first!r}")
    return lines


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise NoteWrong(f"{text[:20]!r} is no day") from error
