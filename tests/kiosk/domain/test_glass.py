"""What is a press, and what only touches the glass."""

import pytest

from kiosk.domain.visit.glass import Glass, GlassRules, Touch
from tests.builders import FrozenClock


@pytest.fixture
def glass() -> Glass:
    return Glass(GlassRules(interval_s_min=0.3, held_s_max=5.0))


def test_finger_down_and_up_on_the_same_target_is_a_press(glass: Glass, clock: FrozenClock):
    assert glass.down(1, "face 4", 0, clock.now())

    assert glass.up(1, "face 4", 0, clock.now()) is Touch.PRESS


@pytest.mark.parametrize("later_s", [0.0, 0.02, 0.5])
def test_two_fingers_on_two_faces_are_none_since_nobody_knows_which_was_meant(
    glass: Glass, clock: FrozenClock, later_s: float
):
    glass.down(1, "face 1", 0, clock.now())
    clock.advance(later_s)

    assert not glass.down(2, "face 5", 0, clock.now())
    assert not glass.may_press(1)
    assert [glass.up(1, "face 1", 0, clock.now()), glass.up(2, "face 5", 0, clock.now())] == [Touch.AMBIGUOUS] * 2


def test_two_fingers_on_one_face_are_one_press(glass: Glass, clock: FrozenClock):
    glass.down(1, "face 4", 0, clock.now())

    assert not glass.down(2, "face 4", 0, clock.now())
    assert glass.up(2, "face 4", 0, clock.now()) is Touch.SECOND_FINGER
    assert glass.up(1, "face 4", 0, clock.now()) is Touch.PRESS


@pytest.mark.parametrize("fingers", [1, 4])
def test_hand_that_rests_on_the_margin_does_not_take_the_other_hands_press(
    glass: Glass, clock: FrozenClock, fingers: int
):
    for finger in range(fingers):
        glass.down(f"resting {finger}", None, 0, clock.now())
    clock.advance(0.25)

    assert glass.down(1, "face 4", 0, clock.now())
    assert glass.up(1, "face 4", 0, clock.now()) is Touch.PRESS


def test_edge_of_a_hand_on_a_face_and_beside_it_is_no_press_whichever_is_told_first(glass: Glass, clock: FrozenClock):
    glass.down(1, "face 4", 0, clock.now())
    clock.advance(0.01)
    glass.down("edge", None, 0, clock.now())

    assert glass.up(1, "face 4", 0, clock.now()) is Touch.SECOND_FINGER


def test_second_finger_that_later_touches_nothing_takes_no_press_away(glass: Glass, clock: FrozenClock):
    glass.down(1, "face 4", 0, clock.now())
    clock.advance(0.1)
    glass.down(2, None, 0, clock.now())

    assert glass.up(1, "face 4", 0, clock.now()) is Touch.PRESS


def test_cloth_that_came_from_the_margin_is_still_a_cloth(glass: Glass, clock: FrozenClock):
    glass.down("cloth", None, 0, clock.now(), place=(0.0, 0.0))
    glass.move("cloth", (60.0, 0.0))
    clock.advance(0.4)
    glass.down(1, "face 4", 0, clock.now())

    assert glass.up(1, "face 4", 0, clock.now()) is Touch.SECOND_FINGER


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


def struck(glass: Glass, clock: FrozenClock, acts: str) -> str:
    """What two thumbs write: "+k" is a thumb down on a key, "-k" one up, a number so many milliseconds."""
    text = ""
    for act in acts.split():
        if act.isdigit():
            clock.advance(int(act) / 1000)
        elif act[0] == "+":
            text += "".join(finger[0] for finger in glass.overtaken(clock.now()))
            glass.down(act[1:], act[1], 0, clock.now(), key=True)
        else:
            text += "".join(finger[0] for finger in glass.overtaken(clock.now(), by=act[1:]))
            text += act[1] if glass.up(act[1:], act[1], 0, clock.now()) is Touch.PRESS else ""
    return text


@pytest.mark.parametrize(
    "acts",
    [
        "+k 90 -k 30 +h 90 -h",
        "+k 90 +h 60 -k 60 -h",  # the next down before the last is up
        "+k 90 +h 60 -h 60 -k",  # and up before it, too
        "+k 20 +h 60 -h 20 -k",  # both thumbs at once: in the order in which they came down
        "+k 20 +h 60 -k 20 -h",
    ],
)
def test_two_thumbs_write_in_the_order_in_which_they_come_down(glass: Glass, clock: FrozenClock, acts: str):
    assert struck(glass, clock, acts) == "kh"


def test_fingers_that_follow_each_other_are_no_palm(glass: Glass, clock: FrozenClock):
    acts = "+k 60 +h 60 +o 60 +n 60 +g 60 -k -h -o -n 60 -g"

    assert struck(glass, clock, acts) == "khong"


def test_both_thumbs_may_follow_each_other_on_one_key(glass: Glass, clock: FrozenClock):
    acts = "+k 90 +h 30 -k 60 +o1 30 -h 60 +o2 30 -o1 60 +n 30 -o2 60 +g 30 -n 60 -g"

    assert struck(glass, clock, acts) == "khoong"


def test_palm_on_the_keys_writes_nothing(glass: Glass, clock: FrozenClock):
    assert struck(glass, clock, "+k 10 +h 10 +o 10 +n 80 -n -o 10 -h -k") == ""


def test_one_key_is_not_struck_twice_by_a_bounce_but_two_keys_may_follow_at_once(glass: Glass, clock: FrozenClock):
    assert struck(glass, clock, "+o 60 -o 20 +o 60 -o 20 +n 60 -n") == "on"


def test_other_thumb_may_be_on_done_at_once(glass: Glass, clock: FrozenClock):
    glass.down(1, "key a", 0, clock.now(), key=True)
    glass.up(1, "key a", 0, clock.now())
    clock.advance(0.1)

    assert glass.down(2, "done", 0, clock.now())
    assert glass.up(2, "done", 0, clock.now()) is Touch.PRESS


def test_tremor_of_the_last_key_presses_nothing_on_the_next_screen(glass: Glass, clock: FrozenClock):
    glass.down(1, "key a", 0, clock.now(), key=True)
    glass.up(1, "key a", 0, clock.now())
    clock.advance(0.1)

    assert not glass.down(2, "touch test", 1, clock.now())
    assert glass.up(2, "touch test", 1, clock.now()) is Touch.TOO_SOON


def test_finger_that_stays_too_long_is_told_once_and_then_blocks_nobody(glass: Glass, clock: FrozenClock):
    glass.down("resting", None, 0, clock.now())
    clock.advance(0.5)
    glass.down(1, "face 4", 0, clock.now())
    clock.advance(1)
    assert glass.lapsed(clock.now()) == []
    clock.advance(4.1)

    assert glass.lapsed(clock.now()) == [1]
    assert glass.lapsed(clock.now()) == []
    assert glass.down(2, "face 2", 0, clock.now())
    assert glass.up(1, "face 4", 0, clock.now()) is Touch.HELD


def test_strokes_are_judged_by_when_they_happened_though_all_are_handled_at_one_moment(
    glass: Glass, clock: FrozenClock
):
    handled = clock.now()
    touches = []
    for n, ago_s in enumerate((0.9, 0.5, 0.1)):
        glass.down(n, "face 4", 0, handled.before(ago_s))
        touches.append(glass.up(n, "face 4", 0, handled.before(ago_s - 0.05)))

    assert touches == [Touch.PRESS] * 3
