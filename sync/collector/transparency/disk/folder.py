"""Folder: one log on the disk. ``public`` below it is all that anybody may read, as any web server hands it out.

The order in which a checkpoint comes to be: tiles, then the index in the database, then the signature into ``signed``,
then witnesses, then ``public/checkpoint``. Each step is durable before the next one begins.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from shutil import rmtree
from typing import NamedTuple

from filelock import FileLock, Timeout

from kiosk.base.private_file import sync_directory
from sync.collector.transparency.disk.files import PRIVATE_FILE, write_file
from sync.collector.transparency.disk.keys import KeyFiles
from sync.collector.transparency.disk.names import Identity, epoch_of
from sync.collector.transparency.disk.tree import Tree
from sync.collector.transparency.errors import LogDamaged, LogElsewhere
from sync.protocol.tlog.checkpoint import Checkpoint
from sync.protocol.tlog.errors import LogWrong, NoteWrong
from sync.protocol.tlog.note import Note, Signer

CHECKPOINT, KEYS, RESTARTED = "checkpoint", "keys", "restarted"
_SIGNED, _SHOWN, _FIRST, _INDEX, _DAY = "signed", "shown", "first", "index", "day"
_PUBLIC, _NEW = "public", "new"
_LOCK_S = 10.0


class Older(NamedTuple):
    """A log that another one followed: its epoch, and where its files lie beside the newer one's."""

    epoch: int
    public: Path
    kept_index: Path


def older_logs(root: Path) -> list[Older]:
    """The logs that were put away below ``root``, the oldest first."""
    numbers = (path.name.removeprefix(f"{_PUBLIC}-") for path in root.glob(f"{_PUBLIC}-*"))
    epochs = sorted(int(number) for number in numbers if number.isascii() and number.isdigit())
    return [Older(one, root / f"{_PUBLIC}-{one}", root / f"{_INDEX}-{one}") for one in epochs]


class Signed(NamedTuple):
    """A checkpoint that this log signed."""

    note: Note
    checkpoint: Checkpoint


def open_own(text: str, keys: Identity) -> Signed:
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
        self.root, self.public = root, root / _PUBLIC
        self.index, self.day_file = root / _INDEX, root / _DAY
        self.tree = Tree(self.public)
        self.key_files = KeyFiles(key_file or root / "key", self.public / KEYS)

    @contextmanager
    def held(self) -> Iterator[None]:
        """While the log is changed, by one program at a time. Raises LogElsewhere where another one is at it."""
        self.root.mkdir(parents=True, exist_ok=True, mode=0o711)
        try:
            with FileLock(self.root / ".lock", timeout=_LOCK_S, mode=0o600):
                self._settle()
                self.public.mkdir(exist_ok=True, mode=0o755)
                yield
        except Timeout as error:
            raise LogElsewhere("another program is at work on the log in {folder}", folder=self.root) from error

    def published(self, keys: Identity) -> Signed | None:
        """The checkpoint that everybody is shown."""
        return self._read(self.public / CHECKPOINT, keys)

    def signed(self, keys: Identity) -> Signed | None:
        """The checkpoint that was signed last, published or not."""
        found = [one for one in (self._read(self.root / _SIGNED, keys), self.published(keys)) if one is not None]
        return max(found, key=lambda one: one.checkpoint.size, default=None)

    def shown(self, keys: Identity) -> Signed | None:
        """The largest checkpoint that a kiosk has shown since this log was behind its kiosks."""
        return self._read(self.root / _SHOWN, keys)

    def keep_signed(self, note: Note) -> None:
        """Keep what is signed before anybody sees it."""
        write_file(self.root / _SIGNED, note.format().encode(), PRIVATE_FILE)

    def keep_shown(self, note: Note) -> None:
        """Keep what a kiosk has shown."""
        write_file(self.root / _SHOWN, note.format().encode(), PRIVATE_FILE)

    def day(self) -> date | None:
        """The day through which the log was kept; None where that is not known, so that it is looked at again."""
        try:
            return date.fromisoformat(self.day_file.read_text("ascii").strip())
        except (OSError, ValueError):
            return None

    def keep_day(self, day: date | None) -> None:
        """Keep through which day the log was kept."""
        if day is None:
            self.day_file.unlink(missing_ok=True)
        else:
            write_file(self.day_file, f"{day}\n".encode(), PRIVATE_FILE)

    def first_leaf(self) -> bytes | None:
        """The leaf with which the log begins, where it follows one that was lost."""
        path = self.root / _FIRST
        return path.read_bytes() if path.exists() else None

    def publish(self, note: Note) -> None:
        """Show a checkpoint to everybody."""
        write_file(self.public / CHECKPOINT, note.format().encode())

    def stage(self, key: Signer, first: bytes, published: Mapping[str, bytes]) -> None:
        """Begin another log in place of this one: its key, its first leaf, and what it says of the one before.

        From the last step here on it will take this one's place, whatever happens.
        """
        staged, new = self.root / ".new", self.root / _NEW
        rmtree(staged, ignore_errors=True)
        (staged / _PUBLIC).mkdir(parents=True)
        self.key_files.write(staged / "key", key)
        write_file(staged / _FIRST, first, PRIVATE_FILE)
        for name, content in published.items():
            write_file(staged / _PUBLIC / name, content)
        staged.replace(new)
        sync_directory(self.root)
        self._settle()

    def _settle(self) -> None:
        """Put a log that was begun into the place of the one before; what lay there is kept beside it."""
        new = self.root / _NEW
        if not new.is_dir():
            return
        if (new / _PUBLIC).is_dir():
            restarted = Note.parse((new / _PUBLIC / RESTARTED).read_text("utf-8"))
            self._put_away(epoch_of(restarted.text.split("\n")[1]))
            write_file(self.key_files.key_file, (new / "key").read_bytes(), PRIVATE_FILE)
            (new / _FIRST).replace(self.root / _FIRST)
            (new / _PUBLIC).replace(self.public)
            sync_directory(self.root)
        rmtree(new)

    def _put_away(self, epoch: int) -> None:
        for name in (_PUBLIC, _SIGNED, _SHOWN, _INDEX, _FIRST, _DAY):
            _move(self.root / name, self.root / f"{name}-{epoch}")
        for file in (self.key_files.key_file, self.key_files.old_file):
            _move(file, file.with_name(f"{file.name}-{epoch}"))
        sync_directory(self.root)

    def _read(self, path: Path, keys: Identity) -> Signed | None:
        try:
            return open_own(path.read_text("utf-8"), keys)
        except FileNotFoundError:
            return None
        except (OSError, LogWrong, UnicodeDecodeError) as error:
            raise LogDamaged("{file} is no checkpoint of this log: {why}", file=path, why=error) from error


def _move(old: Path, new: Path) -> None:
    if old.exists() and not new.exists():
        old.replace(new)
