"""Merkle: the tree of a log, and proofs that a leaf is in it and that nothing of an older one was changed.

Hashing is RFC 6962, section 2.1; proofs are those of its sections 2.1.1 and 2.1.2, checked as RFC 9162, sections
2.1.3.2 and 2.1.4.2, say. All hashes are 32 raw bytes; leaves and sizes are counted from 0.
"""

from collections.abc import Callable, Sequence

from kiosk.domain.merkle import EMPTY_ROOT, HASH_BYTES, Frontier, folded, leaf_hash, node_hash
from sync.protocol.tlog.errors import ProofWrong

__all__ = [
    "EMPTY_ROOT",
    "HASH_BYTES",
    "PROOF_HASHES_MAX",
    "Frontier",
    "ReadHash",
    "check_consistency",
    "check_inclusion",
    "leaf_hash",
    "node_hash",
    "prove_consistency",
    "prove_inclusion",
    "root_of",
]

PROOF_HASHES_MAX = 63
"""More than a tree of 2**63 leaves needs."""

ReadHash = Callable[[int, int], bytes]
"""``(level, index)`` to the hash of the complete subtree over the ``2**level`` leaves from ``index * 2**level`` on."""


def root_of(size: int, read: ReadHash) -> bytes:
    """The root of the tree over the first ``size`` leaves."""
    return _range_root(0, size, read) if size else EMPTY_ROOT


def prove_inclusion(index: int, size: int, read: ReadHash) -> list[bytes]:
    """The hashes beside the way from leaf ``index`` up to the root of the first ``size`` leaves, lowest first."""
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {index}")
    proof, start, end = [], 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(_range_root(middle, end, read))
            end = middle
        else:
            proof.append(_range_root(start, middle, read))
            start = middle
    return proof[::-1]


def prove_consistency(old: int, size: int, read: ReadHash) -> list[bytes]:
    """The hashes that lead from the root of the first ``old`` leaves to that of the first ``size``."""
    if not 0 <= old <= size:
        raise ValueError(f"a tree of {size} leaves has no tree of {old} in it")
    if old in (0, size):
        return []
    proof, start, end = [], 0, size
    while end != old:
        middle = start + _split(end - start)
        if old <= middle:
            proof.append(_range_root(middle, end, read))
            end = middle
        else:
            proof.append(_range_root(start, middle, read))
            start = middle
    if start:
        proof.append(_range_root(start, end, read))
    return proof[::-1]


def check_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Hold a leaf, by its hash, to the tree of that size and root; raises ProofWrong."""
    if not 0 <= index < size:
        raise ProofWrong(f"a tree of {size} leaves has no leaf {index}")
    place, last, found = index, size - 1, leaf
    for node in _hashes(proof):
        if last == 0:
            raise ProofWrong("the proof of inclusion is too long")
        if place & 1 or place == last:
            found = node_hash(node, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, node)
        place, last = place >> 1, last >> 1
    if last or found != root:
        raise ProofWrong(f"leaf {index} is not proven to be in the tree of {size} leaves")


def check_consistency(old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> None:
    """Hold a tree to an older one: that it begins with the same leaves; raises ProofWrong.

    The empty tree is the beginning of every tree, and needs an empty proof.
    """
    if not 0 <= old_size <= size:
        raise ProofWrong(f"a tree of {size} leaves does not hold one of {old_size}")
    if old_size in (0, size):
        known = EMPTY_ROOT if old_size == 0 else root
        if proof or old_root != known:
            raise ProofWrong(f"the trees of {old_size} and {size} leaves do not agree")
        return
    _check_grown(old_size, old_root, size, root, proof)


def _check_grown(old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> None:
    place, last, nodes = old_size - 1, size - 1, _hashes(proof)
    if old_size & (old_size - 1) == 0:
        nodes = [old_root, *nodes]
    if not nodes:
        raise ProofWrong("the proof of consistency is empty")
    while place & 1:
        place, last = place >> 1, last >> 1
    old_found = found = nodes[0]
    for node in nodes[1:]:
        if last == 0:
            raise ProofWrong("the proof of consistency is too long")
        if place & 1 or place == last:
            old_found, found = node_hash(node, old_found), node_hash(node, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, node)
        place, last = place >> 1, last >> 1
    if last or old_found != old_root or found != root:
        raise ProofWrong(f"the tree of {size} leaves is not proven to begin with the {old_size} leaves known")


def _hashes(proof: Sequence[bytes]) -> list[bytes]:
    if len(proof) > PROOF_HASHES_MAX or any(len(node) != HASH_BYTES for node in proof):
        raise ProofWrong(f"a proof has at most {PROOF_HASHES_MAX} hashes, of {HASH_BYTES} bytes each")
    return list(proof)


def _range_root(start: int, end: int, read: ReadHash) -> bytes:
    """The root over these leaves; ``start`` is a multiple of a power of two that is not below their number."""
    parts = []
    while start < end:
        level = (end - start).bit_length() - 1
        parts.append(read(level, start >> level))
        start += 1 << level
    return folded(parts)


def _split(leaves: int) -> int:
    """The largest power of two below this number of leaves."""
    return 1 << (leaves - 1).bit_length() - 1
