"""Tree: the root over all cuts that a journal states, for the agent to sign and for everybody to check.

Its leaves are the lines that state a cut with its half days, in the journal's order, carried ones as well: whoever
holds the lines works out the same tree. Kept in the transaction of each cut, in ``meta`` as the sums are; so it stays
when lines are pruned, and an older version that opens the file passes over it.
"""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Annotated, NamedTuple

import msgspec
from sqlalchemy import Connection

from kiosk.domain.merkle import Frontier, leaf_hash
from kiosk.domain.numbers.statement import Order, is_stated, statement
from kiosk.journal.lines import BlockLine, is_carried
from kiosk.journal.uncut import cut_in, readable

_STATE, _ROOT, _BEGUN = "tree", "tree at", "tree from"
_MARK = b'"block"'
_BEHIND = """SELECT seq, line, hash FROM entry
    WHERE seq > ? AND seq <= ? AND instr(line, CAST('"block"' AS BLOB)) > 0 ORDER BY seq"""

Row = tuple[int, bytes, bytes]
"""An entry: its seq, its line, the hash after it."""
Root = tuple[int, bytes]
"""How many cuts are in a tree, and its root."""
_Place = tuple[str, int, Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]]


class Leaf(NamedTuple):
    """One cut in the tree."""

    position: int
    statement: bytes
    hash: bytes
    order: Order
    """With it."""


class _Carried(msgspec.Struct):
    latest: _Place = msgspec.field(name="from")
    earlier: list[_Place] = msgspec.field(name="from_earlier", default_factory=list)


_carried = msgspec.json.Decoder(_Carried)


class Tree:
    """The tree of a journal's cuts up to a line."""

    def __init__(self, through: int = 0, frontier: Frontier | None = None, order: Order | None = None) -> None:
        self.through = through
        """The last line that was looked at."""
        self.frontier = frontier or Frontier()
        self.order = order or Order()
        """Of the statements so far."""

    @property
    def root(self) -> Root:
        """As it is signed."""
        return self.frontier.size, self.frontier.root()

    def read(self, seq: int, encoded: bytes, chain_hash: bytes) -> Leaf | None:
        """Take the next line in, with the hash after it; its leaf, if it states a cut that has one."""
        self.through = seq
        said = statement_in(seq, encoded, chain_hash, self.order) if _MARK in encoded else None
        if said is None:
            return None
        leaf = Leaf(self.frontier.size, said[0], leaf_hash(said[0]), said[1])
        self.frontier.append(leaf.hash)
        self.order = leaf.order
        return leaf

    def leaves(self, rows: Iterable[Row]) -> Iterator[tuple[int, Leaf]]:
        """The leaves of these lines, each once it is in the tree."""
        for seq, encoded, chain_hash in rows:
            leaf = self.read(seq, encoded, chain_hash)
            if leaf is not None:
                yield seq, leaf


class HeldTree(NamedTuple):
    """What came of working a tree out anew."""

    size: int
    """How many cuts it holds."""
    wrong_from: int | None = None
    """The first entry at which what is kept of it, and so what is signed, is not what the entries give."""
    is_known: bool = True
    """Whether the entries give it; not where an older version deleted some of them."""


class _Kept(msgspec.Struct, frozen=True, array_like=True):
    """A tree as it lies in ``meta``."""

    through: int
    size: int
    nodes: list[bytes]
    latest: str
    back: int


def statement_in(seq: int, encoded: bytes, chain_hash: bytes, before: Order) -> tuple[bytes, Order] | None:
    """The leaf of a line, and the order with it; None for a line that has none."""
    line = readable(encoded)
    if not isinstance(line, BlockLine) or line.seq != seq:
        return None
    one = cut_in(line)
    try:
        return statement(one, before, chain_hash, _carried_hash(encoded)) if is_stated(one) else None
    except (msgspec.DecodeError, RecursionError):
        return None


def states_cut(lines: Iterable[bytes]) -> bool:
    """Whether a cut may be among these lines."""
    # One look through all of them takes a third of the time of one for each.
    return _MARK in b"\n".join(lines)


def catch_up(connection: Connection, through: int) -> Tree:
    """Take in the lines up to ``through`` that are not in the tree yet, and keep it; within the caller's transaction.

    That are this version's own cuts as soon as they are written, the carried ones with which a continuation begins, and
    once all lines of a file that an older version wrote.
    """
    tree = _tree_in(connection) or Tree()
    for leaf_seq, leaf in _behind(connection, tree, through):
        _put(connection, f"{_ROOT} {leaf_seq:016d}", f"{leaf.position + 1} {tree.root[1].hex()}")
    tree.through = max(through, tree.through)
    _put_tree(connection, _STATE, tree)
    return tree


def looked_through(connection: Connection) -> int:
    """The last line that is known to be in the tree, or to be none of it."""
    tree = _tree_in(connection)
    return 0 if tree is None else tree.through


def root_at(connection: Connection, seq: int) -> Root:
    """The tree of the cuts up to entry ``seq``, which is there; that of none where the file does not know."""
    tree = _tree_in(connection)
    if tree is None:
        # Nobody kept one: then it is the entries', if all of them are there.
        query = "SELECT count(*) FROM entry WHERE seq <= ?"
        is_whole = connection.exec_driver_sql(query, (seq,)).scalar_one() == seq
        tree = Tree(0 if is_whole else seq)
    if seq >= tree.through:
        for _ in _behind(connection, tree, seq):
            pass
        return tree.root
    query = "SELECT value FROM meta WHERE key >= ? AND key <= ? ORDER BY key DESC LIMIT 1"
    found = connection.exec_driver_sql(query, (f"{_ROOT} ", f"{_ROOT} {seq:016d}")).scalar_one_or_none()
    if found is None:
        return Tree().root
    size, root = str(found).split(" ")
    return int(size), bytes.fromhex(root)


def hold_tree(connection: Connection, stating: Iterable[Row] = (), through: int = 0) -> HeldTree:
    """Work the tree out from the entries, and hold all that is kept of it to that.

    ``stating`` are those up to ``through`` that may state a cut, which were read already.
    """
    try:
        return _held(connection, stating, through)
    except (ValueError, msgspec.DecodeError):
        return HeldTree(0, 1)  # somebody put there what this program never writes


def _held(connection: Connection, stating: Iterable[Row], through: int) -> HeldTree:
    kept, begun = _tree_in(connection), _begun(connection)
    if kept is None:
        return HeldTree(0)
    if begun is None:
        return HeldTree(kept.frontier.size, is_known=False)
    roots, pruned = _roots(connection), begun.through
    wrong = [] if pruned == 0 else _wrong_before(roots, begun)
    read = (row for row in stating if begun.through < row[0] <= min(through, kept.through))
    for seq, _ in chain(begun.leaves(read), _after(connection, begun, through, kept.through)):
        if roots.pop(seq, None) != begun.root:
            wrong.append(seq)
    # A root of an entry that states no cut was put there by somebody.
    wrong += [seq for seq in roots if seq > pruned]
    ends_as_kept = (begun.frontier.nodes, begun.order) == (kept.frontier.nodes, kept.order)
    wrong += [] if ends_as_kept else [kept.through]
    return HeldTree(begun.frontier.size, min(wrong, default=None))


def forget_roots(connection: Connection, through: int) -> None:
    """Of the cuts up to ``through``, which are pruned, only the last root stays; within the caller's transaction.

    And the tree up to there, from which whoever checks the entries that are left goes on.
    """
    begun = _begun(connection)
    if begun is not None:
        for _ in _behind(connection, begun, through):
            pass
        begun.through = through
        _put_tree(connection, _BEGUN, begun)
    ends = (f"{_ROOT} ", f"{_ROOT} {through:016d}")
    last = connection.exec_driver_sql("SELECT max(key) FROM meta WHERE key >= ? AND key <= ?", ends).scalar_one()
    if last is not None:
        connection.exec_driver_sql("DELETE FROM meta WHERE key >= ? AND key < ?", (ends[0], last))


def _carried_hash(encoded: bytes) -> bytes | None:
    """The hash that the line had where it was written; None for one that was not carried."""
    if not is_carried(encoded):
        return None
    carried = _carried.decode(encoded)
    oldest = carried.earlier[-1] if carried.earlier else carried.latest
    return bytes.fromhex(oldest[2])


def _behind(connection: Connection, tree: Tree, through: int) -> Iterable[tuple[int, Leaf]]:
    """The leaves of the lines up to ``through`` that are not in the tree yet, each once it is."""
    rows = connection.exec_driver_sql(_BEHIND, (tree.through, through)).all()
    yield from tree.leaves((seq, encoded, chain_hash) for seq, encoded, chain_hash in rows)


def _after(connection: Connection, tree: Tree, read: int, through: int) -> Iterator[tuple[int, Leaf]]:
    """As ``_behind`` once the lines up to ``read`` are in the tree; begins when it is asked."""
    tree.through = max(tree.through, read)
    yield from _behind(connection, tree, through)


def _begun(connection: Connection) -> Tree | None:
    """The tree of the entries that were pruned; None where an older version pruned some and kept none of it."""
    found = _tree_in(connection, _BEGUN)
    query = "SELECT value FROM meta WHERE key = 'pruned_through'"
    pruned = int(connection.exec_driver_sql(query).scalar_one_or_none() or 0)
    if found is None:
        return None if pruned else Tree()
    # One that goes back to an older version is pruned by that.
    return found if found.through == pruned else None


def _wrong_before(roots: dict[int, Root], begun: Tree) -> list[int]:
    """Where the root of the pruned entries is not that of the tree from which it goes on."""
    before = max((seq for seq in roots if seq <= begun.through), default=None)
    kept = Tree().root if before is None else roots[before]
    return [] if kept == begun.root else [begun.through]


def _roots(connection: Connection) -> dict[int, Root]:
    """All that are kept, by their entry."""
    ends, found = (f"{_ROOT} ", f"{_ROOT} ~"), dict[int, Root]()
    for key, value in connection.exec_driver_sql("SELECT key, value FROM meta WHERE key >= ? AND key < ?", ends):
        size, root = str(value).split(" ")
        found[int(str(key).removeprefix(ends[0]))] = int(size), bytes.fromhex(root)
    return found


def _tree_in(connection: Connection, key: str = _STATE) -> Tree | None:
    query = "SELECT value FROM meta WHERE key = ?"
    found = connection.exec_driver_sql(query, (key,)).scalar_one_or_none()
    if found is None:
        return None
    kept = msgspec.json.decode(str(found), type=_Kept)
    return Tree(kept.through, Frontier(kept.size, kept.nodes), Order(kept.latest, kept.back))


def _put_tree(connection: Connection, key: str, tree: Tree) -> None:
    nodes = list(tree.frontier.nodes)
    kept = _Kept(tree.through, tree.frontier.size, nodes, tree.order.latest, tree.order.back)
    _put(connection, key, msgspec.json.encode(kept).decode())


def _put(connection: Connection, key: str, value: str) -> None:
    connection.exec_driver_sql("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))
