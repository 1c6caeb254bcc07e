"""Head file: the journal's last known head, kept a second time beside it.

It is written after each commit and so is never ahead of a sound journal: where it is,
the journal was cut, rolled back, exchanged or deleted. A torn or older one says nothing.
"""

import os
import zlib
from contextlib import suppress
from pathlib import Path

from kiosk.journal.chain import Cursor

_SIZE = 128
"""Within one disk sector, so that it is written whole or not at all."""


class HeadFile:
    """The small file that keeps a journal's head a second time."""

    def __init__(self, path: Path) -> None:
        """The head file that belongs to the journal at ``path``."""
        self._path = path.with_suffix(".head")
        self._held: int | None = None

    def write(self, journal_id: str, head: Cursor, *, durable: bool = False) -> None:
        """Remember the head; a disk that refuses is no reason to fail: the journal itself has committed."""
        # What ``note`` holds may have been deleted by somebody.
        self.close()
        try:
            file = self._opened()
            try:
                _put(file, journal_id, head)
                if durable:
                    os.fsync(file)
            finally:
                os.close(file)
        except OSError:
            return

    def note(self, journal_id: str, head: Cursor) -> None:
        """As ``write``, in a file that stays open until the next ``write``: opening it was a tenth of an append."""
        try:
            if self._held is None:
                self._held = self._opened()
            _put(self._held, journal_id, head)
        except OSError:
            self.close()

    def close(self) -> None:
        """Let go of the file that ``note`` holds."""
        held, self._held = self._held, None
        if held is not None:
            with suppress(OSError):
                os.close(held)

    def read(self) -> tuple[str, Cursor] | None:
        """The journal's id and last known head; None where there is none that can be trusted."""
        try:
            record = self._path.read_bytes()
            text, _, check = record.strip().rpartition(b" ")
            if int(check, 16) != zlib.crc32(text):
                return None
            journal_id, next_seq, head = text.decode("ascii").split(" ")
            return journal_id, Cursor(int(next_seq), bytes.fromhex(head))
        except (OSError, ValueError):
            return None

    def _opened(self) -> int:
        return os.open(self._path, os.O_CREAT | os.O_WRONLY | getattr(os, "O_BINARY", 0), 0o600)


def _put(file: int, journal_id: str, head: Cursor) -> None:
    text = f"{journal_id} {head.next_seq} {head.head.hex()}".encode()
    record = (text + b" %08x" % zlib.crc32(text)).ljust(_SIZE - 1) + b"\n"
    # Not pwrite: Windows has none.
    os.lseek(file, 0, os.SEEK_SET)
    os.write(file, record)
