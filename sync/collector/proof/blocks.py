"""Blocks: each one held against the ratings that it holds, and against the cut that its kiosk stated."""

from collections import Counter
from collections.abc import Collection, Mapping
from itertools import chain, repeat
from typing import Any

from sqlalchemy import Connection, select

from kiosk.domain.numbers.blocks import COUNTED_MIN
from kiosk.domain.visit.rating import Standing
from kiosk.journal.lines import BlockLine
from sync.collector.proof.kept.block import Block, Piece, Standings
from sync.collector.proof.lines import Kept, Lines
from sync.collector.proof.rows import DAYS, Row, kind_of, read
from sync.collector.proof.wrong import What, Wrong
from sync.collector.store.schema import cut_state
from sync.protocol.messages import SEQ_MAX

_COUNTED, _SUSPECT = str(Standing.COUNTED), str(Standing.SUSPECT)
_BLOCK = (
    "SELECT last_seq, series, question, cut_seq, is_kiosks, is_tail, fault, counter_id, unit_id, "
    "{first_day}, first_part, {last_day}, last_part, held, n, grain, is_suspect, shown_at IS NOT NULL, "
    "pool_id IS NOT NULL, {loose} FROM block "
    "WHERE journal_id = {{one}} AND last_seq BETWEEN {{one}} AND {{one}} ORDER BY last_seq"
)
_PIECE = (
    "SELECT last_seq, counter_id, {day}, part, standing, n1, n2, n3, n4, n5 FROM block_piece "
    "WHERE journal_id = {{one}} AND last_seq BETWEEN {{one}} AND {{one}}"
)
_REASON = "SELECT last_seq, reason, n FROM block_reason WHERE journal_id = {one} AND last_seq BETWEEN {one} AND {one}"


class Blocks:
    """Of one journal while its lines are read; what blocks hold of other journals is looked at when all were read."""

    def __init__(
        self, connection: Connection, journal_id: str, kept: Mapping[str, Kept], seqs: range, standings: Standings
    ) -> None:
        """``kept`` are the kiosk's journals; ``seqs`` are the entries that are read."""
        self._connection, self._journal_id, self._kept, self._seqs = connection, journal_id, kept, seqs
        self._standings = standings
        self._waiting: list[Block] = []
        self._pieces: dict[int, dict[Piece, tuple[int, ...]]] = {}
        self._reasons: dict[int, dict[str, int]] = {}

    def take(self, lines: Lines, first: int, last: int) -> None:
        """Look at the blocks that were cut up to the entry ``last``; raises Wrong."""
        self._read(first, last)
        due = [one for one in self._waiting if one.cut_seq <= last and self._is_own(one)]
        self._waiting = [one for one in self._waiting if one not in due] if due else self._waiting
        held = {one.last_seq: self._held(one) for one in due}
        lines.settle(chain.from_iterable(held.values()))
        for one in due:
            lines.settle_levels(held[one.last_seq])
            self._check(one, {self._journal_id: held[one.last_seq]})

    def end(self) -> None:
        """Every line of the kiosk was read: look at the rest, and at cuts without a block; raises Wrong."""
        # What was carried keeps its old place, which may lie behind the last entry that came in this journal.
        self._read(self._seqs.stop, SEQ_MAX)
        for one in self._waiting:
            self._check(one, _seqs_of(one.held))
        wanted = select(cut_state).where(cut_state.c.journal_id == self._journal_id)
        state, kept = self._connection.execute(wanted).one_or_none(), self._kept[self._journal_id]
        if state is None:
            return
        judged = range(state.begun_seq, state.next_seq)
        stated = [seq for seq, said in kept.cuts.items() if seq in judged and said.last >= self._seqs.start]
        if left := [seq for seq in stated if seq not in kept.unread]:
            raise Wrong(What.BLOCK_MISSING, first=min(left))

    def _read(self, first: int, last: int) -> None:
        days = DAYS[self._connection.dialect.name]
        names = {name: days.format(name) for name in ("day", "first_day", "last_day", "loose")}
        where = (self._journal_id, first, last)
        blocks = read(self._connection, _BLOCK.format(**names), *where)
        self._waiting += [Block(*row) for row in blocks]
        if not blocks:
            return
        for last_seq, counter, day, part, standing, *levels in read(self._connection, _PIECE.format(**names), *where):
            self._pieces.setdefault(last_seq, {})[counter, day, part, standing] = tuple(levels)
        for last_seq, reason, n in read(self._connection, _REASON, *where):
            self._reasons.setdefault(last_seq, {})[reason] = n

    def _is_own(self, one: Block) -> bool:
        return " " not in one.held and one.held.startswith(self._journal_id)

    def _held(self, one: Block) -> list[int]:
        return _seqs_of(one.held).get(self._journal_id, [])

    def _check(self, one: Block, held: Mapping[str, Collection[int]]) -> None:
        pieces, reasons = self._pieces.pop(one.last_seq, {}), self._reasons.pop(one.last_seq, {})
        rows, named = list[Row](), Counter[str]()
        for journal_id, seqs in held.items():
            rows += self._take_out(one, journal_id, seqs, named)
        counts = Counter(rows)
        self._kept[self._journal_id].tally.update(counts)
        if len(rows) < sum(map(len, held.values())):
            # Some of it is from before what was read: its cut is here all the same.
            self._kept[self._journal_id].cuts.pop(one.cut_seq, None)
            return
        found, kinds = Counter[tuple[Any, ...]](), {text: kind_of(text) for _, text in counts}
        for (level, text), n in counts.items():
            kind = kinds[text]
            found[kind.counter_id, kind.day, kind.part, kind.standing, level] += n
        kept = {(*key, level): n for key, levels in pieces.items() for level, n in enumerate(levels, 1) if n}
        if found != kept:
            raise _changed(one, "sums")
        if named != reasons:
            raise _changed(one, "reasons")
        counted, suspect = _counted(found)
        if one.n != counted + suspect and (one.n != counted or (one.grain is not None and one.fault is None)):
            raise _changed(one, "n")
        if column := self._standings.wrong_of(one, kinds.values(), pieces):
            raise _changed(one, column)
        self._check_cut(one, found, named)

    def _take_out(self, one: Block, journal_id: str, seqs: Collection[int], named: Counter[str]) -> list[Row]:
        """The ratings in it of a journal, which no other block may hold; none from before what was read."""
        kept = self._kept.get(journal_id)
        if kept is None:
            raise _changed(one, "held")
        for seq in kept.named.keys() & seqs if kept.named else ():
            named.update(kept.named.pop(seq))
        taken = list(map(kept.free.pop, seqs, repeat(None)))
        rows = list(filter(None, taken))
        left = [seq for seq, row in zip(seqs, taken, strict=True) if row is None] if len(rows) < len(taken) else []
        if any(seq >= self._seqs.start and seq > kept.gone for seq in left):
            raise _changed(one, "held")
        return rows

    def _check_cut(self, one: Block, found: Mapping[tuple[Any, ...], int], named: Counter[str]) -> None:
        if not one.is_kiosks:
            return
        kept = self._kept[self._journal_id]
        said = kept.cuts.pop(one.cut_seq, None)
        if said is None:
            # One that was carried stands in another journal, and its ratings do.
            if self._is_own(one) and one.cut_seq in self._seqs:
                raise Wrong(What.CUT_CHANGED, first=one.last_seq, cut=one.cut_seq)
        elif said.last != one.last_seq or (one.fault is None and not _is_of_cut(one, said, found, named)):
            raise Wrong(What.CUT_CHANGED, first=one.last_seq, cut=one.cut_seq)


def _counted(found: Mapping[tuple[Any, ...], int]) -> tuple[int, int]:
    """How many of a block's ratings count, and how many more would if nobody had decided otherwise."""
    by_standing = Counter[str]()
    for (_, _, _, standing, _), n in found.items():
        by_standing[standing] += n
    return by_standing[_COUNTED], by_standing[_SUSPECT]


def _is_of_cut(one: Block, said: BlockLine, found: Mapping[tuple[Any, ...], int], named: Counter[str]) -> bool:
    """Whether the block is what its cut states: of the same question, a tail or none, with the same sums."""
    same = one.question == said.question and bool(one.is_tail) is said.tail
    return same and _is_as_said(said, found, named)


def _is_as_said(said: BlockLine, found: Mapping[tuple[Any, ...], int], named: Counter[str]) -> bool:
    """Whether what counts here is what the kiosk stated, or so many less that nobody could read the difference."""
    if said.tail:
        # Nobody ever held a tail to its sums: it is told in a pool, beside which no few of it can be read.
        return True
    levels: dict[str, Counter[int]] = {}
    for (_, _, _, standing, level), n in found.items():
        levels.setdefault(_COUNTED if standing == _SUSPECT else standing, Counter())[level] += n
    here, stated = levels.get(_COUNTED, Counter()), said.sums.get(_COUNTED)
    less = sum(stated.levels.values() if stated else ()) - here.total()
    if less:
        return less >= COUNTED_MIN
    is_suspect = any(standing == _SUSPECT for _, _, _, standing, _ in found)
    same_reasons = is_suspect or stated is None or dict(stated.reasons) == dict(named)
    return (stated is None or dict(stated.levels) == dict(here)) and same_reasons


def _changed(one: Block, column: str) -> Wrong:
    return Wrong(What.BLOCK_CHANGED, first=one.last_seq, column=column)


def _seqs_of(held: str) -> dict[str, list[int]]:
    """As ``held_seqs`` of ``sync.collector.replica.held``, in lists: most of a block's seqs follow each other."""
    parts = (each.partition(":") for each in held.split())
    return {journal_id: list(chain.from_iterable(map(_range, said.split(",")))) for journal_id, _, said in parts}


def _range(said: str) -> range:
    first, _, last = said.partition("-")
    return range(int(first), int(last or first) + 1)
