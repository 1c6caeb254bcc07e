"""Tree: the log's tiles on the disk. What lies beyond the size that was signed is an attempt that came to nothing.

So nothing has to be undone after a crash: the next attempt writes the same files anew.
"""

from collections.abc import Sequence
from pathlib import Path
from threading import Lock

from kiosk.base.private_file import sync_directory
from sync.collector.transparency.disk.files import make_folders, write_unsettled
from sync.collector.transparency.errors import LogDamaged, LogFileMissing
from sync.protocol.tlog.errors import LogWrong
from sync.protocol.tlog.merkle import HASH_BYTES, ReadHash, leaf_hash, node_hash, root_of
from sync.protocol.tlog.tiles import (
    TILE_HEIGHT,
    TILE_WIDTH,
    Tile,
    encode_bundle,
    read_bundle,
    split_tile,
    tile_with,
)

TILES_KEPT = 256
"""So many tiles are remembered, some 30 KB each: a proof reads three or four, and most proofs the same ones."""


class Tree:
    """The tiles and entries below one folder."""

    def __init__(self, public: Path) -> None:
        self._public = public
        self._kept: dict[Tile, list[list[bytes]]] = {}
        self._keeping = Lock()

    def hashes(self, size: int) -> ReadHash:
        """The hashes of the tree of the first ``size`` leaves."""

        def read_hash(level: int, index: int) -> bytes:
            tile_level, height = divmod(level, TILE_HEIGHT)
            first = index << height
            rows = self._rows(tile_with(tile_level, first, size))
            return rows[height][first % TILE_WIDTH >> height]

        return read_hash

    def root(self, size: int, within: int | None = None) -> bytes:
        """The root of the first ``size`` leaves, of which ``within`` may have been signed since. Raises LogDamaged."""
        try:
            return root_of(size, self.hashes(within or size))
        except LogWrong as error:
            raise LogDamaged("the log's tiles are damaged: {why}", why=error) from error

    def leaf_hash(self, index: int, size: int) -> bytes:
        """The hash of one of the first ``size`` leaves."""
        return self._rows(tile_with(0, index, size))[0][index % TILE_WIDTH]

    def leaves(self, index: int, size: int) -> list[bytes]:
        """The leaves of bundle ``index`` in a log of ``size`` leaves. Raises LogDamaged."""
        bundle = Tile(-1, index, min(TILE_WIDTH, size - index * TILE_WIDTH))
        full = Tile(-1, index)
        try:
            return read_bundle(self._bytes(bundle), bundle.width)
        except FileNotFoundError:
            pass
        except LogWrong as error:
            raise LogDamaged("the log's tiles are damaged: {why}", why=error) from error
        try:
            return read_bundle(self._bytes(full))[: bundle.width]
        except FileNotFoundError as error:
            raise LogFileMissing(bundle.path) from error
        except (OSError, LogWrong) as error:
            raise LogDamaged("the log's tiles are damaged: {why}", why=error) from error

    def append(self, size: int, leaves: Sequence[bytes]) -> bytes:
        """Put ``leaves`` behind the first ``size``, durably; the root of all of them.

        What lay there is written over: it was never signed.
        """
        files = self._bundles(size, leaves)
        row, first = [leaf_hash(leaf) for leaf in leaves], size
        level = 0
        while row:
            made, row_above, first_above = self._level(level, first, row)
            files += made
            level, row, first = level + 1, row_above, first_above
        self._write(files)
        return self.root(size + len(leaves))

    def _bundles(self, size: int, leaves: Sequence[bytes]) -> list[tuple[Tile, bytes]]:
        begun = size % TILE_WIDTH
        before = self.leaves(size // TILE_WIDTH, size) if begun else []
        each = [*before, *leaves]
        return [
            (Tile(-1, (size - begun + at) // TILE_WIDTH, len(some)), encode_bundle(some)) for at, some in _cut(each)
        ]

    def _level(self, level: int, first: int, row: Sequence[bytes]) -> tuple[list[tuple[Tile, bytes]], list[bytes], int]:
        """The tiles of one level that hold ``row`` from hash ``first`` on, and what they add to the level above."""
        begun = first % TILE_WIDTH
        before: list[bytes] = []
        if begun:
            tile = Tile(level, first // TILE_WIDTH, begun)
            before = self._rows(tile)[0]
        files, above = [], []
        for at, some in _cut([*before, *row]):
            files.append((Tile(level, (first - begun + at) // TILE_WIDTH, len(some)), b"".join(some)))
            if len(some) == TILE_WIDTH:
                above.append(_rows_over(some)[-1][0])
        return files, above, first // TILE_WIDTH

    def _write(self, files: Sequence[tuple[Tile, bytes]]) -> None:
        places = [self._public / tile.path for tile, _ in files]
        make_folders(self._public, {place.parent for place in places})
        for place, (_, content) in zip(places, files, strict=True):
            write_unsettled(place, content)
        for folder in sorted({place.parent for place in places}):
            sync_directory(folder)
        with self._keeping:
            self._kept.clear()

    def _rows(self, tile: Tile) -> list[list[bytes]]:
        """A tile with all that is worked out from it; one that is not full may be cut from the full one."""
        kept = self._kept.get(tile)
        if kept is not None:
            return kept
        found = _rows_over(self._read(tile))
        with self._keeping:
            if len(self._kept) >= TILES_KEPT:
                self._kept.pop(next(iter(self._kept)))
            self._kept[tile] = found
        return found

    def _read(self, tile: Tile) -> list[bytes]:
        try:
            try:
                return split_tile(tile, self._bytes(tile))
            except FileNotFoundError:
                return split_tile(tile, self._cut_from_full(tile))
        except FileNotFoundError as error:
            raise LogFileMissing(tile.path) from error
        except (OSError, LogWrong) as error:
            raise LogDamaged("the log's tiles are damaged: {why}", why=error) from error

    def _cut_from_full(self, tile: Tile) -> bytes:
        return self._bytes(Tile(tile.level, tile.index))[: tile.width * HASH_BYTES]

    def _bytes(self, tile: Tile) -> bytes:
        return (self._public / tile.path).read_bytes()


def _cut(hashes: Sequence[bytes]) -> list[tuple[int, Sequence[bytes]]]:
    return [(at, hashes[at : at + TILE_WIDTH]) for at in range(0, len(hashes), TILE_WIDTH)]


def _rows_over(hashes: Sequence[bytes]) -> list[list[bytes]]:
    """A tile's hashes, and above them those of their complete subtrees, row by row."""
    rows = [list(hashes)]
    while len(rows[-1]) > 1:
        row = rows[-1]
        rows.append([node_hash(left, right) for left, right in zip(row[::2], row[1::2], strict=False)])
    return rows
