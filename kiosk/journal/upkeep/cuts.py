"""Cuts: each one that the kiosk wrote is held against the lines that it speaks of.

What is usual is done by the run: ratings that stand behind each other are decoded and looked at together, and a cut is
compared with their sums. This way says only that a cut holds. Whatever is not usual goes line by line, by the same
rules as at the collector (``judged``), which give the words for what is wrong.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kiosk.domain.numbers.blocks import Invalid, Stream, check, half_day_of
from kiosk.journal.judged import Judged
from kiosk.journal.lines import BlockLine, RatingLine, ReasonsLine, RevisedLine, SettingsLine, is_carried
from kiosk.journal.reader import JournalReader
from kiosk.journal.sound import is_sound
from kiosk.journal.tree import Row, states_cut
from kiosk.journal.uncut import Noted, Setting, cut_in, readable
from kiosk.journal.upkeep.usual import Ratings, Usual, runs
from kiosk.journal.upkeep.waiting import Waiting
from kiosk.journal.visits import ENTRIES_MAX, late_for


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of the cuts of a journal."""

    n: int
    """How many hold."""
    faults: tuple[Judged, ...]
    """Those that do not, in their order."""
    unknown: int = 0
    """How many cannot be checked any more: some of their lines were pruned."""


class CutsRead:
    """The cuts of the kiosk's own while the lines are read, a chunk at a time and from the first one on."""

    def __init__(self, since: Noted | None, *, is_pruned: bool) -> None:
        """``since`` tells what the pruned lines said, where a cut can have been among them."""
        self._setting: Setting | None = None if since is None else since.setting
        """None before the kiosk begins to cut."""
        self._had_ratings = False
        """Whether there were any before that."""
        self._is_pruned = is_pruned
        self._usual, self._waiting = Usual(), Waiting()
        self._spent: dict[Stream, int] = {}
        self._seen: set[Stream] = set()
        self._recent: list[Row] = []
        """This chunk, behind as many rows as a visit can have."""
        self._n, self._faults, self._unknown = 0, list[Judged](), 0
        self.stating: list[Row] = []
        """The rows that may state a cut, as the tree takes them."""
        self.through = 0
        """The last row that was read."""

    def read(self, rows: Sequence[Row]) -> None:
        """Take the next chunk in."""
        ratings, others = self._usual.read(rows)
        kept = len(self._recent[-ENTRIES_MAX:])
        self._recent = [*self._recent[-ENTRIES_MAX:], *rows]
        for begin, end, other in runs(len(rows), others):
            if begin < end:
                self._rate(ratings.part(begin, end))
            if other is not None:
                self._take(kept + other, rows[other])
        self.through = rows[-1][0]

    def checked(self) -> Checked:
        """What became of all cuts read so far."""
        return Checked(self._n, tuple(self._faults), self._unknown)

    def _rate(self, run: Ratings) -> None:
        """Ratings that stand behind each other."""
        if self._setting is None:
            self._had_ratings = True
            return
        if self._setting.passed_over is not None:
            over = self._setting.passed_over
            first = next((place for place, hour in enumerate(run.hours) if half_day_of(hour) != over), None)
            if first is None:
                return
            self._setting = replace(self._setting, passed_over=None)
            run = run.part(first)
        self._waiting.add(self._setting, run)

    def _take(self, place: int, row: Row) -> None:
        """A line that is no rating, or none that the quick way reads; ``place`` is its own among the recent ones."""
        seq, encoded, _ = row
        if states_cut((encoded,)):
            self.stating.append(row)
        line = readable(encoded)
        if line is None or line.seq != seq or is_carried(encoded) or not is_sound(line):
            return
        match line:
            case RatingLine():
                self._rate(Ratings.one(line))
            case SettingsLine():
                self._state(line)
            case BlockLine():
                self._count(self._judge(line))
            case RevisedLine() | ReasonsLine() if self._may_say(place, line):
                self._waiting.say(line)

    def _state(self, line: SettingsLine) -> None:
        if self._setting is None and line.levels:
            self._setting = Setting(passed_over=half_day_of(line.at) if self._had_ratings else None)
        if self._setting is not None:
            self._setting = self._setting.after(line)

    def _may_say(self, place: int, line: RevisedLine | ReasonsLine) -> bool:
        if line.rating_journal is not None or not self._waiting.holds(line.rating):
            return False
        recent = self._recent[max(0, place - (line.seq - line.rating)) : place]
        if line.seq - line.rating > ENTRIES_MAX:
            return False
        return late_for({seq: encoded for seq, encoded, _ in recent}, line.rating, line) is None

    def _judge(self, line: BlockLine) -> Judged:
        one = cut_in(line)
        if self._setting is None:
            return Judged(line.seq, one, Invalid.NO_RATING)
        spent, moves = self._spent.get(one.stream, 0), self._setting.moves
        if self._waiting.is_held(one, line.at, spent):
            wrong = None
        else:
            wrong = check(one, self._waiting.rated(one.stream), line.at, moves, spent)
        if wrong not in (Invalid.OVERLAPS, Invalid.NO_RATING):
            self._waiting.spend(one)
            self._spent[one.stream] = one.last
        return Judged(line.seq, one, wrong)

    def _count(self, one: Judged) -> None:
        # Ratings of a counter's first cut after the pruned lines may be among these.
        is_unknown = self._is_pruned and one.cut.stream not in self._seen
        self._seen.add(one.cut.stream)
        if one.wrong is None:
            self._n += 1
        elif is_unknown:
            self._unknown += 1
        else:
            self._faults.append(one)


def cuts_of(reader: JournalReader) -> CutsRead:
    """For the cuts of this journal, nothing read yet."""
    return CutsRead(reader.noted_at_anchor(), is_pruned=reader.anchor().next_seq > 1)
