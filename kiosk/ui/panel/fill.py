"""Fill: keeps a full-screen window as large as its panel, whatever becomes of the panel while it is up."""

from typing import Any

from kiosk.office.screen_sizes import ScreenSizes, Size
from kiosk.ui.panel.x_screen import XScreen, open_x_screen


class Fill:
    """Looks after one window of Kivy's; used by the thread that draws."""

    def __init__(self, window: Any, fullscreen: bool) -> None:
        self._window = window
        self._fullscreen = fullscreen
        self._screen, self._id = _on_x(window)

    def check(self, drawing: Size) -> ScreenSizes:
        """How large the panel, the window and the drawing are now; where nobody else does, the window is mended."""
        if self._screen is None:
            seen = _size(*self._window.system_size)
            return ScreenSizes(seen, seen, _size(*drawing), self._fullscreen)
        panel, place = self._screen.panel(), self._screen.window(self._id)
        if self._fullscreen and place != panel and not self._screen.is_managed():
            self._screen.put_window(self._id, panel)
            place = self._screen.window(self._id)
        return ScreenSizes(panel[2:], place[2:], _size(*drawing), self._fullscreen)

    def end(self) -> None:
        """Let go of the screen."""
        if self._screen is not None:
            self._screen.close()
            self._screen = None


def _on_x(window: Any) -> tuple[XScreen | None, int]:
    info = window.get_window_info()
    if type(info).__name__ != "WindowInfoX11":
        return None, 0
    return open_x_screen(), int(info.window)


def _size(width: float, height: float) -> Size:
    return round(width), round(height)
