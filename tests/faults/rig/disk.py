"""Disk: what may be on it after the plug was pulled.

The model is that of ext4 and of the like, a little harsher: a file's writes reach the
disk when it is synced, and before that each of its sectors of 512 bytes may or may not
be there, in any order. Names (created, renamed, removed) reach it in their order; a sync
of a file takes along the names up to its own, a sync of a folder those up to its last.
A disk that lies about its cache is outside of it: no software is safe there.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from random import Random
from typing import Protocol

from tests.faults.rig.operations import (
    Create,
    Link,
    MakeFolder,
    Operation,
    Remove,
    Rename,
    Reserve,
    Resize,
    Sync,
    Write,
)

SECTOR = 512
Change = Write | Resize | Reserve
Image = dict[str, bytes | None]
"""Content by path; None for a folder."""


class Fate(Protocol):
    """What becomes of everything that was not synced."""

    def names(self, waiting: int) -> int:
        """How many of the waiting changes of names are on the disk: the first ones, they keep their order."""
        ...

    def change(self, change: Change) -> Iterator[Change]:
        """What of this change is on the disk."""
        ...


class Dropped:
    """Nothing of it got there."""

    def names(self, waiting: int) -> int:
        return 0

    def change(self, change: Change) -> Iterator[Change]:
        yield from ()


class Kept:
    """All of it had got there."""

    def names(self, waiting: int) -> int:
        return waiting

    def change(self, change: Change) -> Iterator[Change]:
        yield change


class Torn:
    """Some of it, drawn from a seed: whole writes, none, or single sectors of them."""

    def __init__(self, seed: str) -> None:
        self._random = Random(seed)

    def names(self, waiting: int) -> int:
        return self._random.randint(0, waiting)

    def change(self, change: Change) -> Iterator[Change]:
        match self._random.choice(("kept", "dropped", "torn")), change:
            case "kept", _:
                yield change
            case "torn", Write():
                yield from (sector for sector in sectors(change) if self._random.random() < 0.5)


def sectors(write: Write) -> Iterator[Write]:
    """The parts of a write that reach the disk whole or not at all."""
    start, end = write.offset, write.offset + len(write.content)
    while start < end:
        stop = min(end, (start // SECTOR + 1) * SECTOR)
        yield Write(write.path, start, write.content[start - write.offset : stop - write.offset])
        start = stop


@dataclass
class File:
    """One inode: what is on the disk, and what only was asked for."""

    durable: bytearray
    waiting: list[Change] = field(default_factory=list)

    def sync(self) -> None:
        """All that was asked for is on the disk."""
        for change in self.waiting:
            _make(self.durable, change)
        self.waiting.clear()

    def content_after(self, fate: Fate) -> bytes:
        """What is on the disk after the cut."""
        content = bytearray(self.durable)
        for change in self.waiting:
            for part in fate.change(change):
                _make(content, part)
        return bytes(content)


Names = dict[str, File | None]
"""What a name stands for: a file, or a folder."""


@dataclass(frozen=True, slots=True)
class Naming:
    """One change of names, all of it or nothing: these go, this one comes."""

    gone: str | None
    come: str | None
    file: File | None


class Disk:
    """Takes a run's operations one by one; between any two the plug can be pulled."""

    def __init__(self, image: Mapping[str, bytes | None] | None = None) -> None:
        self._durable: Names = {
            path: None if content is None else File(bytearray(content)) for path, content in (image or {}).items()
        }
        self._live = dict(self._durable)
        self._waiting: list[Naming] = []

    def do(self, operation: Operation) -> None:
        """Carry out one operation."""
        match operation:
            case MakeFolder(path):
                self._name(Naming(None, path, None))
            case Create(path):
                if path not in self._live:
                    self._name(Naming(None, path, File(bytearray())))
            case Write(path) | Resize(path) | Reserve(path):
                # A file without a name is gone after a cut, whatever was written to it.
                if file := self._live.get(path):
                    file.waiting.append(operation)
            case Remove(path):
                self._name(Naming(path, None, None))
            case Rename(old, new) | Link(old, new):
                gone = old if isinstance(operation, Rename) else None
                self._name(Naming(gone, new, self._live[old]))
            case Sync(path):
                self._sync(path)

    def after_cut(self, fate: Fate) -> Image:
        """What a reader finds once the power is back."""
        names = dict(self._durable)
        for naming in self._waiting[: fate.names(len(self._waiting))]:
            _rename(names, naming)
        return {path: None if file is None else file.content_after(fate) for path, file in names.items()}

    def _name(self, naming: Naming) -> None:
        _rename(self._live, naming)
        self._waiting.append(naming)

    def _sync(self, path: str) -> None:
        file = self._live.get(path)
        if file is not None:
            file.sync()
        concerned = [n for n, naming in enumerate(self._waiting, 1) if _concerns(naming, path, file)]
        done = max(concerned, default=0)
        for naming in self._waiting[:done]:
            _rename(self._durable, naming)
        del self._waiting[:done]


def write_image(image: Image, folder: Path) -> None:
    """Make the files of ``image`` below ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for path, content in sorted(image.items()):
        target = folder / path
        if content is None:
            target.mkdir(parents=True, exist_ok=True)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("wb") as file:
                file.write(content.rstrip(b"\0"))
                file.truncate(len(content))


def read_image(folder: Path) -> Image:
    """The files below ``folder``."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


def _make(content: bytearray, change: Change) -> None:
    match change:
        case Write(_, offset, written):
            _extend(content, offset)
            content[offset : offset + len(written)] = written
        case Resize(_, size):
            del content[size:]
            _extend(content, size)
        case Reserve(_, size):
            _extend(content, size)


def _extend(content: bytearray, size: int) -> None:
    content.extend(b"\0" * (size - len(content)))


def _rename(names: Names, naming: Naming) -> None:
    if naming.gone is not None:
        names.pop(naming.gone, None)
        if naming.file is None and naming.come is not None:
            _move_below(names, naming.gone, naming.come)
    if naming.come is not None:
        names[naming.come] = naming.file


def _move_below(names: Names, old: str, new: str) -> None:
    for path in [path for path in names if PurePosixPath(path).is_relative_to(old)]:
        names[str(PurePosixPath(new, PurePosixPath(path).relative_to(old)))] = names.pop(path)


def _concerns(naming: Naming, path: str, file: File | None) -> bool:
    if file is not None:
        return naming.file is file
    return any(name is not None and str(PurePosixPath(name).parent) == path for name in (naming.gone, naming.come))
