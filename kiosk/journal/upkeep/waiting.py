"""Waiting: the ratings of a journal that no cut holds yet, as their lines stand, and the usual cut held to them."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable

from kiosk.domain.numbers.blocks import COUNTED_MIN, Cut, Rated, Stream, Sums, half_day_of, open_at
from kiosk.journal.lines import ReasonsLine, RevisedLine
from kiosk.journal.uncut import Setting
from kiosk.journal.upkeep.usual import Ratings, Said


class Waiting:
    """By stream and in the order of the journal."""

    def __init__(self) -> None:
        self._rated: dict[Stream, Ratings] = {}
        self._reasons: dict[int, tuple[str, ...]] = {}
        self._moved: list[tuple[int, int]] = []
        """From which rating on the kiosk had been moved how often."""

    def add(self, setting: Setting, run: Ratings) -> None:
        """Ratings that stand behind each other."""
        if not self._moved or self._moved[-1][1] != setting.moves:
            self._moved.append((run.seqs[0], setting.moves))
        stream_of = {each: _stream(each, setting) for each in set(run.said)}
        streams = set(stream_of.values())
        for stream in streams:
            own = self._rated.setdefault(stream, Ratings.none())
            own.extend(run if len(streams) == 1 else run.only([stream_of[each] == stream for each in run.said]))

    def holds(self, seq: int) -> bool:
        """Whether this is a rating that waits for a cut."""
        return self._place(seq) is not None

    def say(self, line: RevisedLine | ReasonsLine) -> None:
        """Take in what is said of a rating that waits."""
        place = self._place(line.rating)
        if place is None:
            return
        if isinstance(line, ReasonsLine):
            if not self._reasons.get(line.rating):
                self._reasons[line.rating] = tuple(dict.fromkeys(line.reasons))
            return
        stream, at = place
        said = self._rated[stream].said
        said[at] = said[at].at_level(line.level)

    def is_held(self, one: Cut, at: str, spent: int) -> bool:
        """Whether this is a usual block, no tail, that holds; if not, ``check`` knows more, and may find that it does.

        ``spent`` is the last of the cut before it in its stream.
        """
        own = self._rated.get(one.stream, Ratings.none())
        n = bisect_right(own.seqs, one.last)
        if one.is_tail or one.counted < COUNTED_MIN or one.last <= spent or not n or own.seqs[n - 1] != one.last:
            return False
        half_days = _half_days(own.hours[:n])
        if not half_days.isdisjoint(_half_days(own.hours[n:])) or not half_days.isdisjoint(open_at(at)):
            return False
        is_one_span = len({day[:7] for day, _ in half_days}) == 1 and self._moves(own.seqs[0]) == self._moves(one.last)
        days = " ".join(min(half_days)), " ".join(max(half_days))
        return is_one_span and one.days in (None, days) and one.sums == self._sums(own, n)

    def rated(self, stream: Stream) -> list[Rated]:
        """As the rules take them."""
        own = self._rated.get(stream, Ratings.none())
        return [
            Rated(seq, hour, stream, said.level, said.standing, self._reasons.get(seq), self._moves(seq), said.survey)
            for seq, hour, said in zip(own.seqs, own.hours, own.said, strict=True)
        ]

    def spend(self, one: Cut) -> None:
        """The ratings in this cut wait no more."""
        own = self._rated.get(one.stream, Ratings.none())
        n = bisect_right(own.seqs, one.last)
        if self._reasons:
            for seq in own.seqs[:n]:
                self._reasons.pop(seq, None)
        own.drop(n)

    def _place(self, seq: int) -> tuple[Stream, int] | None:
        for stream, own in self._rated.items():
            at = bisect_left(own.seqs, seq)
            if at < len(own.seqs) and own.seqs[at] == seq:
                return stream, at
        return None

    def _moves(self, seq: int) -> int:
        return self._moved[bisect_right(self._moved, seq, key=lambda each: each[0]) - 1][1]

    def _sums(self, own: Ratings, n: int) -> dict[str, Sums]:
        """What the first ``n`` of these say."""
        levels: dict[str, Counter[int]] = {}
        reasons: dict[str, Counter[str]] = {}
        for said, times in Counter(own.said[:n]).items():
            levels.setdefault(said.standing, Counter())[said.level] += times
        for seq, said in zip(own.seqs[:n], own.said, strict=False) if self._reasons else ():
            reasons.setdefault(said.standing, Counter()).update(self._reasons.get(seq, ()))
        return {
            standing: Sums(dict(by_level), dict(reasons.get(standing, {}))) for standing, by_level in levels.items()
        }


def _stream(said: Said, setting: Setting) -> Stream:
    return said.counter or "", setting.series(said.survey, said.question)


def _half_days(hours: Iterable[str]) -> set[tuple[str, str]]:
    return set(map(half_day_of, set(hours)))
