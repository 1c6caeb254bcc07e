"""The whole kiosk on the journal given, pressed by one citizen after the other; says when each thanks was ready.

A finger lies on a face until its pressed look was seen and is lifted; from there it is counted. A line of JSON a press:
milliseconds until each of ``STAMPS``, and what the kernel says of the two threads up to two of them: how long each
worked and how long it was ready to and waited for a processor. Waiting for the interpreter or the disk is neither.
"""

import json
import sys
import threading
import time
from pathlib import Path

from kiosk.domain.visit.visit import Step
from kiosk.journal.journal import Journal
from kiosk.office.settings import load_kiosk_settings
from kiosk.run.start import show_kiosk

PRESSES = 100
PAUSE_S = 0.3
"""Between two citizens: the next one presses a screen that stands still."""
HELD_S = 0.15
"""As long as a tap lasts, and longer than the pressed look must be seen."""
STAMPS = ("heard", "handed", "taken", "kept", "told", "turned", "drawn", "clear")
"""The screen's thread has the touch; the recorder has the rating; begins to write it; the disk has it; the screen's
thread knows; the page that says so is set; the first frame of it is drawn; its fade is over."""


class Watch:
    """The stamps of one press after the other."""

    def __init__(self):
        self.told = []
        self._began = None

    def begin(self):
        self._began, self._at, self._spent = time.perf_counter(), {}, {"began": spent()}

    @property
    def is_on(self):
        return self._began is not None

    def note(self, name):
        if self._began is not None and name not in self._at:
            self._at[name] = (time.perf_counter() - self._began) * 1000
            if name in ("kept", "drawn"):
                self._spent[name] = spent()

    def has(self, name):
        return self._began is not None and name in self._at

    def end(self):
        began = self._spent.pop("began")
        threads = {
            name: {thread: [after - before for before, after in zip(began[thread], then[thread], strict=True)]
                   for thread in then}
            for name, then in self._spent.items()
        }  # fmt: skip
        self.told.append({**self._at, "threads": threads})
        self._began = None


def spent():
    """By kind of thread, milliseconds of work and of waiting for a processor."""
    names = {thread.native_id: thread.name for thread in threading.enumerate()}
    found = {}
    for task in Path("/proc/self/task").iterdir():
        try:
            worked, waited, _ = map(int, (task / "schedstat").read_text().split())
        except OSError:  # it has ended
            continue
        name = {"MainThread": "screen", "recorder": "recorder"}.get(names.get(int(task.name)), "others")
        before = found.get(name, (0.0, 0.0))
        found[name] = before[0] + worked / 1e6, before[1] + waited / 1e6
    return found


def measure(app):
    from kivy.base import EventLoop
    from kivy.clock import Clock
    from kivy.core.window import Window
    from kivy.graphics.opengl import glFinish

    from kiosk.ui.stage.made_touches import Fingers

    watch, fingers = Watch(), Fingers()
    EventLoop.add_input_provider(fingers)
    _listen(app, watch)
    flip, fade = Window.flip, app.transitions.front.cross_fade

    def flipping():
        if watch.has("turned"):
            glFinish()  # or it is only told what to draw
        flip()
        if watch.has("turned"):
            watch.note("drawn")
            if fade._colour.a == 0:
                watch.note("clear")

    Window.flip = flipping
    script = _visits(app, watch, fingers)
    Clock.schedule_interval(lambda _elapsed: next(script, None) or None, 0)


def _listen(app, watch):
    press, show, record = app.flow.press_face, app.flow._screen.show, app.flow._recorder.record
    turn, append = app.transitions.turn, Journal.append

    def pressing(level):
        watch.note("heard")
        press(level)

    def recording(fact):
        future = record(fact)
        future.add_done_callback(lambda _kept: watch.note("kept"))
        watch.note("handed")
        return future

    def appending(journal, fact):
        watch.note("taken")
        return append(journal, fact)

    def showing(view):
        if view.kept:
            watch.note("told")
        show(view)
        _note_turned(app, watch)

    def turning():
        turn()
        _note_turned(app, watch)

    app.flow.press_face, app.flow._screen.show, app.flow._recorder.record = pressing, showing, recording
    app.transitions.turn, Journal.append = turning, appending


def _note_turned(app, watch):
    if watch.has("told") and not app.transitions.is_late:
        watch.note("turned")


def _visits(app, watch, fingers):
    for n in range(PRESSES + 1):
        while app.step_shown is not Step.QUESTION:
            yield True
        yield from _pause(PAUSE_S)
        finger = fingers.down(app.page.face_tile(1 + n % 5).center)
        yield from _pause(HELD_S)
        watch.begin()
        fingers.up(finger)
        while not watch.has("clear"):
            yield True
        watch.end()
        app.flow.set_test(False)  # the next citizen, without waiting for the end of the thanks
        yield True
    print(*map(json.dumps, watch.told[1:]), sep="\n", flush=True)  # behind the first one the journal was opened
    app.stop()


def _pause(seconds):
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        yield True


if __name__ == "__main__":
    overrides = {"screen": {"fullscreen": False, "sound": False}, "journal": {"allow_any_disk": True}}
    show_kiosk(load_kiosk_settings(None, Path(sys.argv[1]), overrides), on_started=measure)
