"""Keys: the log's own private key, a file of its own outside the database, and how another one takes its place.

A new key is first written beside the old one, then the old one signs that it is the next, then the files change
places. Whatever is found half done is finished or, where nothing was signed yet, thrown away.
"""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from kiosk.base.private_file import sync_directory
from sync.collector.transparency.disk.files import PRIVATE_FILE, write_file
from sync.collector.transparency.errors import LogDamaged
from sync.protocol.tlog.errors import LogWrong
from sync.protocol.tlog.note import Note, Signer, Verifier
from sync.protocol.tlog.statement import KeyChange

BOTH_SIGN = timedelta(days=30)
"""So long after a change the old key signs beside the new one: time to tell it to witnesses."""


@dataclass(frozen=True, slots=True)
class LogKeys:
    """The log's keys, and the statements by which each followed the one before."""

    signer: Signer
    leaving: Signer | None
    """The one before, while it is here."""
    changes: tuple[KeyChange, ...]
    statements: tuple[Note, ...]
    """Of these changes and of new starts, of all the logs that this one follows, oldest first."""

    @property
    def origin(self) -> str:
        """Which log it is: what its keys are called."""
        return self.signer.name

    @property
    def verifiers(self) -> tuple[Verifier, ...]:
        """Every key that this log had, the present one first."""
        return (self.signer.verifier, *(change.old for change in reversed(self.changes)))

    def sign(self, text: str, today: date) -> Note:
        """The note of a text: signed by the present key, and for some time by the one before as well."""
        signers, last = [self.signer], self.changes[-1] if self.changes else None
        if last and self.leaving and self.leaving.verifier == last.old and today - last.day < BOTH_SIGN:
            signers.append(self.leaving)
        return Note.of(text, *(signer.sign(text) for signer in signers))

    def follow(self, vkey: str) -> bool:
        """Whether this is the key, or one before it, of this log or of one that it follows."""
        said = [line for note in self.statements for line in note.text.split("\n")]
        return vkey == self.signer.vkey or vkey in said

    @property
    def public_text(self) -> bytes:
        """What is told of them at ``/log/keys``."""
        return _public_text(self.signer.verifier, self.statements)


class KeyFiles:
    """Where the private keys lie, and what is published of them."""

    def __init__(self, key_file: Path, published: Path) -> None:
        self.key_file = key_file
        self.next_file = key_file.with_name(f"{key_file.name}.next")
        self.old_file = key_file.with_name(f"{key_file.name}.old")
        self._published = published

    def exist(self) -> bool:
        """Whether the log has a key, or is about to have another one."""
        return self.key_file.exists() or self.next_file.exists()

    def make(self, name: str) -> None:
        """A first key for a log of this name."""
        self.key_file.parent.mkdir(parents=True, exist_ok=True)
        self.write(self.key_file, Signer.generate(name))

    def write(self, path: Path, signer: Signer) -> None:
        """Keep a private key, readable for the collector alone."""
        write_file(path, f"{signer.secret_text}\n".encode(), PRIVATE_FILE)

    def read(self) -> LogKeys:
        """The keys. Raises LogDamaged where the private key is missing or unreadable."""
        self._settle()
        signer = self._signer(self.key_file)
        try:
            leaving = self._signer(self.old_file) if self.old_file.exists() else None
            statements = self.statements()
            changes = _changes(statements, signer.name)
        except (LogWrong, ValueError, KeyError) as error:
            raise LogDamaged("the log's keys cannot be read: {why}", why=error) from error
        _require_newest(statements, signer)
        return LogKeys(signer, leaving, changes, statements)

    def change(self, keys: LogKeys, today: date) -> LogKeys:
        """Give the log another key, which the present one says is the next."""
        new = Signer.generate(keys.origin)
        self.write(self.next_file, new)
        statement = KeyChange(keys.signer.verifier, new.verifier, today).sign(keys.signer)
        self.publish(LogKeys(new, keys.signer, keys.changes, (*keys.statements, statement)))
        return self.read()

    def publish(self, keys: LogKeys) -> None:
        """Put out what everybody may know of the keys."""
        write_file(self._published, keys.public_text)

    def publish_statements(self, newest: Verifier, statements: Sequence[Note]) -> None:
        """Put out by which statements the log came to its newest key, whether its private half lies here or not."""
        write_file(self._published, _public_text(newest, statements))

    def verifiers(self) -> tuple[Verifier, ...]:
        """The public halves of the private keys that lie here. Raises LogDamaged where one cannot be read."""
        return tuple(self._signer(file).verifier for file in (self.key_file, self.old_file) if file.exists())

    def _settle(self) -> None:
        """Finish a change that was signed, and forget one that was not."""
        if not self.next_file.exists():
            return
        if not self._is_signed(self._signer(self.next_file)):
            self.next_file.unlink()
            return
        with suppress(FileNotFoundError):
            if self.key_file.read_bytes() != self.next_file.read_bytes():
                self.key_file.replace(self.old_file)
        self.next_file.replace(self.key_file)
        sync_directory(self.key_file.parent)

    def _is_signed(self, new: Signer) -> bool:
        statements = self.statements()
        return bool(statements) and new.vkey in statements[-1].text.split("\n")

    def _signer(self, path: Path) -> Signer:
        try:
            return Signer.from_text(path.read_text("ascii").strip())
        except (OSError, ValueError) as error:
            raise LogDamaged(
                "the log's private key {file} cannot be read ({why}): put it back from its backup, or begin another "
                "log with: collector log restart",
                file=path,
                why=type(error).__name__,
            ) from error

    def statements(self) -> tuple[Note, ...]:
        """The statements that are published here, oldest first."""
        if not self._published.exists():
            return ()
        told = json.loads(self._published.read_bytes())
        return tuple(Note.parse(str(one)) for one in told["statements"])


def _changes(statements: Sequence[Note], origin: str) -> tuple[KeyChange, ...]:
    """The changes of this log's key, each signed by the key before it."""
    found: list[KeyChange] = []
    for note in statements:
        kind, name, old_vkey, *_ = note.text.split("\n")
        if kind.endswith(" key") and name == origin:
            old = found[-1].new if found else Verifier.from_text(old_vkey)
            found.append(KeyChange.open(note, old))
    return tuple(found)


def _require_newest(statements: Sequence[Note], signer: Signer) -> None:
    """Raise LogDamaged where the last statement is about another key than the one that lies here."""
    newest = statements[-1].text.split("\n")[3] if statements else signer.vkey
    if newest != signer.vkey:
        raise LogDamaged(
            "the log's newest key {key} is not here: put its files key and key.old back from a backup; if it is lost: "
            "collector log restart",
            key=newest.rpartition("+")[0],
        )


def _public_text(newest: Verifier, statements: Sequence[Note]) -> bytes:
    told = {"origin": newest.name, "vkey": newest.vkey, "statements": [one.format() for one in statements]}
    return json.dumps(told, ensure_ascii=False, indent=1).encode() + b"\n"
