"""Tidy: a report's numbers for programs, each on a row of its own with what it is about and what it rests on. Pure.

Its words are the same in every language; only names of places are an office's own.
"""

from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields, replace
from datetime import timedelta
from decimal import Decimal

from kiosk.base.table import Mark
from kiosk.domain.numbers.disclosure import Shown
from kiosk.domain.numbers.measures import Figure
from sync.collector.calendar.periods import Kind, Period
from sync.collector.figures.book import Book, Part
from sync.collector.figures.cells import mark_of, part_of
from sync.collector.figures.lines import PlaceLine, ReasonLine, begun
from sync.collector.figures.places import Place
from sync.collector.figures.queries.waits import SET_ASIDE

PERCENT, RATINGS, TRANSACTIONS = "percent", "ratings", "transactions"


@dataclass(frozen=True, slots=True)
class Row:
    """One number of one place in one period."""

    unit: str
    """Its code; empty of all units together."""
    counter: str
    """Its code; empty of a unit."""
    place: str
    period: str
    """As an address has it: 2026-11, 2026-W47, 2026-11-01..2026-11-20."""
    first_day: str
    last_day: str
    question: str
    measure: str = ""
    detail: str = ""
    """Which level, reason or standing."""
    value: str = ""
    """Empty where there is none; ``without`` says why."""
    in_: str = ""
    numerator: str = ""
    denominator: str = ""
    low: str = ""
    """Of the 95% interval, as ``high``."""
    high: str = ""
    without: str = ""


HEADS = tuple(field.name.rstrip("_") for field in fields(Row))


def tidy_rows(book: Book) -> Iterator[tuple[str, ...]]:
    """Every number that a report's tables show, but for what follows from two of them."""
    for row in _rows(book):
        yield astuple(row)


def _rows(book: Book) -> Iterator[Row]:
    for part in book.parts:
        for line in (part.me, *part.children):
            now = _row(line.place, book.days, part)
            yield from _line(line, now, part, whole=line is part.me)
            if part is book.main:
                before = replace(now, **_days(book.before))
                yield _figure(before, line.figure_before, line.before, str(line.method))
                yield _count(before, "ratings", line.before.n, mark_of(line.before))
    for reason in book.reasons:
        yield _reason(reason, book)
    yield from _weeks(book)


def _row(place: Place, days: Period, part: Part) -> Row:
    path, _, code = place.key.rpartition("/:") if place.is_counter else (place.key, "", "")
    unit = path.rstrip("/").rpartition("/")[2]
    return Row(unit, code, place.name, **_days(days), question=part.series.asked.code)


def _days(days: Period) -> dict[str, str]:
    return {"period": days.code, "first_day": days.first.isoformat(), "last_day": days.last.isoformat()}


def _line(line: PlaceLine, at: Row, part: Part, *, whole: bool) -> Iterator[Row]:
    """What a place got in the period; of the place that the report is about also how the rest divides."""
    blank = mark_of(line.shown)
    yield _figure(at, line.figure, line.shown, str(line.method))
    yield _count(at, "ratings", line.n, blank)
    yield from _levels(at, line.shown, part)
    yield _figure(at, line.bad, line.shown, "dissatisfied")
    answered = line.answered.share if line.answered else None
    yield _share(at, answered, Mark.UNKNOWN, "participation")
    yield _count(at, "transactions", answered.denominator if answered else None, Mark.UNKNOWN, in_=TRANSACTIONS)
    yield _count(at, "set_aside", line.aside_n, Mark.NONE)
    if whole:
        yield _count(at, "recorded", line.recorded, Mark.NONE)
        yield _count(at, "waiting", line.waiting_n, Mark.NONE)
        for standing in SET_ASIDE:
            yield replace(_count(at, "set_aside_as", line.aside.get(standing, 0), Mark.NONE), detail=str(standing))


def _levels(at: Row, shown: Shown, part: Part) -> Iterator[Row]:
    for level in part.levels:
        n = shown.counts.get(level, 0)
        yield replace(_of(at, shown.n, None if shown.hidden else n, shown, "level"), detail=str(level))


def _of(at: Row, of: int | None, n: int | None, shown: Shown, measure: str) -> Row:
    """A part of all ratings: both counts, and the percentage where so many carry one."""
    if of is None or n is None:
        return _share(at, None, mark_of(shown), measure)
    share = _share(at, part_of(n, of) if shown.percent and of else None, mark_of(shown), measure)
    return replace(share, numerator=str(n), denominator=str(of))


def _weeks(book: Book) -> Iterator[Row]:
    for week in begun(book.weeks):
        days = Period(Kind.WEEK, week.first, week.first + timedelta(days=6))
        at = _row(book.place, days, book.main)
        yield _figure(at, week.share, week.shown, str(book.method))
        yield _count(at, "ratings", week.shown.n, mark_of(week.shown))
        yield from _levels(at, week.shown, book.main)
        yield _count(at, "set_aside", week.aside, Mark.NONE)


def _reason(line: ReasonLine, book: Book) -> Row:
    at = _row(book.place, book.days, book.main)
    blank = Mark.FEW if line.n is None else mark_of(book.me.shown)
    row = replace(_share(at, line.share, blank, "reason"), detail=line.id)
    if line.n is None or book.me.n is None:
        return row
    return replace(row, numerator=str(line.n), denominator=str(book.me.n))


def _figure(at: Row, figure: Figure | None, shown: Shown, measure: str) -> Row:
    return _share(at, figure, mark_of(shown), measure)


def _share(at: Row, figure: Figure | None, blank: Mark, measure: str) -> Row:
    """A percentage with what it rests on; ``blank`` says why there is none."""
    value = figure.percent(1) if figure else None
    if figure is None or value is None:
        return replace(at, measure=measure, in_=PERCENT, without=str(blank))
    low, high = figure.interval(1) or ("", "")
    return replace(
        at, measure=measure, value=_plain(value), in_=PERCENT, numerator=str(figure.numerator),
        denominator=str(figure.denominator), low=_plain(low), high=_plain(high),
    )  # fmt: skip


def _count(at: Row, measure: str, n: int | None, blank: Mark, *, in_: str = RATINGS) -> Row:
    if n is None:
        return replace(at, measure=measure, in_=in_, without=str(blank))
    return replace(at, measure=measure, value=str(n), in_=in_)


def _plain(value: Decimal | str) -> str:
    return str(value)
