"""Judged: every cut of a whole journal, read from its lines by whoever holds a copy, and what is wrong with it.

A kiosk that cuts has said so itself, from one entry on. What stands before that, an older kiosk wrote: it
is cut here, by the same rules, at the first line of a later half day. Nobody cuts anything twice.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from kiosk.domain.numbers.blocks import Cut, HalfDay, Invalid, Stream, check, cut, half_day_of, open_at
from kiosk.journal.lines import BlockLine, Line, RatingLine, SettingsLine, is_carried
from kiosk.journal.uncut import Noted, Setting, Uncut, cut_in, readable

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


def judged_cuts(lines: Iterable[tuple[int, bytes]], levels: Levels, *, ended: bool = False) -> Iterator[Judged]:
    """All cuts of the journal in the order of its lines, given from the first one on, each with its seq.

    ``levels`` are those of the surveys that an older kiosk asked: its journal does not tell them. Of one that has
    ``ended``, because it went on in another, what its kiosk could not cut any more is cut here, too.
    """
    run = _Run(levels)
    for seq, encoded in lines:
        line = readable(encoded)
        if line is not None and line.seq == seq:
            yield from run.read(line, encoded)
    if ended:
        yield from run.end()


class _Run:
    """A journal while it is read."""

    def __init__(self, levels: Levels) -> None:
        self._older: Uncut | None = Uncut(Noted(1, Setting(levels)))
        """What the older kiosk left; None once all of it is cut."""
        self._own: Uncut | None = None
        """What the kiosk that cuts left; None before it began."""
        self._last: HalfDay | None = None
        """The half day with which the older kiosk's time ends."""
        self._open: frozenset[HalfDay] = frozenset()
        """The half days that were not over at the last line: until they are, nothing is due."""
        self._spent: dict[Stream, int] = {}
        self._line: Line | None = None
        """The last one."""

    def read(self, line: Line, encoded: bytes) -> Iterator[Judged]:
        """The cuts that this line makes due, or states."""
        self._line = line
        yield from self._cut_older(line)
        carried = is_carried(encoded)
        if isinstance(line, SettingsLine) and line.levels and self._own is None and not carried:
            self._begin(line)
        if isinstance(line, BlockLine) and not carried:
            yield self._judge(line)
            return
        if self._own is not None:
            self._own.read(line.seq, encoded)
        if self._older is not None and not self._is_own(line):
            self._older.read(line.seq, encoded)

    def end(self) -> Iterator[Judged]:
        """The cuts of all that is left, when no line comes any more."""
        for uncut in filter(None, (self._older, self._own)):
            if self._line is not None:
                for due in cut(uncut.rated, self._line.at, uncut.setting.moves, ended=True):
                    yield Judged(self._line.seq, due, is_kiosks=False)

    def _cut_older(self, line: Line) -> Iterator[Judged]:
        if self._older is None or open_at(line.at) == self._open:
            return
        self._open = open_at(line.at)
        is_over = self._own is not None and self._last not in open_at(line.at)
        for due in cut(self._older.rated, line.at, self._older.setting.moves, ended=is_over):
            self._older.take(due)
            yield Judged(line.seq, due, is_kiosks=False)
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
        if wrong not in (Invalid.OVERLAPS, Invalid.NO_RATING):
            self._own.take(one)
            self._spent[one.stream] = one.last
        return Judged(line.seq, one, wrong)
