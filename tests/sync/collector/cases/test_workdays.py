"""Deadlines are counted in days on which the office is open."""

from datetime import date

import pytest
from sync.collector.workdays import WorkDays, holiday

from kiosk.setting_rules import Unfit

DAYS = WorkDays.of(["09-02", "2026-11-24"], ["2026-11-28"])
FRIDAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("first", "days", "last"),
    [
        (FRIDAY, 1, date(2026, 11, 23)),
        (FRIDAY, 2, date(2026, 11, 25)),
        (FRIDAY, 5, date(2026, 11, 28)),
        (FRIDAY, 6, date(2026, 11, 30)),
        (date(2027, 9, 1), 1, date(2027, 9, 3)),
        (date(2026, 11, 21), 1, date(2026, 11, 23)),
    ],
    ids=["week's end", "holiday", "worked Saturday", "Sunday after it", "holiday of every year", "from a Saturday"],
)
def test_working_days_pass_over_week_ends_and_holidays(first: date, days: int, last: date) -> None:
    assert DAYS.after(first, days) == last
    assert DAYS.between(first, last) == days
    assert DAYS.between(last, first) == -days


@pytest.mark.parametrize("text", ["02-29", "2026-02-17", "09-02"])
def test_day_off_is_a_day_of_one_year_or_of_every(text: str) -> None:
    assert holiday(text) == text


@pytest.mark.parametrize("text", ["2026-02-30", "13-01", "2/9", "", "Tết"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(Unfit):
        holiday(text)
