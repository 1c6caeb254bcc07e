"""How a press stands by the office's rules."""

from datetime import time

import pytest

from kiosk.domain.office_calendar import Calendar, Opening
from kiosk.domain.visit.rating import Standing
from tests.builders import FrozenClock
from tests.visits import Citizen


@pytest.mark.parametrize(
    ("after_s", "standing"), [(0.0, Standing.REPEAT), (4.9, Standing.REPEAT), (5.0, Standing.COUNTED)]
)
def test_press_within_the_window_after_a_finished_visit_is_a_repeat(
    clock: FrozenClock, after_s: float, standing: Standing
):
    ended = clock.now()
    citizen = Citizen(clock, last_end=ended)
    clock.advance(after_s)

    citizen.does("press_face", 5)

    assert citizen.visit.standing is standing
    assert citizen.due()[0].standing is standing  # type: ignore[union-attr]


def test_repeat_window_of_zero_turns_the_rule_off(clock: FrozenClock):
    citizen = Citizen(clock, last_end=clock.now(), repeat_window_s=0).does("press_face", 5)

    assert citizen.visit.standing is Standing.COUNTED


def test_test_mode_marks_every_rating(clock: FrozenClock):
    citizen = Citizen(clock, test=True, last_end=clock.now()).does("press_face", 5)

    assert citizen.visit.standing is Standing.TEST


def test_press_outside_office_hours_is_set_aside(clock: FrozenClock):
    monday_morning = Calendar((Opening(frozenset({0}), time(7, 30), time(11, 30)),))  # the clock stands at Monday 08:00

    assert Citizen(clock, calendar=monday_morning).does("press_face", 5).visit.standing is Standing.COUNTED
    clock.advance(3.5 * 3600)
    assert Citizen(clock, calendar=monday_morning).does("press_face", 5).visit.standing is Standing.OUT_OF_HOURS
