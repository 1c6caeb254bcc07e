"""Trees: what is kept of a journal's tree of cuts, held against its lines, and the roots that its kiosk signed.

A root that is signed otherwise is the kiosk's, and ends no check: the lines are sound. Everything else is the
database's.
"""

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from kiosk.domain.merkle import Frontier
from kiosk.domain.numbers.statement import Order
from kiosk.journal.chain import chain_next
from kiosk.journal.tree import Tree
from sync.collector.proof.chain import Piece
from sync.collector.proof.wrong import What, Whose, Wrong
from sync.collector.replica.blocks.tree import judged_through, public_key_of
from sync.collector.store.schema import cut_leaf, cut_signed, cut_tree
from sync.protocol.cuts import SignedCuts
from sync.protocol.messages import SEQ_MAX
from sync.protocol.vouched import cuts_said


class Trees:
    """One journal while its lines are read."""

    def __init__(self, connection: Connection, journal_id: str, since: int) -> None:
        """``since`` is the first entry that is read; what is kept of those before held when they were."""
        self._connection, self._journal_id = connection, journal_id
        self._kept = connection.execute(select(cut_tree).where(cut_tree.c.journal_id == journal_id)).one_or_none()
        self._judged = max(judged_through(connection, journal_id), self._kept.through if self._kept else 0)
        self._since = self._kept.since if self._kept else 1
        """What was judged before there were trees is looked through only once its kiosk signs a root that holds it."""
        self._tree = self._before(since)
        self._is_whole = self._agrees()
        self._last_cut = 0
        self.signed_else: Wrong | None = None
        """The first root that the kiosk did not sign as its lines say."""

    def take(self, pieces: Sequence[Piece], cuts: Sequence[int]) -> None:
        """Hold what is kept of these lines against them; ``cuts`` are those that state one, in order. Raises Wrong."""
        first, last = pieces[0].first, pieces[-1].last
        signed = {row.seq: row for row in self._rows(cut_signed, first, last)}
        rows, place = list[tuple[Any, ...]](), 0
        for piece in pieces:
            until = bisect_right(cuts, piece.last, place)
            if until > place:
                rows += self._read(piece, cuts[place:until])
                place = until
            if piece.request is not None and (said := cuts_said(piece.request)) is not None:
                self._hold(piece, said, signed.pop(piece.last, None))
        if signed:
            raise _changed(min(signed))
        kept = [tuple(row)[1:] for row in self._rows(cut_leaf, first, last)]
        judged = [row for row in rows if row[1] <= self._judged]
        if kept != judged:
            raise _changed(next(one[1] for one in (*judged, *kept) if one not in judged or one not in kept))

    def end(self, last: int) -> None:
        """All lines were taken in, up to the entry ``last``; raises Wrong where more or less is kept than they say."""
        here = cut_leaf.c.journal_id == self._journal_id
        n = self._connection.execute(select(func.count()).select_from(cut_leaf).where(here)).scalar_one()
        if n != (self._kept.size if self._kept else 0) or not self._is_whole:
            raise _changed(self._kept.through if self._kept else 1)
        if beyond := self._rows(cut_signed, last + 1, SEQ_MAX):
            raise _changed(beyond[0].seq)

    def _before(self, since: int) -> Tree:
        frontier, order = Frontier(), Order()
        for row in self._rows(cut_leaf, 1, since - 1):
            frontier.append(bytes(row.hash))
            order = Order(row.latest, row.back)
        return Tree(since - 1, frontier, order)

    def _rows(self, table: Any, first: int, last: int) -> Sequence[Any]:
        c = table.c
        wanted = select(table).where(c.journal_id == self._journal_id, c.seq.between(first, last))
        return self._connection.execute(wanted.order_by(c.seq)).all()

    def _read(self, piece: Piece, cuts: Sequence[int]) -> list[tuple[Any, ...]]:
        """The rows that should be kept of the cuts that a segment states."""
        rows, chain_hash = list[tuple[Any, ...]](), piece.prev
        for seq, line in enumerate(piece.lines[: cuts[-1] - piece.first + 1], piece.first):
            chain_hash = chain_next(chain_hash, line)
            leaf = self._tree.read(seq, line, chain_hash) if seq in cuts and seq >= self._since else None
            if leaf is not None:
                rows.append((leaf.position, seq, leaf.hash, leaf.order.latest, leaf.order.back))
                self._last_cut = seq
                self._is_whole = self._is_whole or self._agrees()
        return rows

    def _agrees(self) -> bool:
        """Whether the tree so far is the one that is kept."""
        tree, kept = self._tree, self._kept
        if kept is None:
            return tree.frontier.size == 0
        nodes = b"".join(tree.frontier.nodes)
        order = (tree.order.latest, tree.order.back)
        return (tree.frontier.size, nodes, *order) == (kept.size, bytes(kept.nodes), kept.latest, kept.back)

    def _hold(self, piece: Piece, said: str, kept: Any) -> None:
        """Hold what a kiosk signed of its tree with a batch, and what is kept of that, to the lines."""
        cuts = SignedCuts.parse(said)
        if cuts is None or cuts.tree != self._tree.root:
            self._blame_kiosk()
        elif kept is not None:
            found = (kept.size, bytes(kept.root), bytes(kept.signature), kept.key_id)
            if found != (*cuts.tree, cuts.signature, piece.key_id):
                raise _changed(piece.last)
            return
        elif piece.last <= self._judged and not self._is_kept(cuts.size):
            key = public_key_of(self._connection, self._journal_id, piece.key_id or 0)
            if key is not None and cuts.is_by(key, self._journal_id):
                raise _changed(piece.last)
            self._blame_kiosk()
        if kept is not None:
            raise _changed(piece.last)

    def _is_kept(self, size: int) -> bool:
        """Whether a batch before said the same."""
        c = cut_signed.c
        wanted = select(c.size).where(c.journal_id == self._journal_id, c.size == size)
        return self._connection.execute(wanted).one_or_none() is not None

    def _blame_kiosk(self) -> None:
        if self.signed_else is None:
            self.signed_else = Wrong(What.CUTS_SIGNED_ELSE, Whose.KIOSK, last=self._last_cut)


def _changed(seq: int) -> Wrong:
    return Wrong(What.TREE_CHANGED, first=seq)
