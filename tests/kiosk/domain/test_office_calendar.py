"""One calendar: days off, days worked with whose hours, and hours that are never counted twice."""

from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.office_calendar import Calendar, DayList, Opening, day_text, merged, named_twice, parse_worked
from tests.builders import ZONE

WEEK = frozenset(range(5))
HOURS = (Opening(WEEK, time(7, 30), time(11, 30)), Opening(WEEK, time(13, 30), time(17)))
FULL_DAY = ((time(7, 30), time(11, 30)), (time(13, 30), time(17)))
SATURDAY, MONDAY = date(2026, 8, 22), date(2026, 8, 31)
FRIDAY = date(2026, 11, 20)
SWAP = DayList.of(["2026-08-31"], ["2026-08-22 as 2026-08-31"])

clock_times = st.times(time(0), time(23, 59)).map(lambda at: at.replace(second=0, microsecond=0))
days = st.dates(date(2024, 1, 1), date(2031, 12, 31))
spans = st.lists(st.tuples(clock_times, clock_times), max_size=8)
openings = st.lists(st.builds(Opening, st.frozensets(st.integers(0, 6)), clock_times, clock_times), max_size=6)
zones = st.sampled_from(
    [ZONE, ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe")]
)


def minutes(of: object) -> set[int]:
    """The minutes of the day that spans hold."""
    return {at for start, end in of for at in range(start.hour * 60 + start.minute, end.hour * 60 + end.minute)}  # type: ignore[attr-defined]


def test_worked_saturday_has_the_hours_of_the_day_it_is_worked_for():
    calendar = Calendar(HOURS, SWAP)

    assert calendar.hours_of(SATURDAY) == FULL_DAY
    assert calendar.is_open(datetime(2026, 8, 22, 9, tzinfo=ZONE))
    assert not calendar.is_open(datetime(2026, 8, 22, 12, tzinfo=ZONE))
    assert not calendar.is_open(datetime(2026, 8, 31, 9, tzinfo=ZONE))
    assert not calendar.is_open(datetime(2026, 8, 29, 9, tzinfo=ZONE))


def test_worked_day_has_the_hours_of_its_weekday_and_no_others():
    short_friday = (Opening(frozenset({0}), time(8), time(17)), Opening(frozenset({4}), time(8), time(11)))
    calendar = Calendar(short_friday, DayList.of(worked=["2026-08-22 as fri", "2026-08-29", "2026-09-05 as sun"]))

    assert calendar.hours_of(SATURDAY) == ((time(8), time(11)),)
    assert calendar.hours_of(date(2026, 8, 29)) == ((time(8), time(17)),)
    assert calendar.hours_of(date(2026, 9, 5)) == ()


def test_worked_day_keeps_its_own_hours_where_it_has_some():
    mornings = (*HOURS, Opening(frozenset({5}), time(7, 30), time(11)))
    calendar = Calendar(mornings, DayList.of(worked=["2026-08-22", "2026-09-02"]), DayList.of(["2026-09-02"]))

    assert calendar.hours_of(SATURDAY) == ((time(7, 30), time(11)),)
    assert calendar.hours_of(date(2026, 9, 2)) == FULL_DAY


def test_office_without_hours_is_always_open_but_on_days_off():
    calendar = Calendar((), DayList.of(["09-02"]))

    assert calendar.is_open(datetime(2026, 9, 1, 23, tzinfo=ZONE))
    assert not calendar.is_open(datetime(2027, 9, 2, 9, tzinfo=ZONE))
    assert calendar.is_closed_on(date(2026, 9, 2))
    assert not calendar.is_closed_on(date(2026, 9, 6))


def test_what_settings_say_wins_over_the_country():
    public = DayList.of(["2026-08-31", "2026-09-02"], ["2026-08-22 as mon"])
    calendar = Calendar(HOURS, DayList.of(["2026-08-22"], ["2026-08-31"]), public)

    assert calendar.hours_of(SATURDAY) == ()
    assert calendar.hours_of(MONDAY) == FULL_DAY
    assert calendar.is_off(date(2026, 9, 2))


def test_of_lists_laid_over_each_other_the_upper_one_decides_day_by_day():
    lower = DayList.of(["2026-08-31", "2026-09-01", "09-02"], ["2026-08-22 as mon", "2026-08-29"])
    upper = DayList.of(["2026-08-29", "2026-12-24"], ["2026-08-31", "2027-09-02 as thu"])

    both = lower.under(upper)

    assert both.off == {"2026-09-01", "09-02", "2026-08-29", "2026-12-24"}
    assert both.worked == {"2026-08-22": 0, "2026-08-31": None, "2027-09-02": 3}
    assert both.is_worked(date(2027, 9, 2)) is True
    assert both.is_worked(date(2026, 9, 2)) is False
    assert both.is_worked(date(2026, 9, 3)) is None


def test_day_of_every_year_above_ends_what_was_said_of_one_year_below():
    assert DayList.of(worked=["2026-09-02"]).under(DayList.of(["09-02"])).is_worked(date(2026, 9, 2)) is False


def test_days_are_written_back_as_they_are_read():
    texts = ("2026-08-22 as mon", "2026-08-29", "12-24 as fri")

    assert DayList.of(worked=texts).worked_texts == texts


@pytest.mark.parametrize(
    ("first", "number", "last"),
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
def test_deadlines_pass_over_week_ends_and_days_off_and_count_worked_days(first: date, number: int, last: date):
    calendar = Calendar(HOURS, DayList.of(["09-02", "2026-11-24"], ["2026-11-28"]))

    assert calendar.after(first, number) == last
    assert calendar.between(first, last) == number
    assert calendar.between(last, first) == -number


@given(spans)
def test_merged_spans_hold_every_minute_once(given_spans: list[tuple[time, time]]):
    found = merged(given_spans)

    assert minutes(found) == minutes(given_spans)
    assert sum((len(minutes([span])) for span in found), 0) == len(minutes(given_spans))
    assert all(before[1] < after[0] for before, after in pairwise(found))


@given(openings, days, st.sets(days), st.dictionaries(days, st.sampled_from([None, *range(7)])), clock_times, zones)
def test_hours_and_moments_agree(
    hours: list[Opening], day: date, off: set[date], worked: dict[date, int | None], at: time, zone: ZoneInfo
):
    named = DayList(frozenset(map(str, off)), {str(one): whose for one, whose in worked.items()})
    calendar = Calendar(tuple(hours), named)
    in_hours = any(start <= at < end for start, end in calendar.hours_of(day))
    always = not hours and not calendar.is_off(day)

    assert calendar.is_open(datetime.combine(day, at, zone)) == (in_hours or always)
    assert calendar.is_closed_on(day) == (not calendar.hours_of(day) and not always)
    if calendar.is_off(day):
        assert not calendar.is_open(datetime.combine(day, at, zone))


@given(days, st.integers(0, 40), st.sets(days, max_size=20), st.sets(days, max_size=20))
def test_deadline_is_so_many_working_days_later(first: date, number: int, off: set[date], worked: set[date]):
    calendar = Calendar(HOURS, DayList.of(map(str, off), map(str, worked)))

    last = calendar.after(first, number)

    assert calendar.between(first, last) == number
    assert last == first or calendar.is_working_day(last)
    assert calendar.between(first, last + timedelta(days=9)) >= number


@pytest.mark.parametrize("text", ["02-29", "2026-02-17", "09-02"])
def test_day_is_one_of_a_year_or_of_every(text: str):
    assert day_text(text) == text


@pytest.mark.parametrize("text", ["2026-02-30", "13-01", "2/9", "", "Tết", "20260217", "2026-W08-2", "2026-02-17\n"])
def test_anything_else_is_no_day(text: str):
    with pytest.raises(ValueError, match=r".*"):
        day_text(text)
    with pytest.raises(ValueError, match=r".*"):
        parse_worked(text)


@pytest.mark.parametrize("text", ["2026-08-22 as", "2026-08-22 as Monday", "2026-08-22 as 31/08", "as mon", "a as mon"])
def test_worked_day_names_a_weekday_or_a_day_whose_hours_it_has(text: str):
    with pytest.raises(ValueError, match=r".*"):
        parse_worked(text)


def test_day_that_is_off_and_worked_is_found():
    assert named_twice(["2026-08-22", "09-02"], ["2026-08-22 as mon", "2026-09-02"]) == ["2026-08-22"]
