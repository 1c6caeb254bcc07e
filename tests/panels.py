"""Bare X servers of any size, without a window manager as on a kiosk, and the kiosk's screen on them with a pointer.

``virtual``: Xvfb. ``graphics``: the Xorg of a real kiosk over its driver without a card. ``turning``: a server that
can turn its picture, shown on another one, whose pointer is the finger on the glass.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from kiosk.base.resources import resource
from kiosk.journal.errors import JournalUnusable
from kiosk.journal.lines import RatingLine, decode_line
from kiosk.journal.reader import JournalReader
from kiosk.office.panel import prepare_panel
from kiosk.office.settings import Screen

Size = tuple[int, int]
SIZES: tuple[Size, ...] = ((1280, 800), (1920, 1080), (1366, 768), (1080, 1920), (1024, 600))
DESK_PX = 1920
DEADLINE_S = 60.0
AGAIN_S = 6.0
SETTLED_S = 0.4
"""A finger that comes sooner after a change of screen meant the one before."""
XORG = """Section "Device"
  Identifier "card"
  Driver "dummy"
  VideoRam 65536
EndSection
Section "Screen"
  Identifier "screen"
  Device "card"
  DefaultDepth 24
EndSection
"""
PROGRAM = """
import sys
from dataclasses import replace
from pathlib import Path
import kiosk.office.settings
from kiosk.domain.visit.visit import Step
from kiosk.run.start import show_kiosk

# no reasons: one press is one visit
shipped = kiosk.office.settings.KioskSettings.load_survey
kiosk.office.settings.KioskSettings.load_survey = lambda settings: replace(shipped(settings), reasons=())

def started(app):
    def tell(*_):
        asked = app.step_shown is Step.QUESTION
        tiles = [app.page.face_tile(level) for level in range(1, 6)] if asked else []
        places = [round(place) for tile in tiles for place in tile.center]
        print("faces" if asked else "other", *map(round, app.look.page), *places, flush=True)
    turn = app.transitions.turn
    app.transitions.turn = lambda: (turn(), tell())
    from kivy.core.window import Window
    Window.bind(size=tell)
    tell()

visit = {"repeat_window_s": 0, "thanks_s": 0.2, "question_s": 600}
show_kiosk(kiosk.office.settings.load_kiosk_settings(None, Path(sys.argv[1]), {
    "screen": {"sound": False}, "visit": visit, "journal": {"allow_any_disk": True}}), on_started=started)
"""


@dataclass(frozen=True)
class Display:
    """One running server."""

    name: str
    """As in DISPLAY."""
    output: str

    @property
    def environment(self) -> dict[str, str]:
        """For whoever is to use it."""
        unset = ("SDL_VIDEODRIVER", "WAYLAND_DISPLAY", "XAUTHORITY")
        return {name: value for name, value in os.environ.items() if name not in unset} | {"DISPLAY": self.name}

    def run(self, *command: str) -> str:
        """What a program says that uses it."""
        return subprocess.run(
            command, env=self.environment, check=True, timeout=60, capture_output=True, text=True
        ).stdout

    def set_mode(self, size: Size) -> None:
        """Give the panel another size while everything runs."""
        width, height = size
        name = f"{width}x{height}"
        if name not in self.run("xrandr", "--query"):
            # A mode line: clock, then where picture, pulse and line end; what has no beam takes any.
            line = [*(width + more for more in (0, 8, 16, 40)), *(height + more for more in (0, 1, 2, 20))]
            self.run("xrandr", "--newmode", name, "60", *map(str, line))
            self.run("xrandr", "--addmode", self.output, name)
        self.run("xrandr", "--output", self.output, "--mode", name)

    def turn(self, degrees: int) -> None:
        """As the kiosk's service does before its screen starts."""
        prepare_panel(Screen(rotation_deg=degrees), lambda command: _answer(self, command))


def _answer(display: Display, command: list[str]) -> str:
    # Xephyr prefers no mode, so that --auto takes any; a real panel prefers its own.
    return display.run(*(word for word in command if word != "--auto")) if command[0] == "xrandr" else ""


@contextmanager
def _server(command: list[str], output: str, environment: dict[str, str] | None = None) -> Iterator[Display]:
    """It chooses its own number."""
    assert shutil.which(command[0]), f"{command[0]} is missing: .ci/system-packages installs it"
    read, write = os.pipe()
    with subprocess.Popen(
        [*command, "-displayfd", str(write), "-noreset", "-nolisten", "tcp"],
        pass_fds=(write,), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment,
    ) as server:  # fmt: skip
        os.close(write)
        with os.fdopen(read) as said:
            number = said.readline().strip()
        assert number, f"{command[0]} did not start"
        try:
            yield Display(f":{number}", output)
        finally:
            server.terminate()


@contextmanager
def virtual(size: Size, room: int = 0) -> Iterator[Display]:
    """Xvfb, which may get other modes within ``room`` pixels on each side."""
    width, height = (max(room, side) for side in size)
    with _server(["Xvfb", "-screen", "0", f"{width}x{height}x24"], "screen") as display:
        if room:
            display.set_mode(size)
        yield display


@contextmanager
def graphics(size: Size, folder: Path) -> Iterator[Display]:
    """Xorg over a card that is none."""
    (folder / "xorg.conf").write_text(XORG)
    files = ["-config", str(folder / "xorg.conf"), "-logfile", str(folder / "xorg.log")]
    with _server(["Xorg", *files], "DUMMY0") as display:
        display.set_mode(size)
        yield display


@contextmanager
def turning(size: Size) -> Iterator[tuple[Display, Display]]:
    """The panel as it hangs on the wall, and the server that turns its picture on it."""
    with ExitStack() as stack:
        wall = stack.enter_context(virtual(size))
        screen = ["Xephyr", "-screen", f"{size[0]}x{size[1]}"]
        yield wall, stack.enter_context(_server(screen, "default", wall.environment))


class KioskOn:
    """The citizen's screen on a display, and a pointer."""

    def __init__(self, display: Display, folder: Path) -> None:
        self.display, self.folder = display, folder
        self._log = folder / "said.txt"
        with self._log.open("wb") as log:
            self._running = subprocess.Popen(
                [sys.executable, "-c", PROGRAM, str(folder)],
                env=display.environment | {"SDL_AUDIODRIVER": "dummy", "PYTHONPATH": str(resource())},
                stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip

    def end(self) -> None:
        """Take it away."""
        self._running.kill()
        self._running.wait()

    def faces(self, size: Size) -> list[Size]:
        """Where the five faces are, once the screen is drawn for this size."""
        drawn = "faces {} {} ".format(*size)
        self._until(lambda: self._said()[-1].startswith(drawn), f"the faces are not drawn for {size}")
        places = [int(word) for word in self._said()[-1].split()[3:]]
        # the window's places count from below, the display's from above
        return [(x, size[1] - y) for x, y in zip(places[::2], places[1::2], strict=True)]

    def press(self, place: Size, glass: Display | None = None) -> int:
        """A finger on the glass; returns the level that is in the journal then, when the question is up again."""
        before, drawn, last = len(self.levels()), self._asked(), 0.0

        def kept() -> bool:
            # On a machine with much else to do a press may fall between two frames: whoever stands there presses again.
            nonlocal last
            if len(self.levels()) == before and time.monotonic() - last > AGAIN_S:
                time.sleep(SETTLED_S)
                finger = ("mousedown", "1", "sleep", "0.08", "mouseup", "1")
                (glass or self.display).run("xdotool", "mousemove", *map(str, place), *finger)
                last = time.monotonic()
            return len(self.levels()) > before

        self._until(kept, f"the press at {place} is not in the journal")
        self._until(lambda: self._asked() > drawn, "the question does not come back")
        return self.levels()[-1]

    def window_under(self, place: Size) -> str:
        """The window at a place of the display: how large it is and where it begins."""
        self.display.run("xdotool", "mousemove", *map(str, place))
        under = _shell(self.display.run("xdotool", "getmouselocation", "--shell"))["WINDOW"]
        if under == "0":
            # The pane that takes the fingers is a window for input alone, which xdotool does not name.
            under = self.display.run("xdotool", "search", "--onlyvisible", "--pid", str(self._running.pid)).split()[0]
        told = _shell(self.display.run("xdotool", "getwindowgeometry", "--shell", under))
        return f"{told['WIDTH']}x{told['HEIGHT']}+{told['X']}+{told['Y']}"

    def _said(self) -> list[str]:
        """Each screen that was put up or drawn anew."""
        return self._log.read_text("utf-8", errors="replace").splitlines() or [""]

    def _asked(self) -> int:
        return sum(line.startswith("faces ") for line in self._said())

    def _until(self, true: Callable[[], bool], otherwise: str) -> None:
        end = time.monotonic() + DEADLINE_S / 2
        while not true():
            assert self._running.poll() is None, self._log.read_text()
            assert time.monotonic() < end, f"{otherwise}: {self._said()[-3:]}"
            time.sleep(0.05)

    def levels(self) -> list[int]:
        """What the journal has."""
        try:
            with JournalReader(self.folder / "kiosk" / "journal.db") as reader:
                lines = [decode_line(entry.line) for entry in reader.entries()]
        except JournalUnusable:  # not begun yet
            return []
        return [line.level for line in lines if isinstance(line, RatingLine)]


def _shell(said: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in said.splitlines())
