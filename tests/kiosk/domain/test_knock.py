"""The hidden gesture: both upper corners held, on panels with one finger and with many."""

import pytest

from kiosk.domain.visit.knock import Corner, Knock
from tests.builders import FrozenClock


@pytest.fixture
def knock() -> Knock:
    return Knock()


def hold(knock: Knock, clock: FrozenClock, corner: Corner, seconds: float = 1.6) -> None:
    knock.down(corner, corner, clock.now())
    clock.advance(seconds)
    knock.up(corner, clock.now())


def test_both_corners_held_at_once_open(knock: Knock, clock: FrozenClock):
    knock.down(1, Corner.LEFT, clock.now())
    knock.down(2, Corner.RIGHT, clock.now())
    clock.advance(1.6)

    assert knock.opens(clock.now())


def test_corners_held_one_after_the_other_open(knock: Knock, clock: FrozenClock):
    hold(knock, clock, Corner.RIGHT)
    clock.advance(1)
    hold(knock, clock, Corner.LEFT)

    assert knock.opens(clock.now())
    assert not knock.opens(clock.now())


@pytest.mark.parametrize("corner", Corner)
def test_one_corner_alone_does_not_open(knock: Knock, clock: FrozenClock, corner: Corner):
    hold(knock, clock, corner)
    hold(knock, clock, corner)

    assert not knock.opens(clock.now())


def test_taps_in_the_corners_do_not_open(knock: Knock, clock: FrozenClock):
    for corner in (*Corner, *Corner):
        hold(knock, clock, corner, seconds=0.3)

    assert not knock.opens(clock.now())


def test_touch_elsewhere_between_the_corners_ends_the_gesture(knock: Knock, clock: FrozenClock):
    hold(knock, clock, Corner.LEFT)
    knock.down(9, None, clock.now())
    hold(knock, clock, Corner.RIGHT)

    assert not knock.opens(clock.now())


def test_corners_held_too_long_after_each_other_do_not_open(knock: Knock, clock: FrozenClock):
    hold(knock, clock, Corner.LEFT)
    clock.advance(5)
    hold(knock, clock, Corner.RIGHT)

    assert not knock.opens(clock.now())
