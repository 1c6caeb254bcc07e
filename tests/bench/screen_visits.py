"""The whole kiosk on the journal given, pressed by one citizen after the other; says when each thanks was ready.

Milliseconds from the press to the moment the screen's thread is told that the disk has it, one a line. What it then
draws is in the rows of the screen: without a graphics chip that takes longer than all before it.
"""

import sys
import time
from pathlib import Path

from kiosk.office.settings import load_kiosk_settings
from kiosk.run.start import show_kiosk

PRESSES = 200
PAUSE_S = 0.3
"""Between two citizens: the next one presses a screen that stands still."""


def measure(app):
    from kivy.clock import Clock

    times, pressed, free_at = [], [0.0], [0.0]

    show = app.flow._screen.show

    def showing(view):
        if view.kept and pressed[0]:
            times.append((time.perf_counter() - pressed[0]) * 1000)
            pressed[0] = 0.0
        show(view)

    app.flow._screen.show = showing

    def step(_elapsed):
        view = app.flow.view
        if view.kept and not pressed[0]:
            free_at[0] = time.perf_counter() + PAUSE_S
            if len(times) == PRESSES:
                print(*times[1:], sep="\n", flush=True)  # behind the first one the journal was opened
                app.stop()
                return
            app.flow.set_test(False)  # the next citizen, without waiting for the end of the thanks
        elif not view.kept and not pressed[0] and time.perf_counter() > free_at[0]:
            pressed[0] = time.perf_counter()
            app.flow.press_face(1 + len(times) % 5)

    Clock.schedule_interval(lambda elapsed: app.transitions.pace.wake(), 1)
    Clock.schedule_interval(step, 0)


if __name__ == "__main__":
    overrides = {"screen": {"fullscreen": False, "sound": False}, "journal": {"allow_any_disk": True}}
    show_kiosk(load_kiosk_settings(None, Path(sys.argv[1]), overrides), on_started=measure)
