"""Merkle: the hashes of a tree that only grows, and all that is needed to let it grow.

Hashing is that of RFC 6962, section 2.1. All hashes are 32 raw bytes. Proofs are in ``sync/protocol/tlog``.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of a leaf's bytes."""
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node over the hashes of its two halves."""
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """The compact range of a tree's leaves: all that is needed to append, and its root."""

    def __init__(self, size: int = 0, nodes: Sequence[bytes] = ()) -> None:
        """``nodes`` are the roots of the complete subtrees, left to right, so the largest first."""
        if size < 0 or len(nodes) != size.bit_count() or any(len(node) != HASH_BYTES for node in nodes):
            raise ValueError(f"a tree of {size} leaves has {size.bit_count()} complete subtrees, of 32 bytes each")
        self.size = size
        self.nodes = tuple(nodes)

    def append(self, leaf_hash: bytes) -> None:
        """Take one more leaf, by its hash."""
        node, nodes, size = leaf_hash, list(self.nodes), self.size
        while size & 1:
            node = node_hash(nodes.pop(), node)
            size >>= 1
        self.size += 1
        self.nodes = (*nodes, node)

    def root(self) -> bytes:
        """The root over all leaves so far."""
        return folded(self.nodes) if self.nodes else EMPTY_ROOT


def folded(nodes: Iterable[bytes]) -> bytes:
    """The root over complete subtrees, given left to right, the largest first."""
    first, *others = reversed(tuple(nodes))
    for node in others:
        first = node_hash(node, first)
    return first
