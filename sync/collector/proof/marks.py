"""Marks: how far each journal was found to hold, so that the next check goes on from there.

In a file they are out of reach of whoever has the database's password: what was checked once cannot be rewritten
without being noticed by whoever keeps it.
"""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from kiosk.journal.chain import Cursor
from sync.collector.errors import UsageWrong


class Mark(msgspec.Struct, frozen=True):
    """One journal held up to here."""

    device_id: str
    journal_id: str
    next_seq: int
    head: str
    """Hex."""
    signed_seq: int
    """The last entry for which a signature vouches."""
    signs: bool
    rated: int
    """How many ratings its tallies count."""

    @property
    def cursor(self) -> Cursor:
        """As the chain has it."""
        return Cursor(self.next_seq, bytes.fromhex(self.head))


class MarkFile:
    """Marks in a file of one JSON line each; of a journal the last one holds."""

    def __init__(self, path: Path) -> None:
        """Raises UsageWrong where it cannot be read."""
        self._path = path
        self._known: dict[str, dict[str, Mark]] = {}
        try:
            lines = path.read_bytes().splitlines() if path.exists() else []
            self._note(msgspec.json.decode(line, type=Mark) for line in lines)
        except (OSError, msgspec.DecodeError) as error:
            raise UsageWrong("cannot read {file}: {why}", file=path, why=error) from error

    def keep(self, marks: Sequence[Mark]) -> None:
        """Add these; what was checked before the command was broken off is not lost."""
        self._note(marks)
        _append(self._path, marks)

    def of(self, device_id: str) -> dict[str, Mark]:
        """The marks of a kiosk's journals."""
        return self._known.get(device_id, {})

    def tidy(self) -> None:
        """Leave one line for each journal."""
        made = self._path.with_name(f".{self._path.name}.new")
        made.unlink(missing_ok=True)
        _append(made, [marks[each] for _, marks in sorted(self._known.items()) for each in sorted(marks)])
        made.replace(self._path)

    def _note(self, marks: Iterable[Mark]) -> None:
        for mark in marks:
            self._known.setdefault(mark.device_id, {})[mark.journal_id] = mark


def _append(path: Path, marks: Iterable[Mark]) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "ab") as file:
            file.write(b"".join(msgspec.json.encode(mark) + b"\n" for mark in marks))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise UsageWrong("cannot write {file}: {why}", file=path, why=error.strerror) from error
