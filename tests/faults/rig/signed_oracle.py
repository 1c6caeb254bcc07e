"""Signed oracle: whether a kiosk still knows what it signed of its cuts, and what it had seen of the public log.

A root that went to the collector can be worked out from the lines; a checkpoint that the agent said it keeps is there,
or a newer one, never an older; and the evidence of a failed proof is there until a person has seen to it, and then
lies beside it, whole.
"""

from pathlib import Path

import msgspec

from kiosk.journal.reader import JournalReader
from sync.agent.asked.public_log import EVIDENCE
from sync.agent.transparency.kept import KeptLog, load_kept
from tests.faults.rig.told import Told
from tests.trees import tree_of


def broken_tree(reader: JournalReader, lines: list[bytes], told: Told) -> str | None:
    """What is wrong with the tree of cuts; None where nothing is."""
    held, anchor = reader.held_tree(), reader.anchor()
    if held.wrong_from is not None or not held.is_known:
        return f"the tree of cuts is not that of the entries: {held}"
    for journal_id, seq, size, root in told.signed:
        is_told = journal_id == reader.id and (seq >= anchor.next_seq or (journal_id, seq) == told.signed[-1][:2])
        if is_told and reader.cuts_at(seq) != (size, bytes.fromhex(root)):
            return f"signed, but not kept: {size} cuts up to entry {seq}, and here are {reader.cuts_at(seq)[0]}"
    if anchor.next_seq == 1 and reader.cuts_at(len(lines)) != tree_of(reader.id, lines):
        return "the tree of cuts is not what the protocol says of these lines"
    return None


def broken_log(folder: Path, told: Told) -> str | None:
    """What is wrong with what is kept of the public log; None where nothing is."""
    seen = max((int(word.split()[1]) for word in told.log if word.startswith("SAW")), default=0)
    kept = load_kept(folder / "log.json")
    if seen and (kept is None or kept.checkpoint is None or kept.checkpoint.size < seen):
        return f"a checkpoint of {seen} leaves was kept, and here is {kept and kept.checkpoint}"
    last = next((word.split()[0] for word in reversed(told.log) if not word.startswith("SAW")), "")
    is_here, is_aside = kept is not None and kept.fault is not None, _has_evidence_aside(folder)
    if last == "FAULT" and not is_here and not is_aside:
        return "the evidence of a failed proof is gone"
    if last == "SEEING" and not is_here and not is_aside:
        return "the evidence of a failed proof was lost while a person saw to it"
    if last == "SEEN" and (is_here or not is_aside):
        return "what a person saw to is told again, or its evidence is gone"
    return None


def _has_evidence_aside(folder: Path) -> bool:
    for file in folder.glob(f"{EVIDENCE}-*.json"):
        fault = msgspec.json.decode(file.read_bytes(), type=KeptLog).fault
        if fault is not None and fault.kept and fault.said:
            return True
    return False
