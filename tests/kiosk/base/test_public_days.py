"""The country's days off: Tết by the moon over Hà Nội, what was decreed, and what holds from 2026 on."""

from datetime import date, datetime, time, timedelta
from math import pi, sin
from zoneinfo import ZoneInfo

import pytest

from kiosk.base.public_days import public_days
from kiosk.domain.office_calendar import Calendar, Opening
from kiosk.office.settings import KioskSettings

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
WEEK = (Opening(frozenset(range(5)), time(7, 30), time(17)),)
VIETNAM = Calendar(WEEK, public=public_days("vietnam"))
TET = {
    2024: date(2024, 2, 10), 2025: date(2025, 1, 29), 2026: date(2026, 2, 17), 2027: date(2027, 2, 6),
    2028: date(2028, 1, 26), 2029: date(2029, 2, 13), 2030: date(2030, 2, 2),
}  # fmt: skip
# As announced, or as the law has them where nothing is announced yet: 29 or 30 Chạp to mùng 4 or 5, with days in lieu.
TET_OFF = {
    2024: (date(2024, 2, 8), date(2024, 2, 14)), 2025: (date(2025, 1, 27), date(2025, 1, 31)),
    2026: (date(2026, 2, 16), date(2026, 2, 20)), 2027: (date(2027, 2, 4), date(2027, 2, 10)),
    2028: (date(2028, 1, 24), date(2028, 1, 28)), 2029: (date(2029, 2, 12), date(2029, 2, 16)),
    2030: (date(2030, 1, 31), date(2030, 2, 6)),
}  # fmt: skip
HUNG_KINGS = {
    2024: date(2024, 4, 18), 2025: date(2025, 4, 7), 2026: date(2026, 4, 26), 2027: date(2027, 4, 16),
    2028: date(2028, 4, 4), 2029: date(2029, 4, 23), 2030: date(2030, 4, 12),
}  # fmt: skip


def new_moon_near(day: date) -> datetime:
    """The new moon nearest to a day, within some minutes: the mean one, and the terms above a hundredth of a day."""
    k = round(((day - date(2000, 1, 6)).days) / 29.530588861)
    t = k / 1236.85
    sun, moon = 2.5534 + 29.1053567 * k, 201.5643 + 385.81693528 * k + 0.0107582 * t * t
    node = 160.7108 + 390.67050284 * k - 0.0016118 * t * t
    m, mm, f = (angle * pi / 180 for angle in (sun, moon, node))
    days = 2451550.09766 + 29.530588861 * k + 0.00015437 * t * t
    days += -0.4072 * sin(mm) + 0.17241 * sin(m) + 0.01608 * sin(2 * mm) + 0.01039 * sin(2 * f)
    days += 0.00739 * sin(mm - m) - 0.00514 * sin(mm + m) + 0.00208 * sin(2 * m)
    dynamical = datetime(2000, 1, 1, 12, tzinfo=ZoneInfo("UTC")) + timedelta(days=days - 2451545.0)
    return (dynamical - timedelta(seconds=72)).astimezone(HANOI)


@pytest.mark.parametrize("year", TET)
def test_tet_is_the_day_of_the_new_moon_over_hanoi(year: int):
    assert new_moon_near(TET[year]).date() == TET[year]


@pytest.mark.parametrize("year", TET)
def test_tet_and_the_days_around_it_are_off(year: int):
    first, last = TET_OFF[year]
    week = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    assert TET[year] in week

    assert all(VIETNAM.is_off(day) or day.weekday() > 4 for day in week)
    assert not VIETNAM.is_off(first - timedelta(days=1))
    assert VIETNAM.is_working_day(VIETNAM.after(last, 1))
    assert not VIETNAM.is_off(last + timedelta(days=5))


@pytest.mark.parametrize("year", HUNG_KINGS)
def test_commemoration_of_the_hung_kings_is_the_tenth_of_the_third_moon(year: int):
    third = new_moon_near(TET[year] + timedelta(days=59)).date()
    assert third + timedelta(days=9) == HUNG_KINGS[year]

    assert VIETNAM.is_off(HUNG_KINGS[year])


@pytest.mark.parametrize(
    ("off", "worked"),
    [
        (date(2024, 4, 29), date(2024, 5, 4)),
        (date(2025, 5, 2), date(2025, 4, 26)),
        (date(2026, 1, 2), date(2026, 1, 10)),
        (date(2026, 8, 31), date(2026, 8, 22)),
    ],
)
def test_decreed_swap_is_known_with_both_days_and_whose_hours(off: date, worked: date):
    assert VIETNAM.is_off(off)
    assert VIETNAM.hours_of(worked)
    assert VIETNAM.weekday_of(worked) == off.weekday()
    assert VIETNAM.is_working_day(worked)


def test_vietnam_culture_day_is_off_from_2026_on():
    assert not VIETNAM.is_off(date(2025, 11, 24))
    assert all(VIETNAM.is_off(date(year, 11, 24)) for year in range(2026, 2061))
    # Where it falls on a week's end, the Monday after is off in its stead.
    assert VIETNAM.is_off(date(2029, 11, 26))


@pytest.mark.parametrize("year", range(2024, 2061))
def test_every_year_has_the_days_of_the_law(year: int):
    fixed = [(1, 1), (4, 30), (5, 1), (9, 2)]
    off = [day for number in range(366) if VIETNAM.is_off(day := date(year, 1, 1) + timedelta(days=number))]

    assert all(date(year, *day) in off for day in fixed)
    assert 11 <= sum(day.year == year for day in off) <= 20


def test_clock_without_a_battery_wakes_on_no_day_off():
    """Presses of a machine that calls it 1 January 1970 or 2000 must not be set aside for that."""
    assert KioskSettings().rules.is_open(datetime(1970, 1, 1, 9, tzinfo=HANOI))
    assert KioskSettings().rules.is_open(datetime(2000, 1, 1, 9, tzinfo=HANOI))


def test_office_abroad_takes_no_days_of_vietnam():
    assert not Calendar(public=public_days("none")).is_off(date(2026, 9, 2))
