"""Verify: walk the whole chain and name the first entry that is not as it was written."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from kiosk.journal.chain import Cursor, chain_next, links
from kiosk.journal.disk.head_file import HeadFile
from kiosk.journal.lines import LineUnreadable, PrunedLine, decode_line
from kiosk.journal.reader import JournalReader
from kiosk.journal.recovery.acknowledged import acknowledged_by_collector
from kiosk.journal.tree import Row


class Wrong(StrEnum):
    """What can be wrong with an entry."""

    CHANGED = "changed"
    MISSING = "missing"
    REORDERED = "reordered"
    CUT = "cut"
    """The entry is missing; a head that is kept elsewhere says that it was the journal's last."""


@dataclass(frozen=True, slots=True)
class ChainFault:
    """The first place where the chain does not hold."""

    seq: int
    wrong: Wrong


def verify_journal(
    reader: JournalReader, known: Iterable[Cursor] = (), take: Callable[[Sequence[Row]], None] = lambda _rows: None
) -> ChainFault | None:
    """The first fault, or None when every entry is as it was written.

    ``known`` are heads that this journal had, kept elsewhere: the head file's, the collector's.
    Without them a cut tail, or a chain computed anew, cannot show. ``take`` is given all rows, a chunk at a time and
    each once its links hold: whoever looks at more than the chain need not read them again.
    """
    anchor = reader.anchor()
    fault = _walk(reader.rows(), anchor, take)
    if fault is None and anchor.next_seq > 1 and not _is_confessed(reader, anchor):
        fault = ChainFault(anchor.next_seq - 1, Wrong.MISSING)
    return fault or _compare(reader, known)


def known_heads(path: Path, journal_id: str) -> tuple[Cursor, ...]:
    """The heads of this journal that are kept elsewhere: in the head file and in the agent's notes."""
    kept = HeadFile(path).read()
    heads = [acknowledged_by_collector(path.parent, journal_id)]
    if kept is not None and kept[0] == journal_id:
        heads.append(kept[1])
    return tuple(heads)


def _walk(chunks: Iterable[Sequence[Row]], start: Cursor, take: Callable[[Sequence[Row]], None]) -> ChainFault | None:
    expected, head = start.next_seq, start.head
    for rows in chunks:
        end, hashes = expected + len(rows), [kept for _, _, kept in rows]
        # Each from the hash that is kept before it: where all are the same, each vouches for all before it.
        are_next = [seq for seq, _, _ in rows] == list(range(expected, end))
        if not are_next or links([head, *hashes], (line for _, line, _ in rows)) != hashes:
            return _first_fault(rows, expected, head)
        expected, head = end, hashes[-1]
        take(rows)
    return None


def _first_fault(rows: Sequence[Row], expected: int, head: bytes) -> ChainFault | None:
    for seq, line, kept in rows:
        if seq != expected:
            return ChainFault(expected, Wrong.MISSING)
        head = chain_next(head, line)
        if head != kept:
            return ChainFault(seq, Wrong.REORDERED if _seq_in(line) not in (seq, None) else Wrong.CHANGED)
        expected += 1
    return None


def _compare(reader: JournalReader, known: Iterable[Cursor]) -> ChainFault | None:
    end = reader.head()
    faults = []
    for cursor in known:
        if cursor.next_seq > end.next_seq:
            faults.append(ChainFault(end.next_seq, Wrong.CUT))
        elif reader.hash_at(cursor.next_seq - 1) not in (cursor.head, None):
            faults.append(ChainFault(cursor.next_seq - 1, Wrong.CHANGED))
    return min(faults, key=lambda fault: fault.seq, default=None)


def _is_confessed(reader: JournalReader, anchor: Cursor) -> bool:
    """Whether an entry of the chain itself says that all before ``anchor`` was pruned."""
    for entry in reader.entries():
        if b'"kind":"pruned"' in entry.line:
            line = decode_line(entry.line)
            if isinstance(line, PrunedLine) and (line.through, line.head) == (anchor.next_seq - 1, anchor.head.hex()):
                return True
    return False


def _seq_in(line: bytes) -> int | None:
    try:
        return decode_line(line).seq
    except LineUnreadable:
        return None
