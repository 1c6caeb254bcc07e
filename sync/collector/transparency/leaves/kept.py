"""Kept: the index of the leaves once more, in files beside the log, so that a restored database gets it again.

A file for each checkpoint, named after its first leaf. One that was never signed is written over by the next attempt.
"""

import gzip
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from kiosk.base.private_file import sync_directory
from sync.collector.transparency.disk.files import PRIVATE_FILE, write_file
from sync.collector.transparency.leaves.index import LeafSource


def keep_index(folder: Path, first: int, sources: Sequence[LeafSource]) -> None:
    """Keep what the leaves from index ``first`` on are about, durably."""
    if not folder.is_dir():
        folder.mkdir(mode=0o700)
        sync_directory(folder.parent)
    write_file(folder / f"{first:012}.gz", gzip.compress(msgspec.json.encode(sources), 6, mtime=0), PRIVATE_FILE)


def forget_kept(folder: Path, size: int) -> None:
    """Drop the files of attempts that were never signed: those that begin behind the first ``size`` leaves."""
    for file in folder.glob("*.gz"):
        if int(file.name.removesuffix(".gz")) >= size:
            file.unlink()


def kept_index(folder: Path, size: int) -> Iterator[tuple[int, list[LeafSource]]]:
    """What the files say of the first ``size`` leaves: from which index on, and what these are about."""
    for file in sorted(folder.glob("*.gz")):
        first = int(file.name.removesuffix(".gz"))
        if first < size:
            sources = msgspec.json.decode(gzip.decompress(file.read_bytes()), type=list[LeafSource])
            yield first, sources[: size - first]


def kept_until(folder: Path, size: int) -> int:
    """Of how many of the first ``size`` leaves the files say what they are about; 0 where one cannot be read."""
    try:
        return sum(len(sources) for _, sources in kept_index(folder, size))
    except (OSError, EOFError, ValueError, zlib.error):
        return 0
