"""Changes: what became of a closed month's numbers since they were kept, and whether it may be published. Pure.

A correction is about none or at least five ratings. Where it is about fewer it waits until more has changed: so nobody
who compares a month with its correction reads what one to four people said or when they came.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from kiosk.domain.numbers.blocks import COUNTED_MIN
from kiosk.domain.visit.rating import Standing
from sync.collector.figures.book import Book, Cause, Changed, Part, Sums
from sync.collector.figures.lines import Answered, PlaceLine
from sync.collector.figures.series import Series

NOTHING = Sums(0, 0, 0, 0, None, percent=False)
Lines = list[PlaceLine]
Named = tuple[str, int, int]
"""A question, and the counter or unit of a line: neither is another one where it has another code or name."""


class Pair(NamedTuple):
    """What was told of one place and question, and what is told now; nothing where there was, or is, no such line."""

    before: Lines
    after: Lines
    """Several where versions of a survey stood apart that are one question now."""


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

    What it is only compared with, the period before and the weeks of other months, is no part of the month. Nor is what
    anything is called: of a survey that becomes known later, or a counter that got another code, the numbers are the
    same.
    """
    names = _names(before, after)
    whole = _pairs(before, after, names, lambda part: [part.me])
    below = _pairs(before, after, names, lambda part: [*part.counters, *part.children])
    chosen = [_chosen(book) for book in (before, after)]
    is_same = [_told(pair.before) == _told(pair.after) for pair in whole.values()]
    is_same += [_told_below(pair.before) == _told_below(pair.after) for pair in below.values()]
    if all(is_same) and chosen[0] == chosen[1]:
        return None
    opinions = all(_is_enough(pair) for pair in (*whole.values(), *below.values()))
    touched = sum(_touched(pair) for pair in whole.values())
    others = {names.get(book.asked.code, book.asked.code) for book in (before, after)} if _here(chosen) else set()
    changed = _changes(whole, others)
    return Change(changed, _causes(whole.values()), opinions and touched not in range(1, COUNTED_MIN))


def _names(before: Book, after: Book) -> dict[str, str]:
    """How each question of the earlier report is called in the later one."""
    found = {}
    for part in before.parts:
        code = part.series.asked.code
        same = (one.series for one in after.parts if _is_same(part.series, one.series))
        found[code] = next((series.asked.code for series in same), code)
    return found


def _is_same(one: Series, other: Series) -> bool:
    return other.is_named(one.asked.code) or one.is_named(other.asked.code)


def _pairs(before: Book, after: Book, names: Mapping[str, str], lines_of: Callable[[Part], Lines]) -> dict[Named, Pair]:
    found: dict[Named, Pair] = {}
    for book, place in ((before, 0), (after, 1)):
        for part in book.parts:
            code = part.series.asked.code
            for line in lines_of(part):
                key = (code if place else names[code], *_number(line))
                found.setdefault(key, Pair([], []))[place].append(line)
    return found


def _number(line: PlaceLine) -> tuple[int, int]:
    """By which a counter or a unit is known; both are nought for the whole office."""
    return line.place.counter_id or 0, line.place.unit_id or 0


def _told(lines: Lines) -> object:
    """Everything that is told of the place itself."""
    both = _sum(lines, lambda line: line.both.counts if line.both else {})
    # How many wait, not why: another reason to wait corrects no number.
    waiting = sum(line.waiting_n for line in lines)
    return (
        _sum(lines, lambda line: line.shown.counts),
        both,
        _sum(lines, lambda line: line.aside),
        waiting,
        _took(lines),
    )


def _told_below(lines: Lines) -> object:
    """Everything that is told of places below it."""
    return _sum(lines, lambda line: line.shown.counts), sum(line.aside_n for line in lines), _took(lines)


def _sum(lines: Lines, read: Callable[[PlaceLine], Mapping[Any, int]]) -> dict[Any, int]:
    """What is not nought of some counts together."""
    found: Counter[Any] = Counter()
    for line in lines:
        found.update(read(line))
    return {key: n for key, n in found.items() if n}


def _took(lines: Lines) -> Answered | None:
    """Who took part: it is of the place, and the same in the lines of every question."""
    return lines[0].answered if lines else None


def _chosen(book: Book) -> dict[str, tuple[int | None, dict[tuple[int, int], int]]]:
    """How often each reason was chosen, here and below."""
    numbers = {line.place.key: _number(line) for line in book.children}
    return {
        line.id: (line.n, {numbers[key]: n for key, n in line.by_child.items() if n and key in numbers})
        for line in book.reasons
        if line.n
    }


def _here(chosen: list[dict[str, tuple[int | None, Any]]]) -> bool:
    """Whether reasons were chosen more or less often at the place as a whole."""
    one, other = ({name: n for name, (n, _) in each.items()} for each in chosen)
    return one != other


def _changes(whole: Mapping[Named, Pair], others: Collection[str]) -> tuple[Changed, ...]:
    """The questions of which anything is told otherwise of the place as a whole, and ``others``."""
    return tuple(
        Changed(code, _sums_of(pair.before), _sums_of(pair.after))
        for (code, *_), pair in whole.items()
        if code in others or _told(pair.before) != _told(pair.after) or _sums_of(pair.before) != _sums_of(pair.after)
    )


def _sums_of(lines: Lines) -> Sums:
    if not lines:
        return NOTHING
    satisfied = sum(n for line in lines for level, n in line.shown.counts.items() if level in line.satisfied)
    n, aside, waiting = (sum(map(read, lines)) for read in (_counted, _aside, _waiting))
    percent = all(line.shown.percent for line in lines)
    took = _took(lines)
    rated, transactions = (took.share.numerator, took.share.denominator) if took else (None, None)
    return Sums(n, satisfied, aside, waiting, transactions, percent, rated)


def _is_enough(pair: Pair) -> bool:
    """Whether no opinion of a line rests on other one to four ratings than before."""
    return not any(_gap(pair, read) in range(1, COUNTED_MIN) for read in (_counted, _with_aside))


def _touched(pair: Pair) -> int:
    """How many ratings of a question changed at the place, shown, waiting or set aside."""
    return max(_gap(pair, read) for read in (_counted, _with_aside, _waiting, _aside, _recorded))


def _gap(pair: Pair, read: Callable[[PlaceLine], int]) -> int:
    before, after = (sum(map(read, lines)) for lines in pair)
    return abs(after - before)


def _counted(line: PlaceLine) -> int:
    return line.n or 0


def _with_aside(line: PlaceLine) -> int:
    return (line.both.n or 0) if line.both else (line.n or 0)


def _waiting(line: PlaceLine) -> int:
    return line.waiting_n


def _aside(line: PlaceLine) -> int:
    return line.aside_n


def _recorded(line: PlaceLine) -> int:
    return line.recorded


def _suspect(line: PlaceLine) -> int:
    return line.aside.get(Standing.SUSPECT, 0)


def _causes(whole: Iterable[Pair]) -> tuple[Cause, ...]:
    """What must have happened, as far as the numbers tell."""
    found = set[Cause]()
    for pair in whole:
        recorded, waiting, suspect = (
            sum(map(read, pair.after)) - sum(map(read, pair.before)) for read in (_recorded, _waiting, _suspect)
        )
        if recorded:
            found.add(Cause.LATE if recorded > 0 else Cause.AWAY)
        if waiting < 0:
            found.add(Cause.SHOWN)
        if suspect:
            found.add(Cause.DECIDED)
        if _typed(pair.before) != _typed(pair.after):
            found.add(Cause.SERVED)
    return tuple(cause for cause in Cause if cause in found)


def _typed(lines: Lines) -> tuple[int, int] | None:
    """How many transactions were typed in, of how many days."""
    took = _took(lines)
    return (took.share.denominator, took.known) if took else None
