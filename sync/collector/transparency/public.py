"""Public: the log as everybody reads it, and the proofs that follow from its tiles."""

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from sync.collector.transparency.disk.folder import CHECKPOINT, KEYS, RESTARTED, older_logs
from sync.collector.transparency.disk.tree import Tree
from sync.protocol.tlog.checkpoint import Checkpoint
from sync.protocol.tlog.merkle import prove_consistency, prove_inclusion
from sync.protocol.tlog.note import Note, Verifier
from sync.protocol.tlog.tiles import TILE_WIDTH, Tile

PROOFS_KEPT = 256


class Published(NamedTuple):
    """The newest checkpoint that everybody is shown."""

    text: str
    """The note as it lies there."""
    checkpoint: Checkpoint


class PublicLog:
    """The public folder of a log, written by this program or by another one of this collector."""

    def __init__(self, root: Path, public: Path | None = None) -> None:
        self.place, self.folder = root, public or root / "public"
        self._tree = Tree(self.folder)
        self._kept: tuple[tuple[int, int], Published] | None = None
        self._reading = Lock()
        # Most kiosks ask from the same checkpoint to the same one, so all but the first get what is known.
        self._consistency = lru_cache(PROOFS_KEPT)(self._prove_consistency)

    def older(self) -> list["PublicLog"]:
        """The logs that this one follows, as they were when another one began; the oldest first."""
        return [PublicLog(self.place, one.public) for one in older_logs(self.place)]

    def newest(self) -> Published | None:
        """What is published; None before anything is."""
        path = self.folder / CHECKPOINT
        try:
            seen = path.stat()
        except OSError:
            return None
        mark = (seen.st_mtime_ns, seen.st_ino)
        with self._reading:
            if self._kept is None or self._kept[0] != mark:
                text = path.read_text("utf-8")
                published = Published(text, Checkpoint.parse(Note.parse(text).text))
                if self._kept is not None and self._kept[1].checkpoint.origin != published.checkpoint.origin:
                    # Another log began here: its tiles have the same names.
                    self._forget()
                self._kept = mark, published
            return self._kept[1]

    def _forget(self) -> None:
        self._tree = Tree(self.folder)
        self._consistency.cache_clear()

    def proof_of(self, index: int, size: int) -> list[bytes]:
        """That leaf ``index`` is in the tree of the first ``size`` leaves."""
        return prove_inclusion(index, size, self._tree.hashes(size))

    def consistency(self, old: int, size: int) -> Sequence[bytes]:
        """That the tree of the first ``size`` leaves begins with the first ``old``."""
        return self._consistency(old, size)

    def leaf_hash(self, index: int, size: int) -> bytes:
        """The hash of one of the first ``size`` leaves."""
        return self._tree.leaf_hash(index, size)

    def leaves(self, bundle: int, size: int) -> list[bytes]:
        """The leaves of one bundle of the first ``size``."""
        return self._tree.leaves(bundle, size)

    def root(self, size: int, within: int) -> bytes:
        """The root of the first ``size`` leaves of the ``within`` that are published."""
        return self._tree.root(size, within)

    def keys(self) -> bytes | None:
        """What is told of the log's keys."""
        return self._bytes(KEYS)

    def statements(self) -> list[str]:
        """The notes by which each key of the log followed the one before, the oldest first."""
        told = self.keys()
        return [] if told is None else [str(one) for one in json.loads(told)["statements"]]

    def verifiers(self) -> list[Verifier]:
        """The log's keys, of all its statements; the present one first."""
        told = self.keys()
        if told is None:
            return []
        names = [json.loads(told)["vkey"], *(line for one in self.statements() for line in one.split("\n")[2:4])]
        return list(dict.fromkeys(Verifier.from_text(name) for name in names))

    def restarted(self) -> str | None:
        """The note by which this log says which one it follows."""
        told = self._bytes(RESTARTED)
        return None if told is None else told.decode()

    def tile(self, path: str) -> bytes | None:
        """The tile or entries at ``path``; None beyond what is published. Raises NoteWrong where no tile lies."""
        tile, published = Tile.parse(path), self.newest()
        # Beyond it lies at most what may still be written over.
        if published is None or not _is_within(tile, published.checkpoint.size):
            return None
        return self._bytes(path)

    def _prove_consistency(self, old: int, size: int) -> tuple[bytes, ...]:
        return tuple(prove_consistency(old, size, self._tree.hashes(size)))

    def _bytes(self, path: str) -> bytes | None:
        try:
            return (self.folder / path).read_bytes()
        except OSError:
            return None


def _is_within(tile: Tile, size: int) -> bool:
    hashes = size >> 8 * max(tile.level, 0)
    return tile.index * TILE_WIDTH + tile.width <= hashes
