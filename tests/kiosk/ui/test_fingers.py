"""Several fingers, slow frames and long ones, on the real widgets; and what the citizen is told."""

from typing import Any

import pytest

from kiosk.domain.visit.visit import Step

pytestmark = pytest.mark.window


def sign_of(kiosk: Any) -> str:
    return "".join(part.words for part in kiosk.app.root.children if type(part).__name__ == "Sign")


@pytest.mark.parametrize("frames", [0, 1])
def test_two_fingers_on_two_faces_are_none_and_the_citizen_is_told(kiosk: Any, frames: int):
    first = kiosk.fingers.down(kiosk.app.page.face_tile(4).center)
    kiosk.frames(frames)
    second = kiosk.fingers.down(kiosk.app.page.face_tile(1).center)
    kiosk.frames()
    assert not any(tile.pressed for tile in kiosk.app.page.targets())
    kiosk.fingers.up(second)
    kiosk.fingers.up(first)
    kiosk.frames(2)

    assert kiosk.levels == []
    assert "nhiều ngón tay" in sign_of(kiosk)
    kiosk.press_face(4)
    assert (kiosk.levels, sign_of(kiosk)) == ([4], "")


def test_hand_that_rests_on_the_margin_takes_nobodys_press(kiosk: Any):
    kiosk.fingers.down((640, 2))
    kiosk.frames()

    kiosk.press_face(4)

    assert kiosk.levels == [4]


def test_taps_of_one_slow_frame_are_judged_by_when_they_happened(kiosk: Any):
    kiosk.press_face(4)
    kiosk.until_step(Step.REASONS)
    kiosk.frames(2)
    kiosk.clock.advance(2)
    for place, ago_s in ((0, 1.2), (1, 0.8), (2, 0.4), (3, 0.3)):
        kiosk.fingers.tap(kiosk.app.page.reason_tile(place).center, ago_s=ago_s)
    kiosk.frames(2)

    assert len(kiosk.app.flow.view.chosen) == 3


def test_tap_from_before_a_screen_was_seen_is_none_on_it(kiosk: Any):
    kiosk.press_face(5)
    kiosk.until_step(Step.REASONS)
    kiosk.tap(kiosk.app.page.ids.skip)
    kiosk.until_step(Step.THANKS)
    kiosk.pass_time(4.1)
    kiosk.until_step(Step.QUESTION)
    kiosk.frames(2)
    kiosk.clock.advance(0.4)

    kiosk.fingers.tap(kiosk.app.page.face_tile(3).center, ago_s=0.5)
    kiosk.frames(2)
    assert kiosk.levels == [5]

    kiosk.fingers.tap(kiosk.app.page.face_tile(3).center, ago_s=0.3)
    kiosk.frames(2)
    assert kiosk.levels == [5, 3]


def test_one_reason_too_many_is_refused_with_a_large_sign_and_the_others_are_dimmed(kiosk: Any):
    kiosk.press_face(4)
    kiosk.until_step(Step.REASONS)
    page = kiosk.app.page
    tiles = [page.reason_tile(place) for place in range(5)]
    for tile in tiles[:2]:
        kiosk.tap(tile)
    assert {tile.opacity for tile in tiles} == {1}
    kiosk.tap(tiles[2])
    assert [tile.opacity < 0.5 for tile in tiles] == [False] * 3 + [True] * 2
    assert sign_of(kiosk) == ""

    kiosk.tap(tiles[3])

    assert "đủ 3" in sign_of(kiosk)
    assert not tiles[3].chosen
    kiosk.tap(tiles[0])
    assert (sign_of(kiosk), {tile.opacity for tile in tiles}) == ("", {1})
    kiosk.tap(tiles[3])
    assert tiles[3].chosen


def test_finger_that_stays_on_a_face_loses_its_look_and_the_citizen_is_told(kiosk: Any):
    tile = kiosk.app.page.face_tile(3)
    finger = kiosk.fingers.down(tile.center)
    kiosk.frames()
    kiosk.clock.advance(2.9)
    kiosk.app._tick(0)
    assert tile.pressed

    kiosk.clock.advance(0.2)
    kiosk.app._tick(0)
    assert not tile.pressed
    assert "quá lâu" in sign_of(kiosk)
    kiosk.fingers.up(finger)
    kiosk.frames(2)

    assert kiosk.levels == []


def test_what_a_sign_hides_is_not_pressed(kiosk: Any):
    kiosk.app.turn_text_size()
    kiosk.press_face(4)
    kiosk.until_step(Step.REASONS)
    tiles = [kiosk.app.page.reason_tile(place) for place in range(4)]
    for tile in tiles:
        kiosk.tap(tile)
    assert sign_of(kiosk)

    kiosk.tap(tiles[0])
    assert tiles[0].chosen

    kiosk.app.shown.front.clear_sign()
    kiosk.tap(tiles[0])
    assert not tiles[0].chosen


def test_where_there_is_no_x_server_the_mouse_is_read_as_before(kiosk: Any, window: Any):
    from kivy.base import EventLoop

    from kiosk.ui.panel.contacts import read_contacts

    before = list(EventLoop.input_providers)

    assert read_contacts(window) is None
    assert EventLoop.input_providers == before
    assert "MouseMotionEventProvider" in [type(provider).__name__ for provider in before]


def test_finger_held_where_nothing_is_is_told_nothing(kiosk: Any):
    kiosk.fingers.down((640, 2))
    kiosk.frames()
    kiosk.clock.advance(4)
    kiosk.app._tick(0)

    assert sign_of(kiosk) == ""


def test_finger_that_left_in_time_but_is_read_late_was_not_held_too_long(kiosk: Any):
    tile = kiosk.app.page.face_tile(3)
    finger = kiosk.fingers.down(tile.center)
    kiosk.frames()
    kiosk.clock.advance(5)
    finger.ago_s = 4.9
    kiosk.fingers.up(finger)
    kiosk.frames(2)

    assert kiosk.levels == [3]


def test_words_are_typed_with_two_thumbs(open_kiosk: Any):
    kiosk = open_kiosk(words=True)
    kiosk.press_face(4)
    kiosk.until_step(Step.REASONS)
    kiosk.tap(kiosk.app.page.ids.skip)
    kiosk.until_step(Step.WORDS)
    held: list[Any] = []
    for name in "khoong":  # three on the glass at once are no palm, since the first of them has struck
        kiosk.clock.advance(0.08)
        held.append(kiosk.fingers.down(kiosk.app.page.keyboard.key(name).center))
        kiosk.frames()
        if len(held) > 2:
            kiosk.fingers.up(held.pop(0))
            kiosk.frames()
    for finger in held:
        kiosk.fingers.up(finger)
    kiosk.frames()

    assert kiosk.app.page._draft.text == "không"
