"""Tiles and bundles, with the examples of c2sp.org/tlog-tiles."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.protocol.tlog.errors import NoteWrong
from sync.protocol.tlog.tiles import (
    Tile,
    encode_bundle,
    read_bundle,
    split_tile,
    tile_with,
    tiles_of,
)


def test_example_of_seventy_thousand_leaves_has_the_tiles_that_the_specification_counts():
    tiles = list(tiles_of(70_000))

    by_level = [[tile.width for tile in tiles if tile.level == level] for level in range(4)]
    assert by_level == [[256] * 273 + [112], [256, 17], [1], []]
    assert list(tiles_of(256)) == [Tile(0, 0, 256), Tile(1, 0, 1)]
    assert list(tiles_of(0)) == []


def test_path_is_the_specifications():
    assert Tile(0, 1234067).path == "tile/0/x001/x234/067"
    assert Tile(1, 7, 17).path == "tile/1/007.p/17"
    assert Tile(-1, 1000, 1).path == "tile/entries/x001/000.p/1"
    for tile in (Tile(0, 1234067), Tile(1, 7, 17), Tile(-1, 1000, 1)):
        assert Tile.parse(tile.path) == tile


@pytest.mark.parametrize(
    "path",
    ["", "tile", "tile/0", "tile/00/000", "tile/64/000", "tile/0/1", "tile/0/x000/001", "tile/0/001/x001",
     "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01", "tile/x/000", "tile/0/../000", "tile/0/000\n"],
)  # fmt: skip
def test_anything_else_is_no_path(path):
    with pytest.raises(NoteWrong):
        Tile.parse(path)


@pytest.mark.parametrize(("since", "size"), [(0, 3), (3, 5), (5, 5), (255, 256), (256, 257), (100, 70_000)])
def test_only_the_tiles_that_changed_are_new(since, size):
    new, old = set(tiles_of(size, since)), set(tiles_of(since))

    assert new == set(tiles_of(size)) - old


def test_tile_of_another_length_is_refused():
    with pytest.raises(NoteWrong):
        split_tile(Tile(0, 0, 2), bytes(63))
    with pytest.raises(ValueError, match="no hash"):
        tile_with(0, 5, 5)


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=8))
def test_bundle_comes_back_and_a_cut_one_is_refused(leaves):
    raw = encode_bundle(leaves)

    assert read_bundle(raw, len(leaves)) == leaves
    for broken, width in ((raw + b"\x00", len(leaves)), (raw[:-1], len(leaves)), (raw, len(leaves) + 1)):
        with pytest.raises(NoteWrong):
            read_bundle(broken, width)
