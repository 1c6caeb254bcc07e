"""What is a press, and what only touches the glass."""

import pytest

from kiosk.domain.glass import Glass, GlassRules, Touch
from tests.builders import FrozenClock


@pytest.fixture
def glass() -> Glass:
    return Glass(GlassRules(interval_s_min=0.3, held_s_max=5.0))


def test_finger_down_and_up_on_the_same_target_is_a_press(glass: Glass, clock: FrozenClock):
    assert glass.down(1, "face 4", 0, clock.now())

    assert glass.up(1, "face 4", 0, clock.now()) is Touch.PRESS


def test_second_finger_is_no_press_while_the_first_one_still_is(glass: Glass, clock: FrozenClock):
    glass.down(1, "face 4", 0, clock.now())

    assert not glass.down(2, "face 1", 0, clock.now())
    assert glass.up(2, "face 1", 0, clock.now()) is Touch.SECOND_FINGER
    assert glass.up(1, "face 4", 0, clock.now()) is Touch.PRESS


def test_finger_beside_a_palm_is_no_press(glass: Glass, clock: FrozenClock):
    glass.down("palm", None, 0, clock.now())
    glass.down(1, "face 1", 0, clock.now())

    assert glass.up(1, "face 1", 0, clock.now()) is Touch.SECOND_FINGER


@pytest.mark.parametrize("ends_on", ["face 5", None])
def test_finger_that_slides_off_is_no_press(glass: Glass, clock: FrozenClock, ends_on: str | None):
    glass.down(1, "face 4", 0, clock.now())

    assert glass.up(1, ends_on, 0, clock.now()) is Touch.SLID_OFF


def test_finger_that_slides_onto_a_target_is_no_press(glass: Glass, clock: FrozenClock):
    glass.down(1, None, 0, clock.now())

    assert glass.up(1, "face 4", 0, clock.now()) is Touch.SLID_OFF


def test_finger_that_was_down_before_the_screen_changed_is_no_press(glass: Glass, clock: FrozenClock):
    glass.down(1, "face 4", 7, clock.now())

    assert glass.up(1, "face 4", 8, clock.now()) is Touch.OTHER_SCREEN


def test_bounce_of_the_driver_is_no_second_press(glass: Glass, clock: FrozenClock):
    glass.down(1, "wait", 0, clock.now())
    glass.up(1, "wait", 0, clock.now())
    clock.advance(0.29)

    assert not glass.down(2, "wait", 0, clock.now())
    assert glass.up(2, "wait", 0, clock.now()) is Touch.TOO_SOON


def test_press_after_the_interval_is_a_press_again(glass: Glass, clock: FrozenClock):
    glass.down(1, "wait", 0, clock.now())
    glass.up(1, "wait", 0, clock.now())
    clock.advance(0.3)
    glass.down(2, "wait", 0, clock.now())

    assert glass.up(2, "wait", 0, clock.now()) is Touch.PRESS


def test_what_is_no_press_does_not_delay_the_next_one(glass: Glass, clock: FrozenClock):
    glass.down(1, "face 4", 0, clock.now())
    glass.up(1, None, 0, clock.now())
    glass.down(2, "face 4", 0, clock.now())

    assert glass.up(2, "face 4", 0, clock.now()) is Touch.PRESS


def test_thing_that_leans_on_a_face_is_no_press(glass: Glass, clock: FrozenClock):
    glass.down(1, "face 4", 0, clock.now())
    clock.advance(5.1)

    assert glass.up(1, "face 4", 0, clock.now()) is Touch.HELD


def test_finger_whose_up_was_lost_does_not_block_the_kiosk(glass: Glass, clock: FrozenClock):
    glass.down("lost", "face 1", 0, clock.now())
    clock.advance(5.1)
    glass.down(2, "face 4", 0, clock.now())

    assert glass.up(2, "face 4", 0, clock.now()) is Touch.PRESS
    assert glass.up("lost", "face 1", 0, clock.now()) is Touch.HELD
