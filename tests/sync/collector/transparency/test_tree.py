"""The tree on the disk: its tiles say the same as the leaves of which they were made."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from sync.collector.transparency.disk.tree import Tree
from sync.protocol.tlog.merkle import Frontier, check_consistency, leaf_hash, prove_consistency, root_of
from sync.protocol.tlog.tiles import Tile, tiles_of


@settings(max_examples=12, deadline=None)
@given(st.integers(1, 700), st.integers(0, 700))
def test_tree_read_from_its_tiles_has_the_same_roots_and_proofs(size: int, other: int) -> None:
    old, leaves, frontier = min(size, other), [b"%d" % n for n in range(size)], Frontier()
    roots = [frontier.root()]
    for leaf in leaves:
        frontier.append(leaf_hash(leaf))
        roots.append(frontier.root())

    with TemporaryDirectory() as folder:
        tree = Tree(Path(folder))
        tree.append(0, leaves[:old])
        tree.append(old, leaves[old:])
        read = tree.hashes(size)
        bundles = [Tile(-1, tile.index, tile.width) for tile in tiles_of(size) if tile.level == 0]

        assert all((Path(folder) / tile.path).is_file() for tile in [*tiles_of(size), *bundles])
        assert (root_of(size, read), tree.root(old, within=size)) == (roots[size], roots[old])
        check_consistency(old, roots[old], size, roots[size], prove_consistency(old, size, read))
