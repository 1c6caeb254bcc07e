"""Whole: chain, cuts and the tree of the cuts, checked in one reading of the journal."""

from collections.abc import Iterable
from typing import NamedTuple

from kiosk.journal.chain import Cursor
from kiosk.journal.reader import JournalReader
from kiosk.journal.tree import HeldTree
from kiosk.journal.upkeep.cuts import Checked, cuts_of
from kiosk.journal.upkeep.verify import ChainFault, verify_journal


class Verified(NamedTuple):
    """What a journal is found to be."""

    fault: ChainFault | None
    """Where this is one, nothing else was checked."""
    cuts: Checked
    tree: HeldTree


def verify_whole(reader: JournalReader, known: Iterable[Cursor] = ()) -> Verified:
    """Walk the chain, as ``verify_journal``, and hold every cut and what is kept of their tree to the same rows."""
    cuts = cuts_of(reader)
    fault = verify_journal(reader, known, cuts.read)
    if fault is not None:
        return Verified(fault, Checked(0, ()), HeldTree(0))
    return Verified(None, cuts.checked(), reader.held_tree(cuts.stating, cuts.through))
