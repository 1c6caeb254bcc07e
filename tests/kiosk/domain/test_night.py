"""When the resting screen dims."""

from datetime import datetime, time

import pytest

from kiosk.domain.night import Night


@pytest.mark.parametrize(("hour", "depth"), [(18, 0.0), (19, 0.8), (23, 0.8), (3, 0.8), (6, 0.8), (7, 0.0), (12, 0.0)])
def test_night_lasts_over_midnight(hour: int, depth: float):
    assert Night(time(19), time(6, 30)).depth_at(datetime(2026, 11, 23, hour, 0)) == depth  # noqa: DTZ001


def test_lunch_may_be_a_night_too():
    night = Night(time(12), time(13), 0.5)

    assert [night.depth_at(datetime(2026, 11, 23, hour, 30)) for hour in (11, 12, 13)] == [0.0, 0.5, 0.0]  # noqa: DTZ001


def test_same_moment_twice_is_never():
    assert Night(time(0), time(0)).depth_at(datetime(2026, 11, 23, 0, 0)) == 0.0  # noqa: DTZ001
