"""The citizen's screen as a program of its own on a touch panel; a test asks it between two frames how it stands."""

import ast
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from kiosk.base.resources import resource
from tests.touch_panel import Point, TouchPanel

DEADLINE_S = 60.0
PROGRAM = """
import ctypes, sys, threading
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo
sys.path.insert(0, sys.argv[1])
from kiosk.base.clock import SystemClock
from kiosk.base.survey_file import load_survey
from kiosk.domain.visit.rules import VisitRules
from kiosk.base.resources import resource
from kiosk.ui.app import Wiring, WindowOptions, run_kiosk
from tests.staff_door import Office

@dataclass
class Entry:
    seq: int

facts = []
class Disk:
    def record(self, fact):
        facts.append(fact)
        future = Future()
        future.set_result(Entry(len(facts)))
        return future

def levels():
    return [fact.level for fact in facts if type(fact).__name__ == "Rating"]

def started(app):
    from kivy.base import EventLoop
    from kivy.clock import Clock
    from kivy.core.window import Window
    def where(part):
        return part.center_x, Window.height - 1 - part.center_y
    def sign():
        return "".join(part.words for part in app.root.children if type(part).__name__ == "Sign")
    def freeze(seconds):
        import time
        time.sleep(seconds)
    def pane():
        return next(p for p in EventLoop.input_providers if type(p).__name__ == "Contacts")._pane
    def refused(window):
        from kiosk.ui.panel.pane import NoPane, Pane
        try:
            Pane(window).close()
        except NoPane as why:
            return str(why)
    known = {**globals(), **locals()}
    def answer(asked):
        try:
            print("=", repr(eval(asked, known)), flush=True)
        except Exception as error:
            print("!", repr(error), flush=True)
    def listen():
        for line in sys.stdin:
            Clock.schedule_once(lambda _, asked=line: answer(asked), 0)
    threading.Thread(target=listen, daemon=True).start()
    print("ready", flush=True)

width, height, words = map(int, sys.argv[2:5])
run_kiosk(Wiring(
    load_survey(resource("config", "surveys", "sipas-5.toml")), Disk(), SystemClock(ZoneInfo("Asia/Ho_Chi_Minh")),
    {"vi": "Trung tâm"}, {"vi": "Quầy 3"}, desk=Office().desk(), on_started=started,
    rules=VisitRules(words=bool(words), repeat_window_s=0, thanks_s=0.2, question_s=600, reasons_s=600, words_s=600),
    window=WindowOptions(width, height, fullscreen=True),
))
"""


class Kiosk:
    """The program on the panel; it answers what it is asked between two frames."""

    def __init__(self, panel: TouchPanel, folder: Path, words: bool = False) -> None:
        self.panel = panel
        environment = {
            name: value for name, value in os.environ.items() if name not in ("SDL_VIDEODRIVER", "WAYLAND_DISPLAY")
        } | {"DISPLAY": panel.display, "SDL_AUDIODRIVER": "dummy"}
        arguments = [str(resource()), *map(str, panel.size), str(int(words))]
        self._faults = (folder / "faults.txt").open("w+")
        self._running = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *arguments], env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._faults,
        )  # fmt: skip
        try:
            assert self._line() == "ready"
        except AssertionError:
            self.close()
            raise

    def close(self) -> None:
        self._running.kill()
        self._running.communicate()
        self._faults.close()

    def ask(self, expression: str) -> Any:
        self.tell(expression)
        return self.answer()

    def tell(self, expression: str) -> None:
        assert self._running.stdin is not None
        self._running.stdin.write(expression + "\n")
        self._running.stdin.flush()

    def answer(self) -> Any:
        said = self._line()
        assert said.startswith("= "), said
        return ast.literal_eval(said[2:])

    def until(self, expression: str) -> None:
        end = time.monotonic() + DEADLINE_S
        while not self.ask(f"bool({expression})"):
            assert time.monotonic() < end, f"it did not come to {expression}"
            time.sleep(0.05)

    def until_shown(self, step: str) -> None:
        # One frame more: what was touched before a screen was seen did not mean it.
        self.until(f"app.step_shown == {step!r} and app.transitions._since is not None")

    def where(self, part: str) -> Point:
        x, y = self.ask(f"where({part})")
        return float(x), float(y)

    def face(self, level: int) -> Point:
        return self.where(f"app.page.face_tile({level})")

    def settle(self) -> None:
        """Let some frames pass."""
        for _ in range(5):
            self.ask("1")

    @property
    def levels(self) -> list[int]:
        self.settle()
        return list(self.ask("levels()"))

    def until_told(self, words: str) -> None:
        self.until(f"{words!r} in sign()")

    def _line(self) -> str:
        assert self._running.stdout is not None
        line = self._running.stdout.readline().strip()
        self._faults.seek(0)
        assert line, self._faults.read()
        return line
