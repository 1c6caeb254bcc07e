"""Office calendar: which days are worked, with whose hours, and when the office is open.

Whoever asks whether the office is open asks here: the press, the tally, the watch for silent kiosks, the signs,
the deadlines. Pure: the list of public days off is handed in.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Span = tuple[time, time]

_DAY = timedelta(days=1)
_WORKING_WEEK = 5
_WORKED = re.compile(r"(?P<day>\S+)( as (?P<whose>\S+))?", re.ASCII)
_EVERY_YEAR = re.compile(r"\d\d-\d\d", re.ASCII)
_ONE_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


@dataclass(frozen=True, slots=True)
class Opening:
    """One stretch of office hours, the same on each of its weekdays (Monday is 0)."""

    weekdays: frozenset[int]
    start: time
    end: time


@dataclass(frozen=True, slots=True)
class DayList:
    """Days off, and days that are worked, as one place names them.

    A day is written 2026-02-17, or 02-17 for every year; a day in both is worked, one of a single year wins.
    """

    off: frozenset[str] = frozenset()
    worked: Mapping[str, int | None] = field(default_factory=dict)
    """Each with the weekday whose hours hold; None leaves it its own."""

    @classmethod
    def of(cls, off: Iterable[str] = (), worked: Iterable[str] = ()) -> "DayList":
        """Of what settings list: ``2026-09-01``, and ``2026-08-22 as mon``.

        Raises ValueError for what is no day.
        """
        return cls(frozenset(map(day_text, off)), dict(map(parse_worked, worked)))

    @property
    def worked_texts(self) -> tuple[str, ...]:
        """The worked days as settings list them."""
        return tuple(day if whose is None else f"{day} as {WEEKDAYS[whose]}" for day, whose in self.worked.items())

    def under(self, upper: "DayList") -> "DayList":
        """Both together; of a day that both name, what ``upper`` says holds."""
        off = {day for day in self.off if not _is_among(day, upper.worked)}
        worked = {day: whose for day, whose in self.worked.items() if not _is_among(day, upper.off)}
        return DayList(frozenset(off | upper.off), {**worked, **upper.worked})

    def is_worked(self, day: date) -> bool | None:
        """Whether that day is worked; None where the list does not name it."""
        for name in (day.isoformat(), day.isoformat()[5:]):
            if name in self.worked:
                return True
            if name in self.off:
                return False
        return None

    def whose_hours(self, day: date) -> int | None:
        """The weekday whose hours a worked day has, where the list says one."""
        return self.worked.get(day.isoformat(), self.worked.get(day.isoformat()[5:]))


NO_DAYS = DayList()


@dataclass(frozen=True, slots=True)
class Calendar:
    """When one office, counter or kiosk is open."""

    openings: tuple[Opening, ...] = ()
    """The hours of a week; none means open at any hour."""
    own: DayList = NO_DAYS
    """What its settings say; this wins."""
    public: DayList = NO_DAYS
    """What holds for the whole country."""

    def is_off(self, day: date) -> bool:
        """Whether the office is closed that day, whatever its hours."""
        return self._word(day) is False

    def is_worked_instead(self, day: date) -> bool:
        """Whether that day is named as one that is worked."""
        return self._word(day) is True

    def is_working_day(self, day: date) -> bool:
        """Whether it counts for deadlines: Monday to Friday but for days off, and whatever day is worked instead."""
        word = self._word(day)
        return day.weekday() < _WORKING_WEEK if word is None else word

    def weekday_of(self, day: date) -> int:
        """The weekday whose hours that day has."""
        whose = None
        if self.is_worked_instead(day):
            named = self.own if self.own.is_worked(day) else self.public
            whose = named.whose_hours(day)
            if whose is None and not self._has_hours(day.weekday()):
                whose = next(filter(self._has_hours, range(7)), None)
        return day.weekday() if whose is None else whose

    def hours_of(self, day: date) -> tuple[Span, ...]:
        """When it is open that day, in order and none twice; none where it is closed or has no hours at all."""
        if self.is_off(day):
            return ()
        weekday = self.weekday_of(day)
        return merged((opening.start, opening.end) for opening in self.openings if weekday in opening.weekdays)

    def is_closed_on(self, day: date) -> bool:
        """Whether it is not open at any time of that day."""
        return self.is_off(day) or (bool(self.openings) and not self.hours_of(day))

    def is_open(self, moment: datetime) -> bool:
        """Whether it is open then, by the moment's own zone."""
        if self.is_off(moment.date()):
            return False
        return not self.openings or any(start <= moment.time() < end for start, end in self.hours_of(moment.date()))

    def after(self, day: date, days: int) -> date:
        """The day on which so many working days after ``day`` are over: of a Friday, 1 is the Monday."""
        for _ in range(days):
            day += _DAY
            while not self.is_working_day(day):
                day += _DAY
        return day

    def between(self, first: date, last: date) -> int:
        """How many working days lie after ``first``, ``last`` included; negative where ``last`` is before it."""
        if last < first:
            return -self.between(last, first)
        return sum(self.is_working_day(first + number * _DAY) for number in range(1, (last - first).days + 1))

    def _word(self, day: date) -> bool | None:
        own = self.own.is_worked(day)
        return self.public.is_worked(day) if own is None else own

    def _has_hours(self, weekday: int) -> bool:
        return any(weekday in opening.weekdays for opening in self.openings)


ALWAYS_OPEN = Calendar()


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The spans in order, those that overlap or touch made one: no hour is in two of them."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if start >= end:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return tuple(found)


def day_text(text: str) -> str:
    """A day as settings name it: 2026-02-17, or 09-02 for every year.

    Raises ValueError for what is no day.
    """
    if _EVERY_YEAR.fullmatch(text):
        # A leap year, so that the 29th of February is a day.
        date.fromisoformat(f"2028-{text}")
    elif _ONE_DAY.fullmatch(text):
        date.fromisoformat(text)
    else:
        raise ValueError(text)
    return text


def parse_worked(text: str) -> tuple[str, int | None]:
    """A worked day, and the weekday whose hours it has: ``2026-08-22 as mon``, or ``… as 2026-08-31``.

    Raises ValueError for anything else.
    """
    found = _WORKED.fullmatch(text)
    if found is None:
        raise ValueError(text)
    day, whose = day_text(found["day"]), found["whose"]
    if whose is None:
        return day, None
    return day, WEEKDAYS.index(whose) if whose in WEEKDAYS else date.fromisoformat(whose).weekday()


def worked_text(text: str) -> str:
    """The same text, once it is known to name a worked day.

    Raises ValueError.
    """
    parse_worked(text)
    return text


def named_twice(off: Iterable[str], worked: Iterable[str]) -> list[str]:
    """The days that are named as a day off and as a worked one alike."""
    return sorted(set(off) & {parse_worked(text)[0] for text in worked})


def _is_among(day: str, days: Mapping[str, object] | frozenset[str]) -> bool:
    """Whether a day is among those of another list, by itself or as one of every year."""
    return day in days or day[-5:] in days
