"""The door to the screen: checks what is needed, prepares Kivy, and runs one kiosk until it is stopped."""

import logging
import os
from typing import Any

from kiosk.ui.errors import ScreenUnavailable
from kiosk.ui.setup import Setup, WindowOptions, require_assets

__all__ = ["ScreenUnavailable", "Setup", "WindowOptions", "run_kiosk"]


def run_kiosk(setup: Setup) -> None:
    """Show the kiosk and return when its window is closed or its app is stopped; call it from the main thread.

    Raises ScreenUnavailable when there is no display, no OpenGL, no font or no picture.
    """
    require_assets(setup)
    prepare_window(setup.window)
    from kiosk.ui.stage import KioskApp  # Kivy opens the window here

    KioskApp(setup).run()


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


def _graphics(options: WindowOptions) -> dict[str, str]:
    return {
        "width": str(options.width),
        "height": str(options.height),
        "fullscreen": "auto" if options.fullscreen else "0",
        "rotation": str(options.rotation),
        "resizable": "1",
        "show_cursor": "0" if options.fullscreen else "1",
        "allow_screensaver": "0",
        "multisamples": "0",  # our shapes are smooth by themselves, and software GL has none to give
        "maxfps": "60",
        "minimum_width": "320",
        "minimum_height": "320",
    }


def _open_window() -> Any:
    try:
        from kivy.core.window import Window
    except Exception as error:
        raise _unavailable(str(error)) from error
    if Window is None:
        raise _unavailable("")
    return Window


def _unavailable(why: str) -> ScreenUnavailable:
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or os.environ.get("SDL_VIDEODRIVER")):
        return ScreenUnavailable(
            "there is no display: start it on the kiosk's screen, or set SDL_VIDEODRIVER=offscreen to run without one"
        )
    return ScreenUnavailable(
        "no window with OpenGL can be opened {why}: on Debian, apt install libgl1 libegl1 libgl1-mesa-dri", why=why
    )


def _quieten() -> None:
    # Kivy tells at length about drivers it tried and did not need; what matters arrives as an exception.
    logging.getLogger("kivy").setLevel(logging.CRITICAL)
    logging.getLogger("kivy").propagate = False
