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


def test_palm_is_no_press_not_even_its_first_finger(glass: Glass, clock: FrozenClock):
    for finger, face in enumerate(("face 3", "face 4", "face 5")):
        glass.down(finger, face, 0, clock.now())

    assert [glass.up(finger, f"face {3 + finger}", 0, clock.now()) for finger in range(3)] == [Touch.PALM] * 3


def test_finger_that_rubs_within_one_target_is_no_press(glass: Glass, clock: FrozenClock):
    glass.down(1, "face 4", 0, clock.now(), place=(100.0, 50.0))
    assert not glass.move(1, (116.0, 50.0))
    glass.move(1, (100.0, 50.0))

    assert glass.up(1, "face 4", 0, clock.now()) is Touch.WANDERED


def test_unsteady_finger_is_a_press(glass: Glass, clock: FrozenClock):
    glass.down(1, "face 4", 0, clock.now(), place=(100.0, 50.0))
    for place in ((108.0, 56.0), (92.0, 44.0), (104.0, 50.0)):
        assert glass.move(1, place)

    assert glass.up(1, "face 4", 0, clock.now()) is Touch.PRESS


def test_keys_are_struck_faster_than_faces_but_a_bounce_is_still_one(glass: Glass, clock: FrozenClock):
    glass.down(1, "key a", 0, clock.now(), key=True)
    glass.up(1, "key a", 0, clock.now())
    clock.advance(0.04)
    glass.down(2, "key a", 0, clock.now(), key=True)
    assert glass.up(2, "key a", 0, clock.now()) is Touch.TOO_SOON

    clock.advance(0.05)
    glass.down(3, "key a", 0, clock.now(), key=True)
    assert glass.up(3, "key a", 0, clock.now()) is Touch.PRESS
