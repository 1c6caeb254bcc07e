"""Periods: which days a report is about, written so that an address can carry them. Pure."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from kiosk.domain.instant import monday_of
from sync.collector.errors import QuestionWrong

DAYS_MAX = 1100
"""The longest free range: three years."""
FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2999, 12, 31)
"""No report is about days before or after; a week may begin before."""
_DAY = timedelta(days=1)


class Kind(StrEnum):
    """How a period is cut."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    RANGE = "range"


@dataclass(frozen=True, slots=True)
class Period:
    """Consecutive days, both ends included."""

    kind: Kind
    first: date
    last: date

    @property
    def code(self) -> str:
        """``2026-11-20``, ``2026-W47``, ``2026-11``, ``2026-Q4``, ``2026`` or ``2026-11-02..2026-11-20``."""
        match self.kind:
            case Kind.DAY:
                return self.first.isoformat()
            case Kind.WEEK:
                year, week, _ = self.first.isocalendar()
                return f"{year}-W{week:02d}"
            case Kind.MONTH:
                return f"{self.first:%Y-%m}"
            case Kind.QUARTER:
                return f"{self.first.year}-Q{(self.first.month + 2) // 3}"
            case Kind.YEAR:
                return f"{self.first.year:04d}"
        return f"{self.first}..{self.last}"

    @property
    def previous(self) -> "Period":
        """The one before, of the same kind; before a free range as many days."""
        if self.kind is Kind.RANGE:
            return Period(Kind.RANGE, self.first - (self.last - self.first) - _DAY, self.first - _DAY)
        return period_of(self.kind, self.first - _DAY)

    def until(self, today: date) -> "Period":
        """As much of it as has begun by ``today``."""
        return Period(self.kind, self.first, max(self.first, min(self.last, today)))

    def is_open(self, today: date) -> bool:
        """Whether the period is not over yet."""
        return today <= self.last

    def same_days_of(self, other: "Period", today: date) -> "Period":
        """As much of ``other`` as stands against what has begun of this one: 1 to 20 against 1 to 20."""
        if not self.is_open(today):
            return other
        begun = self.until(today)
        return Period(other.kind, other.first, min(other.last, other.first + (begun.last - begun.first)))


def period_of(kind: Kind, day: date) -> Period:
    """The period of a kind in which a day lies."""
    match kind:
        case Kind.WEEK:
            first = monday_of(day)
            return Period(kind, first, first + timedelta(days=6))
        case Kind.MONTH:
            return Period(kind, day.replace(day=1), _month_end(day.year, day.month))
        case Kind.QUARTER:
            month = (day.month - 1) // 3 * 3 + 1
            return Period(kind, date(day.year, month, 1), _month_end(day.year, month + 2))
        case Kind.YEAR:
            return Period(kind, date(day.year, 1, 1), date(day.year, 12, 31))
    return Period(kind, day, day)


def parse_period(code: str) -> Period:
    """The period that ``code`` writes.

    Raises QuestionWrong with the ways to write one.
    """
    try:
        found = _parse(code)
    except (ValueError, OverflowError) as error:
        raise _unknown(code) from error
    if found is None or not 0 <= (found.last - found.first).days < DAYS_MAX:
        raise _unknown(code)
    if found.last < FIRST_DAY or found.first > LAST_DAY:
        raise _unknown(code)
    return found


def open_since(today: date, closed_after_days: int) -> date:
    """The first day of the first month that is not closed: all before it are, so many whole days after their end."""
    return (today - timedelta(days=closed_after_days)).replace(day=1)


def _parse(code: str) -> Period | None:
    first, _, last = code.partition("..")
    if last:
        return Period(Kind.RANGE, _day(first), _day(last))
    if week := re.fullmatch(r"(\d{4})-W(\d{2})", code, re.ASCII):
        return period_of(Kind.WEEK, date.fromisocalendar(int(week[1]), int(week[2]), 1))
    if quarter := re.fullmatch(r"(\d{4})-Q([1-4])", code, re.ASCII):
        return period_of(Kind.QUARTER, date(int(quarter[1]), int(quarter[2]) * 3, 1))
    if month := re.fullmatch(r"(\d{4})-(\d{2})", code, re.ASCII):
        return period_of(Kind.MONTH, date(int(month[1]), int(month[2]), 1))
    if year := re.fullmatch(r"\d{4}", code, re.ASCII):
        return period_of(Kind.YEAR, date(int(year[0]), 1, 1))
    return period_of(Kind.DAY, _day(code))


def _day(code: str) -> date:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", code, re.ASCII):
        raise ValueError(code)
    return date.fromisoformat(code)


def _unknown(code: str) -> QuestionWrong:
    return QuestionWrong(
        "{code!r} is no period: write 2026-11-20, 2026-W47, 2026-11, 2026-Q4, 2026 or 2026-11-02..2026-11-20",
        code=code[:40],
    )


def _month_end(year: int, month: int) -> date:
    return (date(year, month, 28) + timedelta(days=4)).replace(day=1) - _DAY
