"""Tree: the cuts of each journal as its kiosk signs them, worked out from its lines and held to what it signed.

Which lines are leaves follows from the lines alone (``kiosk.journal.tree``), so a root that differs is the kiosk's
fault and told as one. Lines without cuts cost nothing here.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, exists, select

from kiosk.domain.merkle import HASH_BYTES, Frontier
from kiosk.domain.numbers.statement import Order
from kiosk.journal.tree import Root, Tree, statement_in, states_cut
from sync.collector.replica.blocks.lines import own_entries
from sync.collector.replica.stored import stored_entries
from sync.collector.store.bulk import insert_rows
from sync.collector.store.schema import block, cut_leaf, cut_signed, cut_state, cut_tree, device_key, journal, segment
from sync.protocol.cuts import SignedCuts
from sync.protocol.messages import LINES_PER_BATCH_MAX
from sync.protocol.vouched import cuts_said

Entry = tuple[int, bytes, bytes]
"""Seq, the hash after it, and the line."""

_AT_ONCE = 5000

# Whatever an older version may have kept in one segment.
_SEGMENT_LINES_MAX = 2 * LINES_PER_BATCH_MAX

_TREE = select(cut_tree).where(cut_tree.c.journal_id == bindparam("wanted"))
_heir = journal.alias()
# One that went on in another is cut with what was carried from it: that its lines were judged says nothing of its own.
_JUDGED = (
    select(cut_state.c.next_seq)
    .join(journal, journal.c.journal_id == cut_state.c.journal_id)
    .where(cut_state.c.journal_id == bindparam("wanted"), ~journal.c.continued)
    .where(~exists().where(_heir.c.continues == bindparam("wanted")))
)
_CONTINUES = select(journal.c.continues).where(journal.c.journal_id == bindparam("wanted"))
_NEWEST_CUT = (
    select(block.c.cut_seq)
    .where(block.c.journal_id == bindparam("wanted"), block.c.is_kiosks)
    .order_by(block.c.last_seq.desc())
    .limit(1)
)
_LEAVES = (
    select(cut_leaf.c.hash)
    .where(cut_leaf.c.journal_id == bindparam("wanted"), cut_leaf.c.seq <= bindparam("last"))
    .order_by(cut_leaf.c.position)
)
_SIGNED = select(segment.c.last_seq, segment.c.request, segment.c.key_id).where(
    segment.c.journal_id == bindparam("wanted"),
    segment.c.first_seq.between(bindparam("lowest"), bindparam("last")),
    segment.c.last_seq.between(bindparam("first"), bindparam("last")),
    segment.c.request.contains("cuts"),
)
_KEY = (
    select(device_key.c.public_key)
    .join(journal, journal.c.device_id == device_key.c.device_id)
    .where(journal.c.journal_id == bindparam("wanted"), device_key.c.key_id == bindparam("key"))
)
_STATE_NAMES = tuple(cut_tree.c.keys())
_SET = ", ".join(f"{name} = excluded.{name}" for name in _STATE_NAMES[1:])
_LEAF_NAMES = tuple(cut_leaf.c.keys())
_SIGNED_NAMES = tuple(cut_signed.c.keys())


def grow(connection: Connection, journal_id: str, entries: Sequence[Entry], *, is_continued: bool = False) -> list[int]:
    """Take a journal's next entries in; the last cuts of those batches whose root is not signed as the lines say.

    Of one that ``is_continued`` all entries are taken that never were: it was judged further than they reached.
    """
    if is_continued:
        growing = _Growing(connection, journal_id, _kept(connection, journal_id, 0))
        wrong = growing.read_rest()
    elif states_cut(line for *_, line in entries):
        judged = entries[0][0] - 1
        growing = _Growing(connection, journal_id, _kept(connection, journal_id, judged))
        growing.read_stored(judged)
        wrong = growing.read(entries)
    else:
        return []
    growing.keep()
    return wrong


def judged_through(connection: Connection, journal_id: str) -> int:
    """Up to which entry a journal was judged and its tree is known without its lines; 0 where only the tree tells."""
    return (connection.execute(_JUDGED, {"wanted": journal_id}).scalar_one_or_none() or 1) - 1


def cuts_at(connection: Connection, journal_id: str, seq: int) -> Root:
    """How many cuts are in the tree up to entry ``seq``, which is stored, and its root.

    Right at once, also for lines that were not judged yet.
    """
    tree = _kept(connection, journal_id, judged_through(connection, journal_id)).tree
    if seq >= tree.through:
        for each, chain_hash, line in stored_entries(connection, journal_id, tree.through + 1, seq):
            if tree.through < each <= seq:
                tree.read(each, line, chain_hash)
        return tree.root
    before = Frontier()
    for leaf in connection.execute(_LEAVES, {"wanted": journal_id, "last": seq}).scalars():
        before.append(leaf)
    return before.size, before.root()


def public_key_of(connection: Connection, journal_id: str, key_id: int) -> str | None:
    """The key of a journal's kiosk by its name, base64; None where there is no such key."""
    named = {"wanted": journal_id, "key": key_id}
    return connection.execute(_KEY, named).scalar_one_or_none()


class _Kept(NamedTuple):
    tree: Tree
    since: int
    """The first line that was looked through for it."""


class _Said(NamedTuple):
    """What a kiosk said of its cuts with one batch."""

    cuts: SignedCuts | None
    """None where it cannot be read."""
    key_id: int


class _Growing:
    """One journal's tree while lines are taken in."""

    def __init__(self, connection: Connection, journal_id: str, kept: _Kept) -> None:
        self._connection, self._journal_id = connection, journal_id
        self._tree, self._since = kept
        self._last_cut = 0
        self._keys: dict[int, str | None] = {}
        self._leaves: list[tuple[object, ...]] = []
        self._signed: list[tuple[object, ...]] = []

    def read_stored(self, last: int) -> None:
        """Take in what is stored up to entry ``last`` and was never looked through."""
        if self._tree.through < last:
            self._take(stored_entries(self._connection, self._journal_id, self._tree.through + 1, last), last)

    def read_rest(self) -> list[int]:
        """Take in all that is stored and was never looked through; the last cuts of what is signed wrongly."""
        wrong = []
        while entries := own_entries(self._connection, self._journal_id, self._tree.through + 1, _AT_ONCE):
            wrong += self.read(entries)
        return wrong

    def read(self, entries: Sequence[Entry]) -> list[int]:
        """Take these in; the last cuts of what is signed wrongly."""
        signed, wrong = self._said_in(self._tree.through + 1, entries[-1][0]), []
        for entry in entries:
            self._take([entry], entry[0])
            if entry[0] in signed and not self._holds(entry[0], signed[entry[0]]):
                wrong.append(self._last_cut or entry[0])
        return wrong

    def keep(self) -> None:
        """Write all of it down."""
        of_it, tree = {"journal_id": self._journal_id}, self._tree
        order = (tree.order.latest, tree.order.back)
        state = (self._since, tree.through, tree.frontier.size, b"".join(tree.frontier.nodes), *order)
        replace = f"ON CONFLICT (journal_id) DO UPDATE SET {_SET}"
        insert_rows(self._connection, cut_tree, of_it, _STATE_NAMES[1:], [state], then=replace)
        insert_rows(self._connection, cut_leaf, of_it, _LEAF_NAMES[1:], self._leaves)
        # Two batches with the same cuts may be signed one after the other: an older kiosk's cuts are in no tree.
        then = "ON CONFLICT (journal_id, size) DO NOTHING"
        insert_rows(self._connection, cut_signed, of_it, _SIGNED_NAMES[1:], self._signed, then=then)

    def _take(self, entries: Iterable[Entry], last: int) -> None:
        for seq, chain_hash, line in entries:
            if not self._tree.through < seq <= last:
                continue
            leaf = self._tree.read(seq, line, chain_hash)
            if leaf is not None:
                self._leaves.append((leaf.position, seq, leaf.hash, leaf.order.latest, leaf.order.back))
                self._last_cut = seq

    def _said_in(self, first: int, last: int) -> dict[int, _Said]:
        """What was signed with the batches that end among these entries, by their last one."""
        found = {}
        named = {"wanted": self._journal_id, "lowest": first - _SEGMENT_LINES_MAX, "first": first, "last": last}
        for row in self._connection.execute(_SIGNED, named):
            said = cuts_said(row.request)
            if said is not None:
                found[row.last_seq] = _Said(SignedCuts.parse(said), row.key_id)
        return found

    def _holds(self, seq: int, said: _Said) -> bool:
        if said.cuts is None:
            return False
        if said.cuts.tree != self._tree.root and self._since > 1:
            self._start_over(seq)
        key = self._key(said.key_id)
        if said.cuts.tree != self._tree.root or key is None or not said.cuts.is_by(key, self._journal_id):
            return False
        self._signed.append((said.cuts.size, seq, said.cuts.root, said.cuts.signature, said.key_id))
        return True

    def _key(self, key_id: int) -> str | None:
        if key_id not in self._keys:
            self._keys[key_id] = public_key_of(self._connection, self._journal_id, key_id)
        return self._keys[key_id]

    def _start_over(self, last: int) -> None:
        """Look through the journal from its first line on: nobody is blamed for what was never looked through."""
        for table in (cut_leaf, cut_signed):
            self._connection.execute(delete(table).where(table.c.journal_id == self._journal_id))
        self._tree, self._since, self._leaves, self._signed = Tree(), 1, [], []
        self.read_stored(last)


def _kept(connection: Connection, journal_id: str, judged: int) -> _Kept:
    """The tree as it is kept; where none is, the empty one behind the entry ``judged`` up to which lines were read."""
    row = connection.execute(_TREE, {"wanted": journal_id}).one_or_none()
    if row is None:
        through = 0 if judged and _may_have_cuts(connection, journal_id) else judged
        return _Kept(Tree(through), through + 1)
    nodes = [row.nodes[at : at + HASH_BYTES] for at in range(0, len(row.nodes), HASH_BYTES)]
    # Lines without any cut are judged and not noted here.
    through = max(row.through, judged)
    return _Kept(Tree(through, Frontier(row.size, nodes), Order(row.latest, row.back)), row.since)


def _may_have_cuts(connection: Connection, journal_id: str) -> bool:
    """Whether lines that were judged before trees were kept may have leaves: a kiosk was the first to be upgraded."""
    named = {"wanted": journal_id}
    if connection.execute(_CONTINUES, named).scalar_one_or_none() is not None:
        return True
    newest = connection.execute(_NEWEST_CUT, named).scalar_one_or_none()
    entries: Iterator[Entry] = iter(()) if newest is None else stored_entries(connection, journal_id, newest, newest)
    return any(seq == newest and statement_in(seq, line, head, Order()) is not None for seq, head, line in entries)
