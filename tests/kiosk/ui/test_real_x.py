"""On a real X server, with a hand of its own: what the screen acknowledged is what the journal has."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.base.resources import resource
from kiosk.domain.visit.rating import Standing
from kiosk.journal.lines import RatingLine, decode_line
from kiosk.journal.reader import JournalReader

pytestmark = pytest.mark.window

SIZE = (1280, 800)
PRESSES = 400
DEADLINE_S = 60.0
PROGRAM = """
import sys
from dataclasses import replace
from pathlib import Path
from kiosk.office.settings import load_kiosk_settings
from kiosk.domain.visit.visit import Step
from kiosk.run.start import show_kiosk
import kiosk.office.settings

# no reasons: one press is one visit
shipped = kiosk.office.settings.KioskSettings.load_survey
kiosk.office.settings.KioskSettings.load_survey = lambda settings: replace(shipped(settings), reasons=())
acknowledged = 0

def started(app):
    turn = app.transitions.turn
    def count_thanks():
        global acknowledged
        turn()
        acknowledged += app.step_shown is Step.THANKS
        print("thanks" if app.step_shown is Step.THANKS else app.step_shown, flush=True)
    app.transitions.turn = count_thanks
    for level in range(1, 6):
        x, y = app.page.face_tile(level).center
        print("face", level, round(x), round(800 - y), flush=True)
    print("ready", flush=True)

visit = {"repeat_window_s": 0, "thanks_s": 0.2, "question_s": 600}
settings = load_kiosk_settings(None, Path(sys.argv[1]), {
    "screen": {"fullscreen": True, "sound": False}, "visit": visit, "journal": {"allow_any_disk": True}})
show_kiosk(settings, on_started=started)
"""


@pytest.fixture
def display(tmp_path: Path) -> Iterator[str]:
    """A server that chose its own number."""
    read, write = os.pipe()
    size = f"{SIZE[0]}x{SIZE[1]}x24"
    with subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", size, "-nolisten", "tcp"],
        pass_fds=(write,), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as server:  # fmt: skip
        os.close(write)
        with os.fdopen(read) as said:
            number = said.readline().strip()
        yield f":{number}"
        server.terminate()


class Kiosk:
    """The program on the display, what it says, and xdotool."""

    def __init__(self, display: str, folder: Path) -> None:
        self.environment = {
            name: value for name, value in os.environ.items() if name not in ("SDL_VIDEODRIVER", "WAYLAND_DISPLAY")
        } | {"DISPLAY": display, "SDL_AUDIODRIVER": "dummy", "PYTHONPATH": str(resource())}
        self.log = folder / "said.txt"
        with self.log.open("wb") as log:
            self.running = subprocess.Popen(
                [sys.executable, "-c", PROGRAM, str(folder)], env=self.environment, stdout=log, stderr=subprocess.STDOUT
            )
        self.journal = folder / "kiosk" / "journal.db"

    @property
    def said(self) -> list[str]:
        return self.log.read_text("utf-8", errors="replace").splitlines()

    def until(self, word: str, times: int = 1) -> None:
        end = time.monotonic() + DEADLINE_S
        while self.said.count(word) < times:
            assert self.running.poll() is None, self.log.read_text()
            assert time.monotonic() < end, f"{word!r} did not come {times} times: {self.said[-3:]}"
            time.sleep(0.05)

    def until_shown(self, word: str) -> None:
        end = time.monotonic() + DEADLINE_S
        while self.said[-1] != word:
            assert time.monotonic() < end, f"{word!r} is not shown: {self.said[-3:]}"
            time.sleep(0.05)

    def face(self, level: int) -> tuple[str, str]:
        return next((x, y) for line in self.said if line.startswith(f"face {level} ") for x, y in [line.split()[2:]])

    def hand(self, *acts: str) -> None:
        subprocess.run(["xdotool", *acts], env=self.environment, check=True, timeout=60)

    def ratings(self) -> list[RatingLine]:
        with JournalReader(self.journal) as reader:
            lines = (decode_line(entry.line) for entry in reader.entries())
            return [line for line in lines if isinstance(line, RatingLine)]


@pytest.fixture
def kiosk(display: str, tmp_path: Path) -> Iterator[Kiosk]:
    assert shutil.which("xdotool"), "xdotool is missing: .ci/system-packages installs it"
    kiosk = Kiosk(display, tmp_path)
    kiosk.until("ready")
    yield kiosk
    kiosk.running.kill()
    kiosk.running.wait()


def test_presses_as_fast_as_they_come_are_each_kept_or_never_acknowledged(kiosk: Kiosk):
    x, y = kiosk.face(4)
    kiosk.hand("mousemove", x, y, "click", "--repeat", str(PRESSES), "--delay", "12", "1")
    settled, end = -1, time.monotonic() + DEADLINE_S
    while settled != len(kiosk.said):
        assert time.monotonic() < end
        settled = len(kiosk.said)
        time.sleep(1.0)

    ratings = kiosk.ratings()
    assert 3 <= len(ratings) <= PRESSES
    assert kiosk.said.count("thanks") == len(ratings)
    assert {rating.level for rating in ratings} == {4}
    assert {rating.standing for rating in ratings} == {Standing.COUNTED}


def test_each_face_is_the_level_that_is_kept_and_keys_and_right_clicks_are_none(kiosk: Kiosk):
    kiosk.hand("mousemove", *kiosk.face(1), "click", "3")
    kiosk.hand("key", "F1", "key", "Escape", "key", "alt+F4", "key", "Return")
    for done, level in enumerate((5, 1, 3, 2, 4), 1):
        kiosk.hand("mousemove", *kiosk.face(level), "mousedown", "1", "sleep", "0.1", "mouseup", "1")
        kiosk.until("thanks", done)
        kiosk.until_shown("question")
        time.sleep(0.35)

    assert [rating.level for rating in kiosk.ratings()] == [5, 1, 3, 2, 4]
