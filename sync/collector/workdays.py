"""Working days: deadlines are counted in days on which the office is open. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from kiosk.setting_rules import Unfit

_DAY = timedelta(days=1)
_EVERY_YEAR = re.compile(r"\d\d-\d\d", re.ASCII)


def holiday(text: str) -> str:
    """The rule of a day off: 2026-02-17, or 09-02 for every year."""
    try:
        # A leap year, so that the 29th of February is a day.
        date.fromisoformat(f"2028-{text}" if _EVERY_YEAR.fullmatch(text) else text)
    except ValueError as error:
        raise Unfit("must be a day such as 2026-02-17, or 09-02 for every year, not {input!r}") from error
    return text


@dataclass(frozen=True, slots=True)
class WorkDays:
    """Monday to Friday but for the holidays, and whatever day is worked instead."""

    holidays: frozenset[str] = field(default=frozenset())
    """As written in the settings."""
    worked: frozenset[str] = field(default=frozenset())
    """Days at a week's end that are worked, as the government shifts them."""

    @classmethod
    def of(cls, holidays: Iterable[str], worked: Iterable[str] = ()) -> "WorkDays":
        """Of what the settings list."""
        return cls(frozenset(holidays), frozenset(worked))

    def is_worked(self, day: date) -> bool:
        """Whether the office is open that day."""
        if self.worked & {day.isoformat(), f"{day:%m-%d}"}:
            return True
        return day.weekday() < 5 and not self.holidays & {day.isoformat(), f"{day:%m-%d}"}

    def after(self, day: date, days: int) -> date:
        """The day on which so many working days after ``day`` are over: of a Friday, 1 is the Monday."""
        for _ in range(days):
            day += _DAY
            while not self.is_worked(day):
                day += _DAY
        return day

    def between(self, first: date, last: date) -> int:
        """How many working days lie after ``first``, ``last`` included; negative where ``last`` is before it."""
        if last < first:
            return -self.between(last, first)
        return sum(self.is_worked(first + number * _DAY) for number in range(1, (last - first).days + 1))
