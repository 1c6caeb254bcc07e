"""The whole kiosk on the journal given, pressed by one citizen after the other; says when each thanks was ready.

A line a press, two numbers: milliseconds until the disk has it, and until the screen's thread is told so. Kivy holds
the interpreter's lock while it draws: without a graphics chip a whole page takes 0.2 s of the processor, and on a busy
one both threads wait for it. What is drawn of the thanks is in the rows of the screen.
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

    times, pressed, free_at, kept_at = [], [0.0], [0.0], [0.0]
    show, record = app.flow._screen.show, app.flow._recorder.record

    def recording(fact):
        future = record(fact)
        future.add_done_callback(lambda _kept: kept_at.__setitem__(0, time.perf_counter()))
        return future

    def showing(view):
        if view.kept and pressed[0]:
            told_at = time.perf_counter()
            times.append(f"{(kept_at[0] - pressed[0]) * 1000} {(told_at - pressed[0]) * 1000}")
            pressed[0] = 0.0
        show(view)

    app.flow._screen.show, app.flow._recorder.record = showing, recording

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
