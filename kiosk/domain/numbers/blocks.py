"""Blocks: the cut, by which ratings may be shown, and the check of a cut against its lines.

A kiosk cuts, once, and writes the cut into its journal; everybody else adds whole cuts up. So no two
readers can disagree, and no difference of two numbers is a person.

A *block* holds whole half days of one counter and series, in the order of the journal, with at least five
counted ratings and everything that was said about them. A month's end, a move of the kiosk and the journal's
end are borders that no block crosses: what is left before one is a *tail*, which is spent. Half days are
those of each line's own ``at``. Pure: no lines, no database, no clock.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from itertools import groupby

from kiosk.domain.instant import part_of_day
from kiosk.domain.office_day import SETTLING
from kiosk.domain.visit.rating import Standing

COUNTED_MIN = 5
"""A block has at least so many counted ratings; settings may only raise it."""

HalfDay = tuple[str, str]
"""Local day (ISO) and ``am`` or ``pm``; they sort as they follow."""


@dataclass(frozen=True, slots=True, order=True)
class Series:
    """What is added up together: the versions of a survey with the same question and the same levels."""

    survey: str
    """The survey's id, without its version."""
    question: str
    levels: tuple[int, ...]
    """Those of its scale, in order; empty where the journal does not say."""

    @property
    def key(self) -> str:
        """``sipas-5:12345``, as tables and addresses name it beside the question."""
        return f"{self.survey}:{''.join(map(str, self.levels))}"


Stream = tuple[str, Series]
"""What is cut for itself: a counter's code, empty for the one where the kiosk stands, and a series."""


@dataclass(frozen=True, slots=True)
class Rated:
    """One rating that no cut holds yet, as it stands by now."""

    seq: int
    at: str
    stream: Stream
    level: int
    standing: str
    reasons: tuple[str, ...] | None = None
    """None before they were asked for."""
    moves: int = 0
    """How often the kiosk had been moved by then."""
    version: str = ""
    """``id@version`` of the survey that was asked."""

    @property
    def half_day(self) -> HalfDay:
        """When it was pressed."""
        return half_day_of(self.at)

    @property
    def span(self) -> tuple[int, str]:
        """Between which borders it lies: the kiosk's moves and the month."""
        return self.moves, self.at[:7]


@dataclass(frozen=True, slots=True)
class Sums:
    """How many ratings of one standing there are at each level, and with each reason; nothing is nought."""

    levels: Mapping[int, int]
    reasons: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Cut:
    """A block, or a tail: all ratings of a stream since the cut before, up to ``last``."""

    stream: Stream
    last: int
    """The seq of its last rating."""
    is_tail: bool
    sums: Mapping[str, Sums]
    """By standing."""
    days: tuple[str, str] | None = None
    """Its first and its last half day, as ``2026-10-05 am``; None where an older kiosk did not say."""

    @property
    def counted(self) -> int:
        """How many ratings count."""
        sums = self.sums.get(Standing.COUNTED)
        return sum(sums.levels.values()) if sums else 0


class Invalid(StrEnum):
    """What is wrong with a cut."""

    OVERLAPS = "overlaps"
    """A cut before it holds its last rating already, or a later one."""
    NO_RATING = "no_rating"
    """Its last rating is none of this counter and series that stands before it."""
    CROSSES = "crosses"
    """It goes beyond the end of a month, or a move of the kiosk."""
    SPLITS = "splits"
    """A half day is partly in it and partly behind it."""
    OPEN = "open"
    """One of its half days was not over when it was made."""
    FEW = "few"
    """It is no tail and has fewer than five counted ratings."""
    NO_TAIL = "no_tail"
    """It calls itself a tail and does not reach a border."""
    DAYS = "days"
    """Its half days are others."""
    SUMS = "sums"
    """Its lines say something else."""


def half_day_of(at: str) -> HalfDay:
    """The half day of a moment as it is written in a line."""
    return at[:10], part_of_day(int(at[11:13]))


@lru_cache(256)
def open_at(at: str) -> frozenset[HalfDay]:
    """The half days that are not over at this moment: the present one, and one that ended minutes ago.

    Noon and midnight end them, not the office's hours: a press after closing would split its half day. And all
    others are over, those to come as well: of a clock that was set back nobody waits for the future.
    """
    settled = (datetime.fromisoformat(at) - SETTLING).isoformat()
    return frozenset({half_day_of(at), half_day_of(settled)})


def is_over(at: str, now: datetime) -> bool:
    """Whether the half day of a line is over: only then is it told to anybody that there is such a line."""
    return half_day_of(at) not in open_at(now.isoformat())


def cut(rated: Iterable[Rated], at: str, moves: int = 0, *, ended: bool = False, least: int = 0) -> list[Cut]:
    """The cuts that are due at the moment ``at``, in the order of their last ratings.

    ``rated`` are the ratings that no cut holds yet, in order; ``moves`` tells how often the kiosk has been moved,
    ``ended`` that the journal has no more lines to come. ``least`` raises the five.
    """
    due = [
        each
        for span, of_span in _spans(rated)
        for each in _cuts_of(of_span, open_at(at), max(least, COUNTED_MIN), is_closed=ended or span(at, moves))
    ]
    return sorted(due, key=lambda each: each.last)


def check(one: Cut, rated: Iterable[Rated], at: str, moves: int = 0, spent: int = 0) -> Invalid | None:
    """What is wrong with a cut that was made at ``at``; None for a valid one.

    ``rated`` are the ratings before it that no valid cut holds, ``spent`` is the last of the cut before it in its
    stream.
    """
    own = [each for each in rated if each.stream == one.stream]
    within = [each for each in own if each.seq <= one.last]
    if one.last <= spent:
        return Invalid.OVERLAPS
    if not within or within[-1].seq != one.last:
        return Invalid.NO_RATING
    if wrong := _wrong_ends(one, own, within, at, moves):
        return wrong
    if one.days not in (None, days_of(within)):
        return Invalid.DAYS
    return None if one.sums == sums_of(within) else Invalid.SUMS


def sums_of(rated: Iterable[Rated]) -> dict[str, Sums]:
    """What was said, by standing."""
    levels: dict[str, Counter[int]] = {}
    reasons: dict[str, Counter[str]] = {}
    for each in rated:
        levels.setdefault(each.standing, Counter())[each.level] += 1
        reasons.setdefault(each.standing, Counter()).update(each.reasons or ())
    return {standing: Sums(dict(levels[standing]), dict(reasons[standing])) for standing in sorted(levels)}


def days_of(rated: Iterable[Rated]) -> tuple[str, str]:
    """The first and the last half day of these ratings, as a cut says them."""
    half_days = [each.half_day for each in rated]
    return " ".join(min(half_days)), " ".join(max(half_days))


def whole_half_days(rated: Sequence[Rated]) -> Iterator[list[Rated]]:
    """The ratings parted at every place where no half day is on both sides.

    Where a clock went back and forth between two of them, these two stay together.
    """
    last_of = {each.half_day: place for place, each in enumerate(rated)}
    piece: list[Rated] = []
    end = -1
    for place, each in enumerate(rated):
        piece.append(each)
        end = max(end, last_of[each.half_day])
        if place == end:
            yield piece
            piece = []


class _Span:
    """The ratings of one stream between two borders; whether the second one has come."""

    def __init__(self, span: tuple[int, str], *, is_followed: bool) -> None:
        self._moves, self._month = span
        self._is_followed = is_followed

    def __call__(self, at: str, moves: int) -> bool:
        months = {day[:7] for day, _ in open_at(at)}
        return self._is_followed or self._moves < moves or self._month not in months


def _spans(rated: Iterable[Rated]) -> Iterator[tuple[_Span, list[Rated]]]:
    streams: dict[Stream, list[Rated]] = {}
    for each in rated:
        streams.setdefault(each.stream, []).append(each)
    for stream in sorted(streams):
        runs = [(span, list(run)) for span, run in groupby(streams[stream], key=lambda each: each.span)]
        for place, (span, run) in enumerate(runs, start=1):
            yield _Span(span, is_followed=place < len(runs)), run


def _cuts_of(rated: list[Rated], not_over: frozenset[HalfDay], least: int, *, is_closed: bool) -> Iterator[Cut]:
    gathered: list[Rated] = []
    for piece in whole_half_days(rated):
        if not is_closed and any(each.half_day in not_over for each in piece):
            return
        gathered += piece
        block = _together(gathered, is_tail=False)
        if block.counted >= least:
            yield block
            gathered = []
    if is_closed and gathered:
        yield _together(gathered, is_tail=True)


def _together(rated: Sequence[Rated], *, is_tail: bool) -> Cut:
    return Cut(rated[-1].stream, rated[-1].seq, is_tail, sums_of(rated), days_of(rated))


def _wrong_ends(one: Cut, own: list[Rated], within: list[Rated], at: str, moves: int) -> Invalid | None:
    """What is wrong with where it begins and ends, and with what it calls itself."""
    (span, run), *_ = _spans(own)
    if len(within) > len(run):
        return Invalid.CROSSES
    is_closed = span(at, moves)
    half_days = {each.half_day for each in within}
    if one.is_tail:
        return None if is_closed and len(within) == len(run) else Invalid.NO_TAIL
    if any(each.half_day in half_days for each in run[len(within) :]):
        return Invalid.SPLITS
    if not is_closed and half_days & open_at(at):
        return Invalid.OPEN
    return Invalid.FEW if one.counted < COUNTED_MIN else None
