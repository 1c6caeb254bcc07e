"""Tally: the numbers of one kiosk's days, with no network: whole cuts of its journal, and what waits."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from kiosk.domain.instant import monday_of
from kiosk.domain.numbers.blocks import COUNTED_MIN, HalfDay, Series, half_day_of, open_at
from kiosk.domain.numbers.desk_numbers import CounterHalfDay, DeskNumbers, Held, Told
from kiosk.domain.numbers.measures import Share, participation, top2box
from kiosk.domain.office_calendar import ALWAYS_OPEN, Calendar
from kiosk.domain.office_day import PARTS
from kiosk.domain.visit.rating import Standing
from kiosk.domain.visit.survey import FIRST_LANGUAGE, Survey, Words
from kiosk.journal.counts.served import Served
from kiosk.journal.counts.sums import CutSums, Row, rows_of
from kiosk.journal.counts.tally import TallyRow
from kiosk.journal.reader import DeskCounts, JournalReader

if TYPE_CHECKING:
    from kiosk.office.settings import KioskSettings

DAYS_BACK = 31
"""So many days before today the staff may look at on the screen."""
ASIDE = (Standing.REPEAT, Standing.OUT_OF_HOURS, Standing.TEST)
"""What a kiosk sets aside by itself."""


@dataclass(frozen=True, slots=True)
class Terms:
    """By what a kiosk's ratings are counted and shown; all of it stands in its settings."""

    survey: Survey
    least: int = COUNTED_MIN
    """So many counted ratings a block has at least."""
    percent_min: int = 30
    """Below this base there are counts, but no percentage."""
    calendar: Calendar = ALWAYS_OPEN
    counters: Mapping[str, Words] = field(default_factory=dict)
    """What the counters of a hall are called, by code; empty where the kiosk serves one counter only."""
    demo: bool = False
    """Whether everything is shown at once; every screen and file says so."""

    @property
    def series(self) -> Series:
        """What is told: the first question of the survey on the screen, each citizen answered it, and once."""
        question = self.survey.questions[0]
        levels = tuple(level.value for level in question.levels)
        return Series(self.survey.ref.partition("@")[0], question.id, levels)


def terms_of(settings: "KioskSettings") -> Terms:
    """The terms of a kiosk.

    Raises SettingsInvalid or SurveyInvalid.
    """
    counters = {
        counter.code: {
            language: f"{counter.number} · {name}"
            for language, name in (counter.name or {FIRST_LANGUAGE: counter.code}).items()
        }
        for counter in settings.hall.counters
    }
    said = settings.disclosure
    return Terms(settings.load_survey(), said.least, said.percent_min, settings.calendar, counters, settings.demo)


@dataclass(frozen=True, slots=True)
class DayTally:
    """One local day."""

    day: date
    told: Told
    """Its ratings: whole cuts that lie in it, and what waits."""
    parts: Mapping[str, int | None]
    """How many were recorded in each part of it; None while it is not over."""
    aside: Mapping[Standing, int]
    """What was set aside in half days that are over; never hidden, for it says nothing of anybody's opinion."""
    served_at: Mapping[str, int]
    """Transactions served, by counter, where somebody typed them in; one counter alone has no code."""
    served: int | None
    """Those of all counters; None unless every one is known."""
    other_survey: bool
    """Whether citizens answered another survey on that day, or a version of it with other levels."""

    @property
    def is_over(self) -> bool:
        """Whether all of it is told."""
        return None not in self.parts.values()

    @property
    def answered(self) -> Share | None:
        """Ratings recorded / transactions served; None where the latter are not known, or the day is not over."""
        return participation(self.told.recorded, self.served) if self.is_over else None


@dataclass(frozen=True, slots=True)
class Tally:
    """Consecutive days of one kiosk."""

    terms: Terms
    days: tuple[DayTally, ...]
    numbers: DeskNumbers

    def of(self, day: date) -> DayTally:
        """The numbers of one of these days."""
        return self.days[(day - self.days[0].day).days]

    def together(self, first: date, last: date) -> Told:
        """What may be told of several days together."""
        return self.numbers.told((first.isoformat(), PARTS[0]), (last.isoformat(), PARTS[-1]))

    def recorded_at(self, day: date) -> Mapping[str, int]:
        """How many were recorded at each counter on a day."""
        return self.numbers.recorded_at(day.isoformat())

    def share_of(self, counts: Mapping[int, int]) -> Share:
        """The share of the satisfied."""
        satisfied = {level.value for level in self.terms.survey.questions[0].levels if level.satisfied}
        return top2box(counts, satisfied)


def read_tally(reader: JournalReader, first: date, last: date, now: datetime, terms: Terms) -> Tally:
    """The numbers of the days from ``first`` to ``last`` as they stand at ``now``, a local time."""
    # Whole weeks: their sum is told beside the days.
    counts = reader.desk(monday_of(first), monday_of(last) + timedelta(days=6))
    read = _Read(counts, now.replace(microsecond=0).isoformat(), terms)
    served = reader.served(first, last)
    days = tuple(read.day(day, served) for day in _days(first, last))
    return Tally(terms, days, read.numbers)


class _Read:
    """What the journal kept, as numbers of one series."""

    def __init__(self, counts: DeskCounts, at: str, terms: Terms) -> None:
        self._counts, self._terms, self._series = counts, terms, terms.series
        self._now = half_day_of(at)
        self._open = frozenset[HalfDay]() if terms.demo else open_at(at)
        self._own: dict[tuple[str, str], bool] = {}
        self._rows: dict[str, list[TallyRow]] = {}
        follow_ups = {question.id for question in terms.survey.questions[1:]}
        for row in counts.tally:
            if row.survey.partition("@")[0] != self._series.survey or row.question not in follow_ups:
                self._rows.setdefault(row.day, []).append(row)

    @cached_property
    def numbers(self) -> DeskNumbers:
        """The numbers of the series."""
        if self._terms.demo:
            return DeskNumbers(list(self._at_once()), {}, {})
        uncut = self._uncut()
        left = {row: n for row, n in self._counts.left.items() if self._is_own(row[2], row[3])}
        if not self._counts.cuts_itself:
            left, uncut = dict(uncut), Counter()
        closed = {row: n for row, n in uncut.items() if n > 0 and row[:2] not in self._open}
        held = [_held(cut) for cut in self._counts.cuts if _series_of(cut) == self._series]
        return DeskNumbers(held, _by_place(closed), _by_place(left))

    def _uncut(self) -> "Counter[Row]":
        """What was recorded and is in no cut of this kiosk, and not left to the collector."""
        uncut: Counter[Row] = Counter()
        for row in self._own_rows():
            uncut[row.day, row.part, row.survey, row.question, row.counter] += row.n
        # The cuts of every series: a version whose levels were stated anew was of another one before.
        for cut in self._counts.cuts:
            uncut.subtract(dict(rows_of(cut)))
        uncut.subtract(self._counts.left)
        return uncut

    def day(self, day: date, served: Served) -> DayTally:
        """The numbers of a day."""
        iso = day.isoformat()
        rows = self._rows.get(iso, [])
        aside = Counter(dict.fromkeys(ASIDE, 0))
        for row in rows:
            if row.standing in ASIDE and (iso, row.part) not in self._open:
                aside[Standing(row.standing)] += row.n
        at = {counter: n for (of_day, counter), n in served.items() if of_day == iso}
        known = [at.get(counter) for counter in self._terms.counters or ("",)]
        together = None if None in known else sum(n for n in known if n is not None)
        told = self.numbers.told((iso, PARTS[0]), (iso, PARTS[-1]))
        other = any(self._is_over((iso, row.part)) and not self._is_own(row.survey, row.question) for row in rows)
        return DayTally(day, told, self._parts(iso), aside, at, together, other)

    def _parts(self, day: str) -> dict[str, int | None]:
        half_days = {part: (day, part) for part in PARTS}
        return {
            part: self.numbers.told(half_day, half_day).recorded if self._is_over(half_day) else None
            for part, half_day in half_days.items()
        }

    def _is_over(self, half_day: HalfDay) -> bool:
        return self._terms.demo or (half_day not in self._open and half_day < self._now)

    def _is_own(self, survey: str, question: str) -> bool:
        """Whether a version's ratings belong to the series."""
        if (survey, question) not in self._own:
            self._own[survey, question] = self._belongs(survey, question)
        return self._own[survey, question]

    def _belongs(self, survey: str, question: str) -> bool:
        if survey == self._terms.survey.ref:
            return question == self._series.question
        if survey.partition("@")[0] != self._series.survey or question != self._series.question:
            return False
        return self._counts.levels.get(survey, {}).get(question) == self._series.levels

    def _own_rows(self) -> Iterator[TallyRow]:
        for rows in self._rows.values():
            yield from (
                row for row in rows if row.standing == Standing.COUNTED and self._is_own(row.survey, row.question)
            )

    def _at_once(self) -> Iterator[Held]:
        """Each half day of each counter as it stands: for a demonstration."""
        counts: dict[CounterHalfDay, Counter[int]] = {}
        for row in self._own_rows():
            counts.setdefault(((row.day, row.part), row.counter), Counter())[row.level] += row.n
        for (half_day, counter), levels in counts.items():
            yield Held(counter, levels, {half_day: levels.total()})


def _by_place(rows: Mapping[Row, int]) -> dict[CounterHalfDay, int]:
    found: Counter[CounterHalfDay] = Counter()
    for (day, part, _, _, counter), n in rows.items():
        found[(day, part), counter] += n
    return found


def _series_of(cut: CutSums) -> Series:
    return Series(cut.survey, cut.question, cut.levels)


def _held(cut: CutSums) -> Held:
    pieces: Counter[HalfDay] = Counter()
    for day, part, _, n in cut.pieces:
        pieces[day, part] += n
    return Held(cut.counter, cut.counts, pieces, cut.tail)


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=place) for place in range((last - first).days + 1)]
