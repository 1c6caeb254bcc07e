"""Tally: the numbers of one kiosk's days, with no network, as far as they may be shown."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from kiosk.domain.numbers.day_numbers import DayNumbers, DaySlice, Numbers, day_numbers, monday_of
from kiosk.domain.numbers.disclosure import Policy, Shown, Slice
from kiosk.domain.numbers.measures import Share, participation, top2box
from kiosk.domain.office_calendar import ALWAYS_OPEN, Calendar
from kiosk.domain.office_day import part_is_over
from kiosk.domain.visit.rating import Standing
from kiosk.domain.visit.survey import FIRST_LANGUAGE, Survey, Words
from kiosk.journal.counts.served import Served
from kiosk.journal.counts.tally import TallyRow
from kiosk.journal.reader import JournalReader

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
    policy: Policy
    calendar: Calendar = ALWAYS_OPEN
    counters: Mapping[str, Words] = field(default_factory=dict)
    """What the counters of a hall are called, by code; empty where the kiosk serves one counter only."""


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
    return Terms(settings.load_survey(), settings.disclosure.policy, settings.calendar, counters)


@dataclass(frozen=True, slots=True)
class DayTally:
    """One local day."""

    numbers: DayNumbers
    aside: Mapping[Standing, int]
    """What was set aside; never hidden, for it says nothing of anybody's opinion."""
    served_at: Mapping[str, int]
    """Transactions served, by counter, where somebody typed them in; one counter alone has no code."""
    served: int | None
    """Those of all counters; None unless every one is known."""
    other_survey: bool
    """Whether citizens answered another survey, or another version of it, on that day."""

    @property
    def day(self) -> date:
        """Which one."""
        return self.numbers.day

    @property
    def answered(self) -> Share | None:
        """Ratings shown / transactions served; None where either is not known."""
        n = self.numbers.n
        return participation(n, self.served) if isinstance(n, int) else None


@dataclass(frozen=True, slots=True)
class Tally:
    """Consecutive days of one kiosk."""

    terms: Terms
    days: tuple[DayTally, ...]
    numbers: Numbers

    def of(self, day: date) -> DayTally:
        """One of the days."""
        return self.days[(day - self.days[0].day).days]

    def together(self, first: date, last: date) -> Shown:
        """What may be shown of several days."""
        return self.numbers.together(first, last)

    def share_of(self, counts: Mapping[int, int]) -> Share:
        """The share of the satisfied."""
        satisfied = {level.value for level in self.terms.survey.questions[0].levels if level.satisfied}
        return top2box(counts, satisfied)


def read_tally(reader: JournalReader, first: date, last: date, now: datetime, terms: Terms) -> Tally:
    """The numbers of the days from ``first`` to ``last`` as far as they may be shown at ``now``, a local time.

    Of a survey with several questions the first one counts: each citizen answered it, and once.
    """
    # Whole weeks: what is too little for its own day goes out with its week.
    start, end = monday_of(first), monday_of(last) + timedelta(days=6)
    follow_ups = {question.id for question in terms.survey.questions[1:]}
    rows = [row for row in reader.tally(start, end) if row.survey != terms.survey.ref or row.question not in follow_ups]
    numbers = day_numbers(
        _slices(row for row in rows if row.standing == Standing.COUNTED and row.survey == terms.survey.ref),
        _days(start, end),
        lambda day, part: part_is_over(day, part, now, terms.calendar),
        terms.policy,
        {level.value: level.satisfied for level in terms.survey.questions[0].levels},
    )
    served = reader.served(first, last)
    of_day: dict[str, list[TallyRow]] = {}
    for row in rows:
        of_day.setdefault(row.day, []).append(row)
    days = tuple(
        _day_tally(each, of_day.get(each.day.isoformat(), []), served, terms)
        for each in numbers.days
        if first <= each.day <= last
    )
    return Tally(terms, days, numbers)


def _day_tally(numbers: DayNumbers, rows: list[TallyRow], served: Served, terms: Terms) -> DayTally:
    aside = Counter(dict.fromkeys(ASIDE, 0))
    for row in rows:
        if row.standing in ASIDE:
            aside[Standing(row.standing)] += row.n
    at = {counter: n for (day, counter), n in served.items() if day == numbers.day.isoformat()}
    known = [at.get(counter) for counter in terms.counters or ("",)]
    together = None if None in known else sum(n for n in known if n is not None)
    return DayTally(numbers, aside, at, together, any(row.survey != terms.survey.ref for row in rows))


def _slices(rows: Iterable[TallyRow]) -> list[DaySlice]:
    pieces: dict[tuple[str, str, str], Counter[int]] = {}
    for row in rows:
        pieces.setdefault((row.counter, row.day, row.part), Counter())[row.level] += row.n
    return [Slice(counter, day, part, counts) for (counter, day, part), counts in pieces.items()]


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=place) for place in range((last - first).days + 1)]
