"""Trees against the definition of RFC 6962 word for word, the vectors that logs are tested with, and every forgery."""

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.protocol.tlog.errors import ProofWrong
from sync.protocol.tlog.merkle import (
    EMPTY_ROOT,
    Frontier,
    check_consistency,
    check_inclusion,
    leaf_hash,
    prove_consistency,
    prove_inclusion,
    root_of,
)
from tests.sync.protocol.tlog.samples import read_of

KNOWN_LEAVES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
"""Of the tests of Certificate Transparency's first implementation, as most others have them."""
KNOWN_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]

trees = st.integers(1, 70).map(lambda size: [b"%d" % n for n in range(size)])


def mth(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1."""
    if len(leaves) < 2:
        return sha256(b"\x00" + leaves[0]).digest() if leaves else sha256(b"").digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def path(m: int, leaves: list[bytes]) -> list[bytes]:
    """RFC 6962, section 2.1.1."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m: int, leaves: list[bytes], complete: bool = True) -> list[bytes]:
    """RFC 6962, section 2.1.2."""
    if m == len(leaves):
        return [] if complete else [mth(leaves)]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m <= k:
        return [*subproof(m, leaves[:k], complete), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], complete=False), mth(leaves[:k])]


def test_roots_are_those_that_every_log_is_tested_with():
    for size, root in enumerate(KNOWN_ROOTS, start=1):
        assert root_of(size, read_of(KNOWN_LEAVES)).hex() == root
    assert root_of(0, read_of([])) == EMPTY_ROOT


@settings(max_examples=40)
@given(trees, st.data())
def test_roots_and_proofs_are_those_of_the_definition_and_hold(leaves, data):
    size, read = len(leaves), read_of(leaves)
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(1, size))

    assert root_of(size, read) == mth(leaves)
    assert prove_inclusion(index, size, read) == path(index, leaves)
    assert prove_consistency(old, size, read) == subproof(old, leaves)
    check_inclusion(leaf_hash(leaves[index]), index, size, path(index, leaves), mth(leaves))
    check_consistency(old, mth(leaves[:old]), size, mth(leaves), subproof(old, leaves))
    check_consistency(0, EMPTY_ROOT, size, mth(leaves), [])


@settings(max_examples=30)
@given(trees)
def test_tree_that_grows_leaf_by_leaf_has_the_same_roots(leaves):
    frontier = Frontier()
    for size, leaf in enumerate(leaves, start=1):
        frontier.append(leaf_hash(leaf))
        assert frontier.root() == mth(leaves[:size])
        frontier = Frontier(frontier.size, frontier.nodes)
    assert frontier.size == len(leaves)


@settings(max_examples=40)
@given(trees, st.data())
def test_proof_of_another_leaf_place_size_or_root_does_not_hold(leaves, data):
    size, root = len(leaves), mth(leaves)
    index = data.draw(st.integers(0, size - 1))
    proof = path(index, leaves)
    other = bytes(32)
    wrong = [
        (other, index, size, proof, root),
        (leaf_hash(leaves[index]), index, size, proof, other),
        (leaf_hash(leaves[index]), index, size, [*proof, other], root),
        (leaf_hash(leaves[index]), size, size, proof, root),
        (leaf_hash(leaves[index]), -1, size, proof, root),
        *((leaf_hash(leaves[index]), place, size, proof, root) for place in range(size) if place != index),
        *((leaf_hash(leaves[index]), index, size, proof[:n], root) for n in range(len(proof))),
        *(
            (leaf_hash(leaves[index]), index, size, [*proof[:n], other, *proof[n + 1 :]], root)
            for n in range(len(proof))
        ),
    ]

    for each in wrong:
        with pytest.raises(ProofWrong):
            check_inclusion(*each)


@settings(max_examples=40)
@given(trees, st.data())
def test_tree_that_does_not_begin_with_the_older_one_is_noticed(leaves, data):
    size, root = len(leaves), mth(leaves)
    old = data.draw(st.integers(1, size))
    proof = subproof(old, leaves)
    changed = [*leaves]
    changed[data.draw(st.integers(0, old - 1))] = b"changed"
    other = bytes(32)
    wrong = [
        (old, mth(leaves[:old]), size, mth(changed), subproof(old, changed)),
        (old, mth(changed[:old]), size, root, proof),
        (old, mth(leaves[:old]), size, root, [*proof, other]),
        (size + 1, root, size, root, []),
        (-1, root, size, root, []),
        (0, other, size, root, []),
        *((old, mth(leaves[:old]), size, root, proof[:n]) for n in range(len(proof))),
        *((old, mth(leaves[:old]), size, root, [*proof[:n], other, *proof[n + 1 :]]) for n in range(len(proof))),
    ]

    for each in wrong:
        with pytest.raises(ProofWrong):
            check_consistency(*each)


def test_same_size_needs_the_same_root_and_no_proof():
    root = mth([b"a", b"b", b"c"])

    check_consistency(3, root, 3, root, [])
    for other, proof in ((mth([b"a", b"b", b"x"]), []), (root, [root])):
        with pytest.raises(ProofWrong):
            check_consistency(3, root, 3, other, proof)


@pytest.mark.parametrize("proof", [[b"short"], [bytes(32)] * 64])
def test_proof_of_other_hashes_or_too_many_is_refused(proof):
    with pytest.raises(ProofWrong):
        check_inclusion(bytes(32), 0, 2**63, proof, bytes(32))
    with pytest.raises(ProofWrong):
        check_consistency(3, bytes(32), 2**63, bytes(32), proof)


def test_what_is_asked_beyond_a_tree_is_an_error_of_the_caller():
    for asked in (lambda: prove_inclusion(3, 3, read_of([])), lambda: prove_consistency(4, 3, read_of([]))):
        with pytest.raises(ValueError, match="a tree of 3 leaves has no"):
            asked()
    with pytest.raises(ValueError, match="complete subtrees"):
        Frontier(3, [bytes(32)])
