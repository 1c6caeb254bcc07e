"""IT staff get a picture of what the screen shows, and never of what somebody sees or types there."""

import struct
from collections.abc import Iterator
from typing import Any

import pytest

from kiosk.domain.visit.door import Room
from kiosk.domain.visit.visit import Step
from kiosk.office.picture import PICTURE_BYTES_MAX, SIDE_PX_MAX
from kiosk.ui.stage.snapshot import picture_of
from tests.citizens import SCISSOR_TEST, fill_a_corner_only
from tests.staff_door import Office, come_in

pytestmark = pytest.mark.window


def picture(kiosk: Any) -> bytes | None:
    png = picture_of(kiosk.app, SIDE_PX_MAX)
    kiosk.frames()
    return png


@pytest.fixture
def filled(window: Any) -> Iterator[None]:
    """Every pixel is drawn, which the other tests do without."""
    from kivy.graphics.opengl import glDisable

    glDisable(SCISSOR_TEST)
    yield
    fill_a_corner_only()


def rest(kiosk: Any) -> None:
    kiosk.pass_time(3600)
    kiosk.until_step(Step.RESTING)
    kiosk.frames(3)


def test_picture_shows_the_resting_screen_small_enough_to_be_sent_and_changes_nothing_on_it(filled, open_kiosk):
    kiosk = open_kiosk()
    rest(kiosk)

    png = picture(kiosk)

    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", png[16:24]) == (SIDE_PX_MAX, SIDE_PX_MAX * 800 // 1280)
    assert 10_000 < len(png) < PICTURE_BYTES_MAX
    assert picture(kiosk)
    kiosk.tap_at(640, 400)
    kiosk.until_step(Step.QUESTION)


def test_there_is_no_picture_of_anybody_at_the_screen(open_kiosk):
    kiosk = open_kiosk()
    rest(kiosk)
    kiosk.tap_at(640, 400)
    kiosk.until_step(Step.QUESTION)
    assert picture(kiosk) is None
    kiosk.press_face(2)
    kiosk.frames(3)
    assert picture(kiosk) is None


def test_there_is_no_picture_behind_the_staff_door(open_kiosk):
    kiosk = open_kiosk(more={"desk": Office().desk()})
    come_in(kiosk)
    assert kiosk.app.step_shown is not Room.CLEANING
    assert picture(kiosk) is None
