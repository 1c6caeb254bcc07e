"""Judged: every cut of a whole journal, read from its lines by whoever holds a copy, and what is wrong with it.

A kiosk that cuts has said so itself, from one entry on. What stands before that, an older kiosk wrote: it
is cut here, by the same rules, at the first line of a later half day. Nobody cuts anything twice.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import msgspec

from kiosk.domain.numbers.blocks import Cut, HalfDay, Invalid, Stream, check, cut, half_day_of, open_at
from kiosk.journal.lines import BlockLine, Line, RatingLine, SettingsLine, is_carried
from kiosk.journal.uncut import Kept, Noted, Setting, Uncut, cut_in, readable

Levels = Mapping[str, Mapping[str, tuple[int, ...]]]
"""By survey (``id@version``) and question."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A cut of the journal."""

    seq: int
    """Of the entry that states it, or the line at which it was made here."""
    cut: Cut
    wrong: Invalid | None = None
    """Why it is not to be believed; its ratings are set aside with it."""
    is_kiosks: bool = True
    """Whether the kiosk made it."""
    held: tuple[int, ...] = ()
    """The seqs of its ratings; none where it is a cut of nothing, or once more of what was cut before."""


def judged_cuts(lines: Iterable[tuple[int, bytes]], levels: Levels, *, ended: bool = False) -> Iterator[Judged]:
    """All cuts of the journal in the order of its lines, given from the first one on, each with its seq.

    ``levels`` are those of the surveys that an older kiosk asked: its journal does not tell them. Of one that has
    ``ended``, because it went on in another, what its kiosk could not cut any more is cut here, too.
    """
    judge = Judge(levels)
    for seq, encoded in lines:
        yield from judge.read(seq, encoded)
    if ended:
        yield from judge.end()


class _State(msgspec.Struct, frozen=True, array_like=True):
    """How far a journal was read, and what a later reading needs of it."""

    older: Kept | None
    own: Kept | None
    last: HalfDay | None
    is_open: frozenset[HalfDay]
    spent: list[tuple[Stream, int]]
    seq: int
    at: str | None


class Judge:
    """A journal while it is read; in whatever pieces, the cuts are the same.

    ``state`` is what an earlier reading left, which ended before the first line that comes now.
    """

    def __init__(self, levels: Levels, state: str | None = None) -> None:
        self._levels = levels
        kept = None if state is None else msgspec.json.decode(state, type=_State)
        self._older: Uncut | None = Uncut(Noted(1, Setting(levels)))
        """What the older kiosk left; None once all of it is cut."""
        self._own: Uncut | None = None
        """What the kiosk that cuts left; None before it began."""
        self._last: HalfDay | None = None
        """The half day with which the older kiosk's time ends."""
        self._open: frozenset[HalfDay] = frozenset()
        """The half days that were not over at the last line: until they are, nothing is due."""
        self._spent: dict[Stream, int] = {}
        self._seq, self._at = 0, None if kept is None else kept.at
        """The last line, and its time."""
        if kept is not None:
            self._older = None if kept.older is None else Uncut.of(_with_levels(kept.older, levels))
            self._own = None if kept.own is None else Uncut.of(kept.own)
            self._last, self._open, self._seq = kept.last, kept.is_open, kept.seq
            self._spent = dict(kept.spent)

    @property
    def state(self) -> str:
        """What a later reading goes on from."""
        older = None if self._older is None else _without_levels(self._older.kept, self._levels)
        own = None if self._own is None else self._own.kept
        spent = list(self._spent.items())
        state = _State(older, own, self._last, self._open, spent, self._seq, self._at)
        return msgspec.json.encode(state).decode()

    def read(self, seq: int, encoded: bytes) -> Iterator[Judged]:
        """The cuts that the next line makes due, or states."""
        line = readable(encoded)
        if line is None or line.seq != seq:
            self._pass_over(seq, encoded)
            return
        self._seq, self._at = seq, line.at
        yield from self._cut_older(line)
        carried = is_carried(encoded)
        if isinstance(line, SettingsLine) and line.levels and self._own is None and not carried:
            self._begin(line)
        if isinstance(line, BlockLine) and not carried:
            yield self._judge(line)
            self._pass_over(seq, encoded)
            return
        if self._own is not None:
            self._own.read_decoded(seq, encoded, line)
        if self._older is not None:
            if self._is_own(line):
                self._older.pass_over(seq, encoded)
            else:
                self._older.read_decoded(seq, encoded, line)

    def end(self) -> Iterator[Judged]:
        """The cuts of all that is left, when no line comes any more."""
        for uncut in filter(None, (self._older, self._own)):
            if self._at is not None:
                for due in cut(uncut.rated, self._at, uncut.setting.moves, ended=True):
                    self._spent[due.stream] = due.last
                    yield Judged(self._seq, due, is_kiosks=False, held=uncut.take(due))

    def _pass_over(self, seq: int, encoded: bytes) -> None:
        for uncut in filter(None, (self._older, self._own)):
            uncut.pass_over(seq, encoded)

    def _cut_older(self, line: Line) -> Iterator[Judged]:
        if self._older is None or open_at(line.at) == self._open:
            return
        self._open = open_at(line.at)
        is_over = self._own is not None and self._last not in open_at(line.at)
        for due in cut(self._older.rated, line.at, self._older.setting.moves, ended=is_over):
            yield Judged(line.seq, due, is_kiosks=False, held=self._older.take(due))
        if is_over:
            self._older = None

    def _begin(self, line: SettingsLine) -> None:
        """From here on the kiosk cuts; the half day in which it began is the older one's, if that had ratings."""
        assert self._older is not None  # noqa: S101 - its time is not over before this
        self._last = half_day_of(line.at) if self._older.had_ratings else None
        self._own = Uncut(Noted(line.seq, Setting(passed_over=self._last)))
        if self._last is None:
            self._older = None

    def _is_own(self, line: Line) -> bool:
        return isinstance(line, RatingLine) and self._own is not None and self._own.holds(line.seq)

    def _judge(self, line: BlockLine) -> Judged:
        one = cut_in(line)
        if self._own is None:
            return Judged(line.seq, one, Invalid.NO_RATING)
        spent = self._spent.get(one.stream, 0)
        wrong = check(one, self._own.rated, line.at, self._own.setting.moves, spent)
        if wrong in (Invalid.OVERLAPS, Invalid.NO_RATING):
            return Judged(line.seq, one, wrong)
        self._spent[one.stream] = one.last
        return Judged(line.seq, one, wrong, held=self._own.take(one))


def _without_levels(kept: Kept, levels: Levels) -> Kept:
    """The same without the levels that are known wherever it is read again."""
    said = {ref: known for ref, known in kept.setting.levels.items() if levels.get(ref) != known}
    return msgspec.structs.replace(kept, setting=replace(kept.setting, levels=said))


def _with_levels(kept: Kept, levels: Levels) -> Kept:
    return msgspec.structs.replace(kept, setting=replace(kept.setting, levels={**levels, **kept.setting.levels}))
