"""Changes: what became of a closed month's numbers since they were kept, and whether it may be published. Pure.

A correction is about none or at least five ratings. Where it is about fewer it waits until more has changed: so nobody
who compares a month with its correction reads what one to four people said or when they came.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kiosk.domain.numbers.blocks import COUNTED_MIN
from kiosk.domain.visit.rating import Standing
from sync.collector.figures.book import Book, Cause, Changed, Part, Sums
from sync.collector.figures.lines import PlaceLine

NOTHING = Sums(0, 0, 0, 0, None, percent=False)
Pair = tuple[PlaceLine | None, PlaceLine | None]
"""A line as it was kept and as it is now; None where there was no such line."""


@dataclass(frozen=True, slots=True)
class Change:
    """What is otherwise now."""

    changed: tuple[Changed, ...]
    """Of the place as a whole."""
    causes: tuple[Cause, ...]
    may_go: bool
    """Whether it is about none or at least five ratings."""


def change_between(before: Book, after: Book) -> Change | None:
    """What changed of the month itself; None where nothing did.

    What it is only compared with, the period before and the weeks of other months, is no part of the month.
    """
    whole = list(_pairs(before, after, lambda part: [part.me]))
    below = list(_pairs(before, after, lambda part: [*part.counters, *part.children]))
    is_same = [_told(one) == _told(other) for one, other in whole]
    is_same += [_told_below(one) == _told_below(other) for one, other in below]
    if all(is_same) and _chosen(before) == _chosen(after):
        return None
    codes = dict.fromkeys(part.series.asked.code for part in (*before.parts, *after.parts))
    sums = [Changed(code, _sums_of(_part(before, code)), _sums_of(_part(after, code))) for code in codes]
    changed = tuple(one for one in sums if one.before != one.after)
    opinions = all(_is_enough(pair) for pair in (*whole, *below))
    return Change(changed, _causes(whole), opinions and _touched(whole) not in range(1, COUNTED_MIN))


def _pairs(before: Book, after: Book, lines_of: Callable[[Part], list[PlaceLine]]) -> Iterator[Pair]:
    one, other = (
        {(part.series.asked.code, _named(line)): line for part in book.parts for line in lines_of(part)}
        for book in (before, after)
    )
    for key in {**one, **other}:
        yield one.get(key), other.get(key)


def _named(line: PlaceLine) -> tuple[int, str]:
    """A counter that is moved has another key from then on, and stays what it is."""
    return (line.place.counter_id, "") if line.place.counter_id is not None else (0, line.place.key)


def _told(line: PlaceLine | None) -> object:
    """Everything that is told of the place itself."""
    if line is None:
        return {}, {}, {}, 0, None
    both = _without_noughts(line.both.counts if line.both else {})
    shown, aside = _without_noughts(line.shown.counts), _without_noughts(line.aside)
    # How many wait, not why: another reason to wait corrects no number.
    return shown, both, aside, line.waiting_n, line.answered


def _told_below(line: PlaceLine | None) -> object:
    """Everything that is told of places below it."""
    return (_without_noughts(line.shown.counts), line.aside_n, line.answered) if line else ({}, 0, None)


def _without_noughts(counts: Mapping[Any, int]) -> dict[Any, int]:
    return {key: n for key, n in counts.items() if n}


def _chosen(book: Book) -> dict[str, tuple[int | None, dict[str, int]]]:
    """How often each reason was chosen, here and below."""
    return {line.id: (line.n, {key: n for key, n in line.by_child.items() if n}) for line in book.reasons if line.n}


def _part(book: Book, code: str) -> Part | None:
    return next((part for part in book.parts if part.series.asked.code == code), None)


def _sums_of(part: Part | None) -> Sums:
    if part is None:
        return NOTHING
    line = part.me
    satisfied = sum(n for level, n in line.shown.counts.items() if level in line.satisfied)
    transactions = line.answered.share.denominator if line.answered else None
    return Sums(line.n or 0, satisfied, line.aside_n, line.waiting_n, transactions, line.shown.percent)


def _is_enough(pair: Pair) -> bool:
    """Whether no opinion of a line rests on other one to four ratings than before."""
    return not any(_gap(pair, read) in range(1, COUNTED_MIN) for read in (_counted, _with_aside))


def _touched(whole: list[Pair]) -> int:
    """How many ratings of the place changed, shown, waiting or set aside, of all its questions."""
    reads = (_counted, _with_aside, _waiting, _aside, lambda line: line.recorded)
    return sum(max(_gap(pair, read) for read in reads) for pair in whole)


def _gap(pair: Pair, read: Callable[[PlaceLine], int]) -> int:
    before, after = (read(line) if line else 0 for line in pair)
    return abs(after - before)


def _counted(line: PlaceLine) -> int:
    return line.n or 0


def _with_aside(line: PlaceLine) -> int:
    return (line.both.n or 0) if line.both else (line.n or 0)


def _waiting(line: PlaceLine) -> int:
    return line.waiting_n


def _aside(line: PlaceLine) -> int:
    return line.aside_n


def _causes(whole: list[Pair]) -> tuple[Cause, ...]:
    """What must have happened, as far as the numbers tell."""
    found = set[Cause]()
    for before, after in whole:
        recorded = (after.recorded if after else 0) - (before.recorded if before else 0)
        if recorded:
            found.add(Cause.LATE if recorded > 0 else Cause.AWAY)
        if before and before.waiting_n > (after.waiting_n if after else 0):
            found.add(Cause.SHOWN)
        if _suspect(before) != _suspect(after):
            found.add(Cause.DECIDED)
        if _transactions(before) != _transactions(after):
            found.add(Cause.SERVED)
    return tuple(cause for cause in Cause if cause in found)


def _suspect(line: PlaceLine | None) -> int:
    return line.aside.get(Standing.SUSPECT, 0) if line else 0


def _transactions(line: PlaceLine | None) -> int | None:
    return line.answered.share.denominator if line and line.answered else None
