"""Cuts: the tree of a journal's cuts at its end, for many journals at once."""

from typing import Any

from sqlalchemy import Connection, Row, Select, exists

from kiosk.domain.merkle import EMPTY_ROOT, HASH_BYTES, Frontier
from sync.collector.replica.blocks.tree import cuts_at
from sync.collector.store.schema import block, cut_state, cut_tree, journal

_STATED = exists().where(block.c.journal_id == journal.c.journal_id, block.c.is_kiosks)


def with_cuts(wanted: Select[Any]) -> Select[Any]:
    """A query for journals, with what :func:`cuts_of` needs to know of each."""
    told = (cut_tree.c.through, cut_tree.c.size, cut_tree.c.nodes, cut_state.c.next_seq.label("judged"))
    return (
        wanted.add_columns(*told, journal.c.continues, _STATED.label("has_stated"))
        .outerjoin(cut_tree, cut_tree.c.journal_id == journal.c.journal_id)
        .outerjoin(cut_state, cut_state.c.journal_id == journal.c.journal_id)
    )


def cuts_of(connection: Connection, row: Row[Any], last: int) -> tuple[int, bytes]:
    """How many cuts are in the tree up to a journal's last entry, and its root.

    Nearly always every line was judged, and nothing more is read.
    """
    if max(row.through or 0, (row.judged or 1) - 1) == last:
        if row.nodes is not None:
            nodes = [row.nodes[at : at + HASH_BYTES] for at in range(0, len(row.nodes), HASH_BYTES)]
            return row.size, Frontier(row.size, nodes).root()
        if row.continues is None and not row.has_stated:
            return 0, EMPTY_ROOT
    return cuts_at(connection, str(row.journal_id), last)
