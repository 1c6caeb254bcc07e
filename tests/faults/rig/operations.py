"""Operations: what a program asks of a disk, one value each, paths relative to the recorded folder."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MakeFolder:
    """mkdir."""

    path: str


@dataclass(frozen=True, slots=True)
class Create:
    """A name for a new, empty file; nothing where the file is already there."""

    path: str


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes at an offset."""

    path: str
    offset: int
    content: bytes

    def __repr__(self) -> str:
        return f"Write({self.path!r}, {self.offset}, {len(self.content)} bytes)"


@dataclass(frozen=True, slots=True)
class Resize:
    """Cut or extended with zeros to this size."""

    path: str
    size: int


@dataclass(frozen=True, slots=True)
class Reserve:
    """Room allocated up to this size: extended with zeros, never cut."""

    path: str
    size: int


@dataclass(frozen=True, slots=True)
class Sync:
    """fsync or fdatasync of a file or a folder."""

    path: str


@dataclass(frozen=True, slots=True)
class Remove:
    """unlink or rmdir."""

    path: str


@dataclass(frozen=True, slots=True)
class Rename:
    """The name moves, over whatever had the new one."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Link:
    """A second name."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Say:
    """A line on standard error: not the disk's business, but what the citizen was told by then."""

    words: str


Operation = MakeFolder | Create | Write | Resize | Reserve | Sync | Remove | Rename | Link | Say
"""Any of them."""
