"""Waiting: the ratings of a journal that no cut holds yet, as their lines stand, and the usual cut held to them."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from operator import attrgetter

import msgspec

from kiosk.domain.numbers.blocks import COUNTED_MIN, Cut, Rated, Stream, Sums, half_day_of, open_at
from kiosk.journal.lines import NO_ORIGIN, Line, ReasonsLine, RevisedLine
from kiosk.journal.uncut import Setting

Facts = tuple[str, str, str | None, str, int]
facts = attrgetter("survey", "question", "counter", "standing", "level")
_names = attrgetter("survey", "question", "counter")
_said = attrgetter("standing", "level")
_seq = attrgetter("seq")


class Glance(Line, frozen=True, gc=False):
    """A line as far as a rating's fields go: every kind can be read as one, and a rating cannot be read otherwise."""

    survey: str = ""
    question: str = ""
    level: int = 0
    standing: str = ""
    counter: str | None = None
    receipt: str | None = None
    origin: msgspec.Raw = msgspec.field(name="from", default=NO_ORIGIN)


class Waiting:
    """By stream and in the order of the journal."""

    def __init__(self) -> None:
        self._rated: dict[Stream, list[Glance]] = {}
        self._counts: dict[Stream, Counter[tuple[str, int]]] = {}
        """How many there are of each standing and level."""
        self._reasons: dict[int, tuple[str, ...]] = {}
        self._moved: list[tuple[int, int]] = []
        """From which rating on the kiosk had been moved how often."""

    def add(self, setting: Setting, run: Sequence[Glance], counts: Counter[Facts]) -> None:
        """Ratings that stand behind each other, and how often each is said."""
        if not self._moved or self._moved[-1][1] != setting.moves:
            self._moved.append((run[0].seq, setting.moves))
        append = {}
        for (survey, question, counter, standing, level), n in counts.items():
            stream = (counter or "", setting.series(survey, question))
            append[survey, question, counter] = self._rated.setdefault(stream, []).append
            self._counts.setdefault(stream, Counter())[standing, level] += n
        if len(append) == 1:
            self._rated[stream].extend(run)
            return
        for one in run:
            append[_names(one)](one)

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
        before = self._rated[stream][at]
        self._rated[stream][at] = msgspec.structs.replace(before, level=line.level)
        self._counts[stream].subtract([(before.standing, before.level)])
        self._counts[stream].update([(before.standing, line.level)])

    def is_held(self, one: Cut, at: str, spent: int) -> bool:
        """Whether this is a usual block, no tail, that holds; if not, ``check`` knows more, and may find that it does.

        ``spent`` is the last of the cut before it in its stream.
        """
        own = self._rated.get(one.stream, [])
        within = own[: bisect_right(own, one.last, key=_seq)]
        if one.is_tail or one.counted < COUNTED_MIN or one.last <= spent or not within or within[-1].seq != one.last:
            return False
        half_days = _half_days(within)
        if not half_days.isdisjoint(_half_days(own[len(within) :])) or not half_days.isdisjoint(open_at(at)):
            return False
        is_one_span = len({day[:7] for day, _ in half_days}) == 1 and self._moves(own[0].seq) == self._moves(one.last)
        days = " ".join(min(half_days)), " ".join(max(half_days))
        return is_one_span and one.days in (None, days) and one.sums == self._sums(one.stream, within)

    def rated(self, stream: Stream) -> list[Rated]:
        """As the rules take them."""
        return [
            Rated(each.seq, each.at, stream, each.level, each.standing, self._reasons.get(each.seq),
                  self._moves(each.seq), each.survey)
            for each in self._rated.get(stream, ())
        ]  # fmt: skip

    def spend(self, one: Cut) -> None:
        """The ratings in this cut wait no more."""
        own = self._rated.get(one.stream, [])
        n = bisect_right(own, one.last, key=_seq)
        if self._reasons:
            for each in own[:n]:
                self._reasons.pop(each.seq, None)
        del own[:n]
        self._counts[one.stream] = Counter(map(_said, own))

    def _place(self, seq: int) -> tuple[Stream, int] | None:
        for stream, own in self._rated.items():
            at = bisect_left(own, seq, key=_seq)
            if at < len(own) and own[at].seq == seq:
                return stream, at
        return None

    def _moves(self, seq: int) -> int:
        return self._moved[bisect_right(self._moved, seq, key=lambda each: each[0]) - 1][1]

    def _sums(self, stream: Stream, ratings: Sequence[Glance]) -> dict[str, Sums]:
        are_all = len(ratings) == len(self._rated[stream])
        counts = +self._counts[stream] if are_all else Counter(map(_said, ratings))
        sums: dict[str, Sums] = {}
        levels: dict[str, dict[int, int]] = {}
        reasons: dict[str, Counter[str]] = {}
        for (standing, level), n in counts.items():
            levels.setdefault(standing, {})[level] = n
        for each in ratings if self._reasons else ():
            if (said := self._reasons.get(each.seq)) is not None:
                reasons.setdefault(each.standing, Counter()).update(said)
        for standing, by_level in levels.items():
            sums[standing] = Sums(by_level, dict(reasons.get(standing, {})))
        return sums


def _half_days(ratings: Sequence[Glance]) -> set[tuple[str, str]]:
    return set(map(half_day_of, {each.at[:13] for each in ratings}))
