"""The screen: the only part that knows Kivy.

Importing anything from here settles Kivy's environment first, because Kivy reads it
when it is imported. Whoever starts the kiosk may say on which screen it shows and through
which card it sounds, and nothing else: a variable or a file in somebody's home could bring
in a module, a second input provider, other rules or other words.

Nothing here decides what a rating is worth, and nothing here reads the journal.
"""

import os
from pathlib import Path

_OF_LIBRARIES = ("KIVY_", "KCFG_", "SDL_", "GST_")
"""How the names begin of what Kivy, SDL and GStreamer take from the environment: settings, folders, libraries …"""
_PLATFORMS = ("P4A_BOOTSTRAP", "ANDROID_ARGUMENT", "ANDROID_APP_PATH", "USE_SDL2")
"""… and those that tell Kivy that it runs on a telephone."""
_OF_THE_MACHINE = ("SDL_VIDEODRIVER", "SDL_AUDIODRIVER", "SDL_KMSDRM_DEVICE_INDEX", "SDL_VIDEO_KMSDRM_DEVICE_INDEX")
"""What only the machine knows: its screen and its sound card."""

_ENVIRONMENT = {
    "KIVY_NO_ARGS": "1",  # the command line is ours
    "KIVY_NO_CONFIG": "1",  # a file in somebody's home must not add a second input provider
    "KIVY_NO_ENV_CONFIG": "1",  # nor a variable a module
    # Nobody's folder, which is not there: Kivy looks for modules in it even where it reads no settings from it.
    "KIVY_HOME": str(Path(__file__).with_name("no-home")),
    "KIVY_NO_FILELOG": "1",
    "KIVY_NO_CONSOLELOG": "1",
    "KIVY_LOG_MODE": "PYTHON",  # leave the root logger alone
    # Without it a failed SDL falls back to the x11 provider, which ends the process.
    "KIVY_WINDOW": "sdl2",
    # The ones that Kivy's wheel brings; looking for others loads libraries that a kiosk does not need.
    "KIVY_IMAGE": "sdl2",
    "KIVY_TEXT": "sdl2",
    "KIVY_AUDIO": "sdl2",
}


def settle_environment() -> None:
    """Take from the environment whatever changes the kiosk, and say what Kivy is to read there."""
    for name in list(os.environ):
        if name.startswith((*_OF_LIBRARIES, *_PLATFORMS)) and name not in _OF_THE_MACHINE:
            del os.environ[name]
    os.environ.update(_ENVIRONMENT)
    # Mesa's, where no graphics card draws: its threads keep frames in line that nobody will see, a hundred
    # megabytes of them, and a thanks waits behind them. A panel of 4K without a card may want some after all.
    os.environ.setdefault("LP_NUM_THREADS", "0")


settle_environment()
