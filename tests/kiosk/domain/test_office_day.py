"""The office's day: which part is open when."""

from datetime import date, time

from kiosk.domain.office_calendar import Calendar, DayList, Opening
from kiosk.domain.office_day import part_hours

WEEKDAYS = frozenset(range(5))
HOURS = Calendar((Opening(WEEKDAYS, time(7, 30), time(11, 30)), Opening(WEEKDAYS, time(13, 30), time(17))))
MONDAY, SUNDAY = date(2026, 11, 16), date(2026, 11, 15)


def test_hours_are_told_by_the_part_of_the_day():
    through_noon = Calendar((Opening(WEEKDAYS, time(8), time(16)),))

    assert part_hours(HOURS, MONDAY, "am") == ((time(7, 30), time(11, 30)),)
    assert part_hours(through_noon, MONDAY, "pm") == ((time(12), time(16)),)
    assert part_hours(HOURS, SUNDAY, "am") == ()


def test_worked_saturday_has_the_hours_of_its_weekday():
    calendar = Calendar(HOURS.openings, DayList.of(worked=["2026-11-14 as mon"]))

    assert part_hours(calendar, date(2026, 11, 14), "pm") == ((time(13, 30), time(17)),)
