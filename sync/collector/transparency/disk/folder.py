"""Folder: one log on the disk. ``public`` below it is all that anybody may read, as any web server hands it out.

The order in which a checkpoint comes to be: tiles, then the index in the database, then the signature into ``signed``,
then witnesses, then ``public/checkpoint``. Each step is durable before the next one begins.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock, Timeout

from sync.collector.transparency.disk.files import PRIVATE_FILE, settle_folder, write_file
from sync.collector.transparency.disk.keys import KeyFiles, LogKeys
from sync.collector.transparency.disk.tree import Tree
from sync.collector.transparency.errors import LogDamaged, LogElsewhere
from sync.protocol.tlog.checkpoint import Checkpoint
from sync.protocol.tlog.errors import LogWrong, NoteWrong
from sync.protocol.tlog.note import Note

CHECKPOINT, KEYS, RESTARTED = "checkpoint", "keys", "restarted"
_SIGNED, _SHOWN, _FIRST, INDEX = "signed", "shown", "first", "index"
_LOCK_S = 10.0


class Signed(NamedTuple):
    """A checkpoint that this log signed."""

    note: Note
    checkpoint: Checkpoint


def open_own(text: str, keys: LogKeys) -> Signed:
    """The checkpoint in a note that one of the log's keys signed; raises NoteWrong for any other."""
    note = Note.parse(text)
    if not note.verified_by(keys.verifiers):
        raise NoteWrong(f"the checkpoint is not signed by {keys.origin}")
    checkpoint = Checkpoint.parse(note.text)
    if checkpoint.origin != keys.origin:
        raise NoteWrong(f"the checkpoint is of {checkpoint.origin[:80]!r}")
    return Signed(note, checkpoint)


class Folder:
    """The files of one log."""

    def __init__(self, root: Path, key_file: Path | None = None) -> None:
        self.root, self.public = root, root / "public"
        self.tree = Tree(self.public)
        self.key_files = KeyFiles(key_file or root / "key", self.public / KEYS)

    @contextmanager
    def held(self) -> Iterator[None]:
        """While the log is changed, by one program at a time. Raises LogElsewhere where another one is at it."""
        self.root.mkdir(parents=True, exist_ok=True, mode=0o711)
        self.public.mkdir(exist_ok=True, mode=0o755)
        try:
            with FileLock(self.root / ".lock", timeout=_LOCK_S, mode=0o600):
                yield
        except Timeout as error:
            raise LogElsewhere("another program is at work on the log in {folder}", folder=self.root) from error

    def published(self, keys: LogKeys) -> Signed | None:
        """The checkpoint that everybody is shown."""
        return self._read(self.public / CHECKPOINT, keys)

    def signed(self, keys: LogKeys) -> Signed | None:
        """The checkpoint that was signed last, published or not."""
        found = [one for one in (self._read(self.root / _SIGNED, keys), self.published(keys)) if one is not None]
        return max(found, key=lambda one: one.checkpoint.size, default=None)

    def shown(self, keys: LogKeys) -> Signed | None:
        """The largest checkpoint that a kiosk has shown since this log was behind its kiosks."""
        return self._read(self.root / _SHOWN, keys)

    def keep_signed(self, note: Note) -> None:
        """Keep what is signed before anybody sees it."""
        write_file(self.root / _SIGNED, note.format().encode(), PRIVATE_FILE)

    def keep_shown(self, note: Note) -> None:
        """Keep what a kiosk has shown."""
        write_file(self.root / _SHOWN, note.format().encode(), PRIVATE_FILE)

    def first_leaf(self) -> bytes | None:
        """The leaf with which the log begins, where it follows one that was lost."""
        path = self.root / _FIRST
        return path.read_bytes() if path.exists() else None

    def publish(self, note: Note) -> None:
        """Show a checkpoint to everybody."""
        write_file(self.public / CHECKPOINT, note.format().encode())

    def put_away(self, epoch: int) -> None:
        """Keep the files of a log that ends beside those of the one that follows."""
        self._move(self.public, self.root / f"public-{epoch}")
        for name in (_SIGNED, _SHOWN, INDEX):
            self._move(self.root / name, self.root / f"{name}-{epoch}")
        settle_folder(self.root)

    def _move(self, old: Path, new: Path) -> None:
        if old.exists() and not new.exists():
            old.replace(new)

    def _read(self, path: Path, keys: LogKeys) -> Signed | None:
        try:
            return open_own(path.read_text("utf-8"), keys)
        except FileNotFoundError:
            return None
        except (OSError, LogWrong, UnicodeDecodeError) as error:
            raise LogDamaged("{file} is no checkpoint of this log: {why}", file=path, why=error) from error
