"""The office's day: which part is open when, and when it is over."""

from datetime import date, datetime, time

import pytest

from kiosk.domain.office_calendar import ALWAYS_OPEN, Calendar, DayList, Opening
from kiosk.domain.office_day import part_hours, part_is_over, part_told_from
from tests.builders import ZONE

WEEKDAYS = frozenset(range(5))
HOURS = Calendar((Opening(WEEKDAYS, time(7, 30), time(11, 30)), Opening(WEEKDAYS, time(13, 30), time(17))))
MONDAY, SUNDAY = date(2026, 11, 16), date(2026, 11, 15)


@pytest.mark.parametrize(
    ("day", "part", "clock", "over"),
    [
        ("2026-11-16", "am", (12, 5), False),  # a citizen may still choose another face
        ("2026-11-16", "am", (12, 10), True),
        ("2026-11-16", "pm", (23, 59), False),
        ("2026-11-15", "pm", (0, 5), False),
        ("2026-11-15", "pm", (0, 10), True),
    ],
)
def test_part_of_a_day_is_over_a_little_after_noon_or_midnight(day, part, clock, over):
    assert part_is_over(day, part, datetime(2026, 11, 16, *clock, tzinfo=ZONE)) is over


@pytest.mark.parametrize(
    ("part", "clock", "over"),
    [("am", (11, 39), False), ("am", (11, 40), True), ("pm", (17, 9), False), ("pm", (17, 10), True)],
)
def test_part_of_a_day_is_over_a_little_after_the_office_closed_for_it(part, clock, over):
    assert part_is_over("2026-11-16", part, datetime(2026, 11, 16, *clock, tzinfo=ZONE), HOURS) is over


def test_day_on_which_the_office_stays_closed_ends_as_days_end():
    evening = datetime(2026, 11, 15, 20, tzinfo=ZONE)

    assert part_is_over("2026-11-15", "am", evening, HOURS)
    assert not part_is_over("2026-11-15", "pm", evening, HOURS)


def test_hours_are_told_by_the_part_of_the_day():
    through_noon = Calendar((Opening(WEEKDAYS, time(8), time(16)),))

    assert part_hours(HOURS, MONDAY, "am") == ((time(7, 30), time(11, 30)),)
    assert part_hours(through_noon, MONDAY, "pm") == ((time(12), time(16)),)
    assert part_hours(HOURS, SUNDAY, "am") == ()


@pytest.mark.parametrize(
    ("part", "calendar", "told_from"),
    [
        ("am", HOURS, time(11, 40)),
        ("pm", HOURS, time(17, 10)),
        ("am", ALWAYS_OPEN, time(12, 10)),
        ("pm", ALWAYS_OPEN, time(0, 10)),
    ],
)
def test_part_of_a_day_is_told_from_when_it_is_over(part, calendar, told_from):
    assert part_told_from(MONDAY, part, calendar) == told_from


def test_worked_saturday_is_over_when_its_hours_are():
    calendar = Calendar(HOURS.openings, DayList.of(worked=["2026-11-14 as mon"]))

    assert part_hours(calendar, date(2026, 11, 14), "pm") == ((time(13, 30), time(17)),)
    assert part_is_over("2026-11-14", "pm", datetime(2026, 11, 14, 17, 10, tzinfo=ZONE), calendar)
    assert not part_is_over("2026-11-14", "pm", datetime(2026, 11, 14, 17, 10, tzinfo=ZONE), HOURS)
