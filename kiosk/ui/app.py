"""The door to the screen: checks what is needed, prepares Kivy, and runs one kiosk until it is stopped.

Kivy is imported in the functions: its settings must be made before it opens the window, which it does on import, and
what is missing must be said before that.
"""

import logging
import os
import re
import sys
from collections.abc import Callable
from typing import Any

from kiosk.ui.look.errors import ScreenUnavailable
from kiosk.ui.panel.x_screen import Rectangle, open_x_screen
from kiosk.ui.wiring.wiring import WindowOptions, Wiring, require_assets

__all__ = [
    "ScreenUnavailable",
    "WindowOptions",
    "Wiring",
    "call_touch_test",
    "repeat_on_screen",
    "run_kiosk",
    "stop_kiosk",
    "take_picture",
    "tell_doubt",
]


def run_kiosk(wiring: Wiring) -> None:
    """Show the kiosk and return when its window is closed or its app is stopped; call it from the main thread.

    Raises ScreenUnavailable when there is no display, no OpenGL or no picture.
    """
    require_assets(wiring)
    prepare_window(wiring.window)
    from kiosk.ui.stage.stage import KioskApp  # Kivy opens the window here

    KioskApp(wiring).run()


def stop_kiosk() -> None:
    """Close the kiosk that is running, from whatever thread; with none running, do nothing."""
    _have_done(lambda app: app.stop())


def call_touch_test() -> None:
    """Show the touch test on the resting screen, from whatever thread; with no kiosk running, do nothing."""
    _have_done(lambda app: app.call_touch_test())


def take_picture(take: Callable[[bytes], object], side_px_max: int) -> None:
    """Give ``take`` a PNG of what the screen shows, if nobody is at it then; from whatever thread."""

    def look(app: Any) -> None:
        from kiosk.ui.stage.snapshot import picture_of

        if (png := picture_of(app, side_px_max)) is not None:
            take(png)

    _have_done(look)


def tell_doubt(*, doubted: bool) -> None:
    """Say on the resting screen that a proof of the public log failed, or no more; from whatever thread."""
    _have_done(lambda app: setattr(app, "doubted", doubted))


def repeat_on_screen(act: Callable[[], None], every_s: float) -> None:
    """Call ``act`` again and again from the loop that draws; it stays away for as long as the screen stands still."""
    from kivy.clock import Clock

    Clock.schedule_interval(lambda _elapsed: act(), every_s)


def prepare_window(options: WindowOptions) -> Any:
    """Open Kivy's window with our settings; returns it.

    Raises ScreenUnavailable when there is no display or no OpenGL.
    """
    from kivy.config import Config

    _quieten()
    for key, value in _graphics(options).items():
        Config.set("graphics", key, value)
    Config.set("kivy", "exit_on_escape", "0")
    # One provider: where two read the same panel, each touch comes twice and one press becomes two ratings.
    for name in list(Config.options("input")):
        Config.remove_option("input", name)
    Config.set("input", "mouse", "mouse,disable_multitouch")
    return _open_window()


def _have_done(act: Callable[[Any], object]) -> None:
    """Have the kiosk that is running do something on the thread that draws."""
    from kivy.app import App
    from kivy.clock import Clock

    if (app := App.get_running_app()) is not None:
        Clock.schedule_once(lambda _elapsed: act(app), 0)


def _graphics(options: WindowOptions) -> dict[str, str]:
    # Without a window manager nothing makes a window fill the panel: it is opened where and as large as the panel is.
    bare = _bare_panel() if options.fullscreen else None
    place = bare or Rectangle(0, 0, options.width, options.height)
    return {
        "left": str(place.x),
        "top": str(place.y),
        "width": str(place.width),
        "height": str(place.height),
        "position": "custom" if bare else "auto",
        "borderless": "1" if bare else "0",
        "fullscreen": "auto" if options.fullscreen and not bare else "0",
        "rotation": "0",  # the system turns the panel, and the touch with it
        "resizable": "1",
        "show_cursor": "0" if options.fullscreen else "1",
        "allow_screensaver": "0",
        "multisamples": "0",  # our shapes are smooth by themselves, and software GL has none to give
        "maxfps": "60",
        "minimum_width": "320",
        "minimum_height": "320",
    }


def _bare_panel() -> Rectangle | None:
    """The panel, where it is an X server's without a window manager."""
    screen = open_x_screen()
    if screen is None:
        return None
    bare = None if screen.is_managed() else screen.panel()
    screen.close()
    return bare


def _open_window() -> Any:
    has_display = _choose_driver()
    said = _Said()
    logging.getLogger("kivy").addHandler(said)
    try:
        from kivy.core.window import Window
    except Exception as error:
        raise _unavailable(has_display, str(error)) from error
    finally:
        logging.getLogger("kivy").removeHandler(said)
    if Window is None:
        raise _unavailable(has_display, said.reason)
    return Window


def _choose_driver() -> bool:
    """Whether a display was named. If not, only the bare console is tried: SDL by itself would go on unseen."""
    named = any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"))
    if not named and sys.platform.startswith("linux"):
        os.environ["SDL_VIDEODRIVER"] = "kmsdrm"
    return named or not sys.platform.startswith("linux")


def _unavailable(has_display: bool, why: str) -> ScreenUnavailable:
    if not has_display:
        return ScreenUnavailable(
            "there is no display: start it on the kiosk's screen, or set SDL_VIDEODRIVER=offscreen to run without one"
        )
    return ScreenUnavailable(
        "no window with OpenGL can be opened ({why}): on Debian, apt install libgl1 libegl1 libgl1-mesa-dri",
        why=why or "no reason given",
    )


class _Said(logging.Handler):
    """Keeps why Kivy could not open a window; it tells its log only."""

    reason = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Take the provider's own error out of the log line."""
        if found := re.search(r"sdl2 - \w+: b?['\"]?(.+?)['\"]?$", record.getMessage(), re.MULTILINE):
            self.reason = found[1]


def _quieten() -> None:
    # Kivy tells at length about drivers it tried and did not need; what matters is raised as an exception.
    kivy = logging.getLogger("kivy")
    kivy.setLevel(logging.CRITICAL)
    kivy.propagate = False
    kivy.addHandler(logging.NullHandler())
