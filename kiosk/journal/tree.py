"""Tree: the root over all cuts that a journal states, for the agent to sign and for everybody to check.

Its leaves are the lines that state a cut with its half days, in the journal's order, carried ones as well: whoever
holds the lines works out the same tree. Kept in the transaction of each cut, in ``meta`` as the sums are; so it stays
when lines are pruned, and an older version that opens the file passes over it.
"""

from collections.abc import Iterable
from typing import Annotated, NamedTuple

import msgspec
from sqlalchemy import Connection

from kiosk.domain.merkle import Frontier, leaf_hash
from kiosk.domain.numbers.statement import Order, is_stated, statement
from kiosk.journal.lines import BlockLine, is_carried
from kiosk.journal.uncut import cut_in, readable

_STATE, _ROOT = "tree", "tree at"
_MARK = b'"block"'
_BEHIND = """SELECT seq, line, hash FROM entry
    WHERE seq > ? AND seq <= ? AND instr(line, CAST('"block"' AS BLOB)) > 0 ORDER BY seq"""

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
    nodes = list(tree.frontier.nodes)
    kept = _Kept(tree.through, tree.frontier.size, nodes, tree.order.latest, tree.order.back)
    _put(connection, _STATE, msgspec.json.encode(kept).decode())
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


def forget_roots(connection: Connection, through: int) -> None:
    """Of the cuts up to ``through``, which are pruned, only the last root stays; within the caller's transaction."""
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
    for seq, encoded, chain_hash in connection.exec_driver_sql(_BEHIND, (tree.through, through)).all():
        leaf = tree.read(seq, encoded, chain_hash)
        if leaf is not None:
            yield seq, leaf


def _tree_in(connection: Connection) -> Tree | None:
    query = "SELECT value FROM meta WHERE key = ?"
    found = connection.exec_driver_sql(query, (_STATE,)).scalar_one_or_none()
    if found is None:
        return None
    kept = msgspec.json.decode(str(found), type=_Kept)
    return Tree(kept.through, Frontier(kept.size, kept.nodes), Order(kept.latest, kept.back))


def _put(connection: Connection, key: str, value: str) -> None:
    connection.exec_driver_sql("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))
