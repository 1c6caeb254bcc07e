"""The screen: the only part that knows Kivy.

Importing anything from here settles Kivy's environment first, because Kivy reads it
when it is imported.
"""

import os

_ENVIRONMENT = {
    "KIVY_NO_ARGS": "1",  # the command line is ours
    "KIVY_NO_CONFIG": "1",  # a file in somebody's home must not add a second input provider
    "KIVY_NO_FILELOG": "1",
    "KIVY_NO_CONSOLELOG": "1",
    "KIVY_LOG_MODE": "PYTHON",  # leave the root logger alone
    # Without it a failed SDL falls back to the x11 provider, which ends the process.
    "KIVY_WINDOW": "sdl2",
    # The ones that Kivy's wheel brings; looking for others loads libraries that a kiosk does not need.
    "KIVY_IMAGE": "sdl2",
    "KIVY_TEXT": "sdl2",
    "KIVY_AUDIO": "sdl2",
    # Mesa's, where no graphics card draws: its threads keep frames in line that nobody will see, a hundred
    # megabytes of them, and a thanks waits behind them. A panel of 4K without a card may want some after all.
    "LP_NUM_THREADS": "0",
}

for _name, _value in _ENVIRONMENT.items():
    os.environ.setdefault(_name, _value)
