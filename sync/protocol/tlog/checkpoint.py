"""Checkpoint: how large a log is and its root, as its signed note says (c2sp.org/tlog-checkpoint)."""

import base64
import binascii
import re
from dataclasses import dataclass

from sync.protocol.tlog.errors import NoteWrong
from sync.protocol.tlog.merkle import HASH_BYTES
from sync.protocol.tlog.note import Note, Verifier

SIZE_MAX = 2**63 - 1
_SIZE = re.compile("0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A log's state."""

    origin: str
    """Which log."""
    size: int
    """Its leaves."""
    root: bytes
    """32 raw bytes."""
    extension: tuple[str, ...] = ()
    """Lines of which nothing is known; ours has none."""

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """The checkpoint that a note's text says; raises NoteWrong."""
        *lines, last = text.split("\n")
        if last or len(lines) < 3 or not all(lines) or not _SIZE.fullmatch(lines[1]) or int(lines[1]) > SIZE_MAX:
            raise NoteWrong("the note is not a checkpoint: origin, size and root hash, a line each")
        return cls(lines[0], int(lines[1]), read_hash(lines[2]), tuple(lines[3:]))

    @property
    def text(self) -> str:
        """What is signed."""
        return "".join(f"{line}\n" for line in (self.origin, self.size, write_hash(self.root), *self.extension))


def open_checkpoint(note: Note, log: Verifier) -> Checkpoint:
    """The checkpoint of a note that this log signed; raises NoteWrong. The key's name is the log's origin."""
    note.check(log)
    checkpoint = Checkpoint.parse(note.text)
    if checkpoint.origin != log.name:
        raise NoteWrong(f"the checkpoint is of {checkpoint.origin[:80]!r} and not of {log.name!r}")
    return checkpoint


def write_hash(raw: bytes) -> str:
    """32 bytes as they stand in checkpoints, proofs and leaves: standard base64 with padding."""
    return base64.b64encode(raw).decode()


def read_hash(text: str) -> bytes:
    """The 32 bytes of such a text; raises NoteWrong."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteWrong(f"{text[:60]!r} is not base64") from error
    if len(raw) != HASH_BYTES or write_hash(raw) != text:
        raise NoteWrong(f"{text[:60]!r} is not a hash of {HASH_BYTES} bytes")
    return raw
