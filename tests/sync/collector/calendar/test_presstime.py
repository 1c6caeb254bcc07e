"""Press time: the boot clock measures, the collector's clock dates."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from sync.collector.calendar.presstime import LocalDays, PressClock, TimeQuality, TimeUnreadable
from sync.collector.store.schema import micros
from tests.sync.collector.builders import DAYS

RECEIVED = micros(datetime(2026, 11, 20, 5, 0, tzinfo=UTC))
HOUR = 3_600_000_000
WALL = "2020-01-01T12:00:00+07:00"
WALL_US = micros(datetime(2020, 1, 1, 5, 0, tzinfo=UTC))


def clock(**offsets: int) -> PressClock:
    return PressClock(RECEIVED, "now", 10 * HOUR, offsets.get)


def test_an_entry_of_the_same_boot_is_dated_exactly_whatever_the_wall_clock_says() -> None:
    assert clock().date("1970-01-01T07:00:00+07:00", 9 * HOUR, "now") == (RECEIVED - HOUR, TimeQuality.EXACT)


def test_an_entry_of_an_earlier_boot_is_dated_from_when_that_boot_was_heard() -> None:
    offset = RECEIVED - 50 * HOUR

    assert clock(before=offset).date(WALL, HOUR, "before") == (offset + HOUR, TimeQuality.CORRECTED)


def test_an_entry_of_a_boot_never_heard_keeps_its_wall_time_marked_uncertain() -> None:
    assert clock().date(WALL, HOUR, "before") == (WALL_US, TimeQuality.UNCERTAIN)


def test_a_boot_clock_ahead_of_its_own_request_is_not_believed() -> None:
    assert clock(now=RECEIVED).date(WALL, 11 * HOUR, "now") == (WALL_US, TimeQuality.UNCERTAIN)


def test_a_press_cannot_lie_in_the_future_of_its_receipt() -> None:
    assert clock(before=RECEIVED).date(WALL, HOUR, "before") == (WALL_US, TimeQuality.UNCERTAIN)


@pytest.mark.parametrize("at", ["", "noon", "2026-11-20", "2026-11-20T12:00:00", "9999-12-31T00:00:00+00:00"])
def test_a_wall_time_that_is_none_is_said_to_be_unreadable(at: str) -> None:
    with pytest.raises(TimeUnreadable):
        clock().date(at, HOUR, "before")


@pytest.mark.parametrize(
    ("utc", "day", "part"),
    [
        (datetime(2026, 11, 19, 16, 59, 59, tzinfo=UTC), "2026-11-19", "pm"),
        (datetime(2026, 11, 19, 17, 0, tzinfo=UTC), "2026-11-20", "am"),
        (datetime(2026, 11, 20, 4, 59, 59, 999_999, tzinfo=UTC), "2026-11-20", "am"),
        (datetime(2026, 11, 20, 5, 0, tzinfo=UTC), "2026-11-20", "pm"),
    ],
)
def test_days_and_halves_of_days_are_those_of_the_office(utc: datetime, day: str, part: str) -> None:
    assert DAYS.place(micros(utc)) == (day, part)
    assert DAYS.today(utc) == (day, part)


def test_a_zone_that_is_not_a_whole_hour_away_has_its_own_midnight() -> None:
    kathmandu = LocalDays(ZoneInfo("Asia/Kathmandu"))

    assert kathmandu.place(micros(datetime(2026, 11, 19, 18, 15, tzinfo=UTC))) == ("2026-11-20", "am")
    assert kathmandu.place(micros(datetime(2026, 11, 19, 18, 14, 59, tzinfo=UTC))) == ("2026-11-19", "pm")


def test_a_moment_outside_the_calendar_is_unreadable() -> None:
    with pytest.raises(TimeUnreadable):
        DAYS.place(2**62)
