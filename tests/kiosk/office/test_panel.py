import pytest

from kiosk.office.panel import await_server, prepare_panel
from kiosk.office.settings import Screen

XRANDR = """Screen 0: minimum 320 x 200, current 1920 x 1080, maximum 16384 x 16384
HDMI-1 connected primary 1920x1080+0+0 (normal left inverted right x axis y axis) 344mm x 194mm
   1920x1080     60.00*+
DP-1 disconnected (normal left inverted right x axis y axis)
"""


class Machine:
    """An X server with a mouse (8) and a touch panel (11); it keeps what it was told."""

    def __init__(self, *, touch: bool = True) -> None:
        self._touch = touch
        self.told: list[str] = []

    def run(self, command: list[str]) -> str:
        match command:
            case ["xrandr", "--query"]:
                return XRANDR
            case ["xinput", "list", "--id-only"]:
                return "8\n11\n" if self._touch else "8\n"
            case ["xinput", "list-props", "11"]:
                return "\tlibinput Calibration Matrix (312):\t1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0\n"
            case ["xinput", "list-props", _]:
                return "\tlibinput Accel Speed (301):\t0.0\n"
        self.told.append(" ".join(command))
        return ""


@pytest.mark.parametrize(("degrees", "turned"), [(0, "normal"), (90, "right"), (180, "inverted"), (270, "left")])
def test_panel_and_its_touch_turn_together(degrees, turned):
    machine = Machine()

    prepare_panel(Screen(rotation_deg=degrees), machine.run)

    turning = f"xrandr --output HDMI-1 --primary --auto --rotate {turned}"
    assert machine.told[:2] == [turning, "xinput map-to-output 11 HDMI-1"]


def test_panel_never_goes_dark_unless_the_settings_say_so():
    machine = Machine()

    prepare_panel(Screen(), machine.run)

    assert machine.told[-3:] == ["xset s off", "xset s noblank", "xset -dpms"]


def test_panel_goes_dark_after_the_minutes_in_the_settings():
    machine = Machine()

    prepare_panel(Screen(blank_min=15), machine.run)

    assert machine.told[-2:] == ["xset +dpms", "xset dpms 0 0 900"]


def test_panel_waits_until_the_server_answers():
    answers = iter(["", "", "Keyboard Control:"])
    waits: list[float] = []

    assert await_server(lambda _command: next(answers), waits.append)
    assert len(waits) == 2


def test_machine_without_a_touch_panel_or_programs_still_has_a_screen():
    prepare_panel(Screen(), Machine(touch=False).run)
    prepare_panel(Screen(), lambda _command: "")
