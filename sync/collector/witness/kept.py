"""Kept: a witness's key and, of each log, its keys and the newest checkpoint that was cosigned, as files.

<folder>/witness.key                        the private key, for this user alone
<folder>/logs/<SHA-256 of the origin>/keys         the log's keys, one a line
<folder>/logs/<SHA-256 of the origin>/checkpoint   as it is handed out: the log's signatures and ours

Each is written whole or not at all, and is on the disk before anybody is told.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from filelock import FileLock

from kiosk.base.private_file import write_private
from sync.collector.errors import NotAllowed, UsageWrong
from sync.protocol.tlog.checkpoint import Checkpoint
from sync.protocol.tlog.errors import NoteWrong
from sync.protocol.tlog.note import ED25519, Cosigner, Note, Verifier

LOCK_S_MAX = 10.0


class WitnessFiles:
    """The folder of one witness."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def make(self, name: str) -> Cosigner:
        """A new witness of this name; raises UsageWrong for a name that cannot be, and NotAllowed where one is."""
        if self._key.exists():
            raise NotAllowed("there is a witness in {folder} already; its key is never made twice", folder=self.folder)
        try:
            cosigner = Cosigner.generate(name)
        except NoteWrong as error:
            raise UsageWrong("{name} cannot be a witness's name: no blanks, no +", name=name) from error
        write_private(self._key, cosigner.secret_text.encode() + b"\n", durable=True)
        return cosigner

    def cosigner(self) -> Cosigner:
        """The witness's key; raises UsageWrong."""
        try:
            return Cosigner.from_text(self._key.read_text("utf-8").strip())
        except FileNotFoundError as error:
            raise UsageWrong(
                "there is no witness in {folder}; make one with: collector witness init --name NAME", folder=self.folder
            ) from error
        except (OSError, ValueError) as error:
            raise UsageWrong("the key {file} cannot be read", file=self._key) from error

    def add_log(self, origin: str, log: Verifier) -> bool:
        """Watch a log that signs with this key, beside those that it may have already; False where that is known.

        Raises UsageWrong for a key that no log signs with.
        """
        if log.kind != ED25519:
            raise UsageWrong("a log's key is an Ed25519 key; this one is a witness's")
        with self.locked(origin):
            known = self.keys(origin)
            if log in known:
                return False
            text = "".join(f"{one.vkey}\n" for one in (*known, log))
            write_private(self._place(origin) / "keys", f"{origin}\n{text}".encode(), durable=True)
            return True

    def logs(self) -> list[str]:
        """The origins of the logs that are watched."""
        return sorted(file.read_text("utf-8").split("\n", 1)[0] for file in (self.folder / "logs").glob("*/keys"))

    def keys(self, origin: str) -> tuple[Verifier, ...]:
        """The keys of a log; none where it is not watched."""
        try:
            _, *vkeys = (self._place(origin) / "keys").read_text("utf-8").splitlines()
        except FileNotFoundError:
            return ()
        return tuple(map(Verifier.from_text, vkeys))

    def note(self, origin: str) -> Note | None:
        """The newest checkpoint that was cosigned, as it is handed out."""
        return self.note_at(origin_hash(origin))

    def note_at(self, place: str) -> Note | None:
        """The newest checkpoint that was cosigned, by the hash of its log's origin."""
        try:
            return Note.parse((self.folder / "logs" / place / "checkpoint").read_text("utf-8"))
        except FileNotFoundError:
            return None

    def checkpoint(self, origin: str) -> Checkpoint | None:
        """What the newest one says."""
        note = self.note(origin)
        return None if note is None else Checkpoint.parse(note.text)

    def keep(self, origin: str, note: Note) -> None:
        """Put a cosigned checkpoint in the place of the one before; on the disk before this returns."""
        write_private(self._place(origin) / "checkpoint", note.format().encode(), durable=True)

    @contextmanager
    def locked(self, origin: str) -> Iterator[None]:
        """Nobody else, in this process or another, judges or keeps a checkpoint of this log meanwhile."""
        place = self._place(origin)
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        with FileLock(place / "lock", timeout=LOCK_S_MAX, mode=0o600):
            yield

    def _place(self, origin: str) -> Path:
        return self.folder / "logs" / origin_hash(origin)

    @property
    def _key(self) -> Path:
        return self.folder / "witness.key"


def origin_hash(origin: str) -> str:
    """By which a log is named in addresses and folders."""
    return sha256(origin.encode()).hexdigest()
