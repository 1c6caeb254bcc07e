"""Tiles: the tree and its leaves as files that any web server can hand out (c2sp.org/tlog-tiles).

A tile holds up to 256 hashes of one of the levels 0, 8, 16, … of the tree; an entry bundle the leaves themselves.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sync.protocol.tlog.errors import NoteWrong
from sync.protocol.tlog.merkle import HASH_BYTES

TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT
LEVEL_MAX = 63

_PATH = re.compile(r"tile/(0|[1-9][0-9]?|entries)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile, or one bundle of entries, which has level -1."""

    level: int
    index: int
    width: int = TILE_WIDTH
    """Hashes or entries in it; a tile that is not full is another file than the full one."""

    @property
    def path(self) -> str:
        """Its path below the log's address."""
        kind = "entries" if self.level < 0 else str(self.level)
        partial = f".p/{self.width}" if self.width < TILE_WIDTH else ""
        return f"tile/{kind}/{_index_path(self.index)}{partial}"

    @classmethod
    def parse(cls, path: str) -> "Tile":
        """The tile at a path; raises NoteWrong where no tile has that path."""
        found = _PATH.fullmatch(path)
        if found is None:
            raise NoteWrong(f"{path[:80]!r} is not the path of a tile")
        level = -1 if found[1] == "entries" else int(found[1])
        tile = cls(level, int(found[2].replace("x", "").replace("/", "")), int(found[3] or TILE_WIDTH))
        if level > LEVEL_MAX or tile.path != path:
            raise NoteWrong(f"{path[:80]!r} is not the path of a tile")
        return tile


def tiles_of(size: int, since: int = 0) -> Iterator[Tile]:
    """Every tile of a tree of ``size`` leaves that one of ``since`` has not; a level's tiles from left to right."""
    level = 0
    while size:
        for index in range(since // TILE_WIDTH, -(-size // TILE_WIDTH)):
            tile = Tile(level, index, min(TILE_WIDTH, size - index * TILE_WIDTH))
            if index * TILE_WIDTH + tile.width > since:
                yield tile
        level, size, since = level + 1, size // TILE_WIDTH, since // TILE_WIDTH


def tile_with(level: int, index: int, size: int) -> Tile:
    """In a tree of ``size`` leaves, the tile that holds hash ``index`` of tile level ``level``."""
    there = size >> TILE_HEIGHT * level
    start = index // TILE_WIDTH * TILE_WIDTH
    if not 0 <= index < there:
        raise ValueError(f"a tree of {size} leaves has no hash {index} at level {level} of its tiles")
    return Tile(level, index // TILE_WIDTH, min(TILE_WIDTH, there - start))


def split_tile(tile: Tile, raw: bytes) -> list[bytes]:
    """The hashes of a tile's bytes; raises NoteWrong where it has not as many as it must."""
    if len(raw) != tile.width * HASH_BYTES:
        raise NoteWrong(f"{tile.path} has {len(raw)} bytes and not {tile.width * HASH_BYTES}")
    return [raw[start : start + HASH_BYTES] for start in range(0, len(raw), HASH_BYTES)]


def encode_bundle(leaves: Sequence[bytes]) -> bytes:
    """The bytes of a bundle: each leaf after its length, two bytes, the higher first."""
    return b"".join(len(leaf).to_bytes(2) + leaf for leaf in leaves)


def read_bundle(raw: bytes, width: int = TILE_WIDTH) -> list[bytes]:
    """The leaves of a bundle; raises NoteWrong where they are not as many, or one is cut off."""
    leaves: list[bytes] = []
    place = 0
    while place < len(raw) and len(leaves) <= width:
        end = place + 2 + int.from_bytes(raw[place : place + 2])
        leaves.append(raw[place + 2 : end])
        place = end
    if place != len(raw) or len(leaves) != width:
        raise NoteWrong(f"the bundle does not hold {width} whole entries")
    return leaves


def _index_path(index: int) -> str:
    last, parts = f"{index % 1000:03}", []
    while index := index // 1000:
        parts.append(f"x{index % 1000:03}")
    return "/".join([*reversed(parts), last])
