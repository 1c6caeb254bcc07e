"""How long a counter has been open: on worked days, not on days off, and no hour twice."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.office_calendar import Calendar, DayList, Opening
from sync.collector.fleet.kiosks.hours import DAYS_BACK_MAX, Hours, open_days_back
from tests.sync.collector.builders import HANOI

WEEK = frozenset(range(5))
BERLIN = ZoneInfo("Europe/Berlin")
SATURDAY = DayList.of(["2026-08-31"], ["2026-08-22 as mon"])

moments = st.datetimes(datetime(2024, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
clock_times = st.times(time(0), time(23, 59)).map(lambda at: at.replace(second=0, microsecond=0))
openings = st.lists(st.builds(Opening, st.frozensets(st.integers(0, 6)), clock_times, clock_times), max_size=6)
zones = st.sampled_from(
    [HANOI, BERLIN, ZoneInfo("America/New_York"), ZoneInfo("Pacific/Apia"), ZoneInfo("Asia/Tehran")]
)


def open_between(hours: Hours, since: datetime, until: datetime) -> timedelta:
    """How long it was open from one moment to another, but for what lies too far back."""
    first = max(since, until - timedelta(days=DAYS_BACK_MAX))
    return sum((closes - opens for opens, closes in hours.open_spans(first, until)), timedelta(0))


def open_on(day: date, *spans: Opening, days: DayList = SATURDAY, zone: ZoneInfo = HANOI) -> timedelta:
    start = datetime.combine(day, time(), zone)
    return open_between(Hours(Calendar(spans, days), zone), start, start + timedelta(days=1))


def test_worked_saturday_is_as_long_as_the_monday_it_is_worked_for() -> None:
    """Once: not once for every weekday that has hours."""
    each = [Opening(frozenset({day}), time(7, 30), time(17)) for day in range(5)]

    assert open_on(date(2026, 8, 22), *each) == timedelta(hours=9.5)
    assert open_on(date(2026, 8, 24), *each) == timedelta(hours=9.5)
    assert open_on(date(2026, 8, 31), *each) == timedelta(0)
    assert open_on(date(2026, 8, 29), *each) == timedelta(0)


def test_spans_that_overlap_are_counted_once() -> None:
    spans = (Opening(WEEK, time(7, 30), time(12)), Opening(WEEK, time(11), time(17)), Opening(WEEK, time(8), time(9)))

    assert open_on(date(2026, 8, 24), *spans) == timedelta(hours=9.5)


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 28), 8), (date(2026, 3, 29), 7), (date(2026, 10, 25), 9), (date(2026, 10, 26), 8)]
)
def test_hour_that_the_clocks_leave_out_or_show_twice_is_counted_as_it_is(day: date, hours: int) -> None:
    night = Opening(frozenset(range(7)), time(0), time(8))

    start = datetime.combine(day, time(), BERLIN)
    end = datetime.combine(day, time(23), BERLIN)
    found = open_between(Hours(Calendar((night,)), BERLIN), start, end)

    assert found == timedelta(hours=hours)


@given(openings, moments, st.timedeltas(timedelta(0), timedelta(days=30)), zones)
def test_no_more_is_counted_than_went_by(hours: list[Opening], since: datetime, gap: timedelta, zone: ZoneInfo) -> None:
    found = open_between(Hours(Calendar(tuple(hours), SATURDAY), zone), since, since + gap)

    assert timedelta(0) <= found <= min(gap, timedelta(days=DAYS_BACK_MAX))


@given(openings, moments, st.timedeltas(timedelta(0), timedelta(days=6)), st.floats(0, 1), zones)
def test_what_is_cut_in_two_is_as_long_as_the_whole(
    hours: list[Opening], since: datetime, gap: timedelta, cut: float, zone: ZoneInfo
) -> None:
    counted = Hours(Calendar(tuple(hours), SATURDAY), zone)
    middle, until = since + gap * cut, since + gap

    parts = open_between(counted, since, middle) + open_between(counted, middle, until)

    assert parts == open_between(counted, since, until)


@given(openings, openings, moments, st.timedeltas(timedelta(0), timedelta(days=8)), zones)
def test_hours_said_twice_count_as_if_said_once(
    hours: list[Opening], more: list[Opening], since: datetime, gap: timedelta, zone: ZoneInfo
) -> None:
    once = open_between(Hours(Calendar((*hours, *more)), zone), since, since + gap)

    assert open_between(Hours(Calendar((*hours, *more, *hours)), zone), since, since + gap) == once


@given(openings, moments, st.timedeltas(timedelta(0), timedelta(days=13)), st.integers(1, 1440), zones)
def test_whoever_was_heard_when_it_says_or_before_is_missed(
    hours: list[Opening], heard_at: datetime, gap: timedelta, minutes: int, zone: ZoneInfo
) -> None:
    counted, now, limit = Hours(Calendar(tuple(hours), SATURDAY), zone), heard_at + gap, timedelta(minutes=minutes)

    since = counted.missed_since(now, limit)

    assert (since is not None and heard_at <= since) is (open_between(counted, heard_at, now) >= limit)


def test_nobody_is_missed_where_nothing_was_open_for_a_fortnight() -> None:
    weekend = Hours(Calendar((Opening(frozenset({6}), time(8), time(9)),)), HANOI)

    assert weekend.missed_since(datetime(2026, 11, 20, tzinfo=HANOI), timedelta(hours=3)) is None


def test_open_days_pass_over_days_off_and_hold_worked_ones() -> None:
    calendar = Calendar((Opening(WEEK, time(7, 30), time(17)),), DayList.of(["2026-08-31"], ["2026-08-29 as mon"]))

    found = open_days_back(calendar, date(2026, 9, 1), 3)

    assert found == [date(2026, 8, 27), date(2026, 8, 28), date(2026, 8, 29)]
