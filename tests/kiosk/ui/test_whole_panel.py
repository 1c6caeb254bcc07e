"""On a bare X server the window is the panel: at any size, turned, and after the mode has changed."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.base.texts import texts
from kiosk.doctor import screen
from kiosk.doctor.machine import Machine
from kiosk.office.settings import load_kiosk_settings
from tests.panels import DESK_PX, SIZES, Display, KioskOn, Size, graphics, turning, virtual

pytestmark = pytest.mark.window

ALL_LEVELS = [1, 2, 3, 4, 5]
Show = Callable[[Display], KioskOn]


@pytest.fixture
def show(tmp_path: Path) -> Iterator[Show]:
    """Starts the citizen's screen on a display."""
    shown: list[KioskOn] = []

    def start(display: Display) -> KioskOn:
        shown.append(KioskOn(display, tmp_path))
        return shown[-1]

    yield start
    for kiosk in shown:
        kiosk.end()


def doctor_says(kiosk: KioskOn) -> str:
    settings = load_kiosk_settings(None, kiosk.folder)
    machine = Machine(environment=kiosk.display.environment)
    (found,) = screen.look_at_window(settings, machine, texts("kiosk", "en"))
    return f"{found.state} {found.said}"


def press(kiosk: KioskOn, size: Size, *levels: int) -> list[int]:
    return [kiosk.press(kiosk.faces(size)[level - 1]) for level in levels]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "{}x{}".format(*size))
def test_window_opens_as_large_as_the_panel_and_every_face_is_kept(show: Show, size: Size):
    with virtual(size) as display:
        kiosk = show(display)

        assert press(kiosk, size, *ALL_LEVELS) == ALL_LEVELS
        assert kiosk.window_under((size[0] - 2, size[1] - 2)) == "{}x{}+0+0".format(*size)
        assert doctor_says(kiosk) == "OK Window and drawing fill the screen: {} × {}".format(*size)


@pytest.mark.parametrize("server", ["Xvfb", "Xorg"])
def test_window_follows_the_panel_through_every_mode(show: Show, tmp_path: Path, server: str):
    with virtual(SIZES[-1], room=DESK_PX) if server == "Xvfb" else graphics(SIZES[-1], tmp_path) as display:
        kiosk = show(display)
        for size in (SIZES[-1], *SIZES[:-1]):
            display.set_mode(size)

            assert press(kiosk, size, 5, 1) == [5, 1]
            assert doctor_says(kiosk).startswith("OK")
            assert kiosk.window_under((size[0] - 2, size[1] - 2)) == "{}x{}+0+0".format(*size)


TURNED = {
    0: lambda x, y, wide, high: (x, y),
    90: lambda x, y, wide, high: (wide - 1 - y, x),
    180: lambda x, y, wide, high: (wide - 1 - x, high - 1 - y),
    270: lambda x, y, wide, high: (y, high - 1 - x),
}
"""Where a place of the turned picture is on the glass of a panel; clockwise."""


def test_turned_panel_is_filled_and_pressed_where_the_faces_are_seen(show: Show):
    wide, high = SIZES[-1]
    with turning((wide, high)) as (wall, display):
        display.turn(90)
        kiosk = show(display)
        for degrees in (90, 180, 270, 0):
            display.turn(degrees)
            size = (high, wide) if degrees % 180 else (wide, high)
            seen = [TURNED[degrees](x, y, wide, high) for x, y in kiosk.faces(size)]

            assert [kiosk.press(place, glass=wall) for place in seen] == ALL_LEVELS, degrees
            assert kiosk.window_under((size[0] - 2, size[1] - 2)) == "{}x{}+0+0".format(*size)
