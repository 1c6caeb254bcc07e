"""Frozen: a report's numbers as bytes that stay, and the same report made of them again.

The bytes are canonical JSON: keys sorted, no spaces, numbers whole. Whatever follows from other numbers (shares,
intervals, ranks of places) is left out and computed again by the code that computed it first. Of machines, and of
whatever the report was not about, nothing is kept. A later version reads what an earlier one wrote: fields are added
with what stands for their absence, and never change their meaning.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from hashlib import sha256

import msgspec

from kiosk.domain.numbers.disclosure import Policy, Shown
from kiosk.domain.numbers.measures import Method, Share
from kiosk.domain.visit.rating import Standing
from kiosk.domain.visit.survey import Survey
from sync.collector.calendar.periods import Period
from sync.collector.figures.book import Book, Closing, Joined, Part
from sync.collector.figures.lines import Answered, PlaceLine, ReasonLine, ReasonMonth, Week, figure_of
from sync.collector.figures.places import Place
from sync.collector.figures.queries.asked import Asked
from sync.collector.figures.queries.waits import Why
from sync.collector.figures.reason_ranks import Rank
from sync.collector.figures.series import Series

FORM = 1
"""Which fields there are; a later form than this is refused."""


class FrozenWeek(msgspec.Struct, frozen=True, array_like=True):
    """A finished week of a place."""

    first: date
    shown: Shown
    aside: int


class FrozenLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one place got."""

    place: str
    shown: Shown
    before: Shown
    aside: dict[Standing, int]
    both: Shown | None = None
    answered: Answered | None = None
    waits: dict[Why, int] = {}
    weeks: tuple[FrozenWeek, ...] = ()


class FrozenSeries(msgspec.Struct, frozen=True):
    """One question, and the versions of its survey by name."""

    asked: Asked
    versions: tuple[str, ...]
    n: int = 0


class FrozenPart(msgspec.Struct, frozen=True):
    """What one question got."""

    series: FrozenSeries
    me: FrozenLine
    children: tuple[FrozenLine, ...]
    counters: tuple[FrozenLine, ...]
    left_out: int = 0


class FrozenReason(msgspec.Struct, frozen=True):
    """How often one reason was chosen."""

    id: str
    n: int | None
    share: Share | None
    share_before: Share | None
    by_child: dict[str, int | None]
    rank: Rank | None


class Frozen(msgspec.Struct, frozen=True, omit_defaults=True):
    """The numbers of a closed month's report, as they are kept."""

    form: int
    made_at: datetime
    today: date
    period: Period
    before: Period
    policy: Policy
    place: str
    way: tuple[str, ...]
    places: dict[str, Place]
    """Every place that is named, by key, without its machines."""
    surveys: dict[str, Survey]
    parts: tuple[FrozenPart, ...]
    answered: tuple[FrozenSeries, ...]
    reasons: tuple[FrozenReason, ...]
    reason_months: tuple[ReasonMonth, ...]
    joined: tuple[Joined, ...]
    published: dict[str, datetime]
    undated: tuple[str, ...]
    closing: Closing
    told_later: int = 0
    told_before: int = 0


def digest_of(numbers: bytes) -> bytes:
    """SHA-256."""
    return sha256(numbers).digest()


def freeze(book: Book) -> bytes:
    """The numbers of a report of a closed month; the same report gives the same bytes in every process."""
    assert book.closing is not None and book.versus is None and not book.half_days  # noqa: S101, PT018 - of a unit
    frozen = Frozen(
        FORM, book.made_at, book.today, book.period, book.before, book.policy, book.place.key,
        tuple(place.key for place in book.way), _places(book), _surveys(book), tuple(map(_freeze_part, book.parts)),
        tuple(_freeze_series(series, n) for series, n in book.answered.items()),
        tuple(map(_freeze_reason, book.reasons)), book.reason_months,
        tuple(replace(one, left=_bare(one.left), now=_bare(one.now)) for one in book.joined), dict(book.published),
        tuple(place.key for place in book.undated), replace(book.closing, waits=False, is_live=False),
        book.told_later,
        book.told_before,
    )  # fmt: skip
    plain = msgspec.to_builtins(frozen, str_keys=True, order="sorted")
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def thaw(numbers: bytes, method: Method = Method.TOP2BOX) -> Book:
    """The report that these bytes are, about ``method`` where its scale carries that.

    Raises ValueError for bytes that are no report, or that a later version wrote.
    """
    frozen = msgspec.json.decode(numbers, type=Frozen)
    if frozen.form > FORM:
        raise ValueError(f"form {frozen.form} is newer than this version")
    parts = tuple(_thaw_part(part, frozen, method) for part in frozen.parts)
    main = parts[0]
    reasons = {reason.id: reason for reason in main.series.survey.reasons} if main.series.survey else {}
    return Book(
        frozen.places[frozen.place], tuple(frozen.places[key] for key in frozen.way), frozen.period, frozen.period,
        frozen.before, frozen.today, frozen.made_at, frozen.policy, parts,
        {_thaw_series(one, frozen.surveys): one.n for one in frozen.answered}, main.me.spark,
        tuple(
            ReasonLine(one.id, reasons.get(one.id), one.n, one.share, one.share_before, one.by_child, one.rank)
            for one in frozen.reasons
        ),
        (), (), main.method, reason_months=frozen.reason_months, joined=frozen.joined, published=frozen.published,
        undated=tuple(frozen.places[key] for key in frozen.undated), closing=frozen.closing,
        told_later=frozen.told_later, told_before=frozen.told_before, digest=digest_of(numbers).hex(),
    )  # fmt: skip


def _places(book: Book) -> dict[str, Place]:
    lines = [line for part in book.parts for line in (part.me, *part.children, *part.counters)]
    named = [book.place, *book.way, *book.undated, *(line.place for line in lines)]
    return {place.key: _bare(place) for place in named}


def _bare(place: Place) -> Place:
    return replace(place, kiosks=())


def _surveys(book: Book) -> dict[str, Survey]:
    every = [*(part.series for part in book.parts), *book.answered]
    return {survey.ref: survey for series in every for survey in series.versions}


def _freeze_series(series: Series, n: int = 0) -> FrozenSeries:
    return FrozenSeries(series.asked, tuple(survey.ref for survey in series.versions), n)


def _thaw_series(frozen: FrozenSeries, surveys: Mapping[str, Survey]) -> Series:
    return Series(frozen.asked, tuple(surveys[ref] for ref in frozen.versions))


def _freeze_part(part: Part) -> FrozenPart:
    lines = [tuple(map(_freeze_line, lines)) for lines in (part.children, part.counters)]
    return FrozenPart(_freeze_series(part.series), _freeze_line(part.me), lines[0], lines[1], part.left_out)


def _thaw_part(frozen: FrozenPart, whole: Frozen, method: Method) -> Part:
    series = _thaw_series(frozen.series, whole.surveys)
    levels = series.question.levels if series.question else ()
    method = method if len(levels) == 5 else Method.TOP2BOX
    satisfied = frozenset(level.value for level in levels if level.satisfied)

    def line(one: FrozenLine) -> PlaceLine:
        return PlaceLine(
            whole.places[one.place], one.shown, one.before, one.aside, one.both, one.answered, satisfied,
            tuple(_thaw_week(week, method, satisfied) for week in one.weeks), method, one.waits,
        )  # fmt: skip

    children, counters = (tuple(map(line, lines)) for lines in (frozen.children, frozen.counters))
    return Part(series, line(frozen.me), children, counters, method, frozen.left_out)


def _freeze_line(line: PlaceLine) -> FrozenLine:
    return FrozenLine(
        line.place.key, line.shown, line.before, dict(line.aside), line.both, line.answered, dict(line.waits),
        tuple(map(_freeze_week, line.spark)),
    )  # fmt: skip


def _freeze_week(week: Week) -> FrozenWeek:
    return FrozenWeek(week.first, week.shown, week.aside)


def _thaw_week(frozen: FrozenWeek, method: Method, satisfied: frozenset[int]) -> Week:
    return Week(frozen.first, frozen.shown, frozen.aside, figure_of(method, frozen.shown, satisfied))


def _freeze_reason(line: ReasonLine) -> FrozenReason:
    return FrozenReason(line.id, line.n, line.share, line.share_before, dict(line.by_child), line.rank)
