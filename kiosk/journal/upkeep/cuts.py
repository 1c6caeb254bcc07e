"""Cuts: each one that the kiosk wrote is held against the lines that it speaks of."""

from collections.abc import Iterator
from dataclasses import dataclass

from kiosk.domain.numbers.blocks import Invalid, Stream, check
from kiosk.journal.judged import Judged, judged_cuts
from kiosk.journal.lines import BlockLine, is_carried
from kiosk.journal.reader import JournalReader
from kiosk.journal.uncut import Noted, Uncut, cut_in, readable


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of the cuts of a journal."""

    n: int
    """How many hold."""
    faults: tuple[Judged, ...]
    """Those that do not, in their order."""
    unknown: int = 0
    """How many cannot be checked any more: some of their lines were pruned."""


def check_cuts(reader: JournalReader) -> Checked:
    """Hold every cut of the kiosk's own against its lines."""
    is_pruned = reader.anchor().next_seq > 1
    seen: set[Stream] = set()
    found, faults, unknown = 0, [], 0
    for one in _own_cuts(reader):
        # Ratings of a counter's first cut after the pruned lines may be among these.
        is_unknown = one.wrong is not None and is_pruned and one.cut.stream not in seen
        seen.add(one.cut.stream)
        if one.wrong is None:
            found += 1
        elif is_unknown:
            unknown += 1
        else:
            faults.append(one)
    return Checked(found, tuple(faults), unknown)


def _own_cuts(reader: JournalReader) -> Iterator[Judged]:
    since = reader.noted_at_anchor()
    if since is not None:
        return _cuts_since(reader, since)
    lines = ((entry.seq, entry.line) for entry in reader.entries())
    return (one for one in judged_cuts(lines, {}) if one.is_kiosks)


def _cuts_since(reader: JournalReader, since: Noted) -> Iterator[Judged]:
    """The cuts behind the pruned lines, which said what ``since`` tells."""
    uncut, spent = Uncut(since), dict[Stream, int]()
    for entry in reader.entries():
        line = readable(entry.line)
        if not isinstance(line, BlockLine) or is_carried(entry.line):
            uncut.read_decoded(entry.seq, entry.line, line)
            continue
        one = cut_in(line)
        wrong = check(one, uncut.rated, line.at, uncut.setting.moves, spent.get(one.stream, 0))
        if wrong not in (Invalid.OVERLAPS, Invalid.NO_RATING):
            uncut.take(one)
            spent[one.stream] = one.last
        yield Judged(entry.seq, one, wrong)
