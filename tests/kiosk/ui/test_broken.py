"""What is missing or broken is told to the log and to the staff, once; the citizens notice nothing."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.base.resources import resource

pytestmark = pytest.mark.window

PROGRAM = """
from concurrent.futures import Future
from pathlib import Path
from types import SimpleNamespace
from kiosk.base.clock import SystemClock
from kiosk.base.survey_file import load_survey
from kiosk.domain.visit.rules import VisitRules
from kiosk.base.log import write_log
from kiosk.base.resources import resource
from kiosk.ui.app import Wiring, WindowOptions, run_kiosk
from tests.builders import ZONE

class Kept:
    def record(self, fact):
        future = Future()
        future.set_result(SimpleNamespace(seq=1))
        return future

def started(app):
    from kivy.clock import Clock
    from kiosk.ui.stage.made_touches import PressDriver
    def told(driver):
        app.listen()
        app.listen()
        print(driver.thanked, app.page.can_listen, app.missing_parts)
    def begin(_elapsed):
        if app.sounds.silent or app.sounds._loaded:
            PressDriver(3, on_finished=told)(app)
            return False
    Clock.schedule_interval(begin, 0)

write_log()
run_kiosk(Wiring(
    load_survey(resource("config", "surveys", "sipas-5.toml")), Kept(), SystemClock(ZONE), {"vi": "Phường Bình An"},
    rules=VisitRules(repeat_window_s=0, thanks_s=0.6), window=WindowOptions(800, 500, False), on_started=started,
    sound=True, logo=Path("logo.png"),
))
"""
SILENT = "Sounds cannot be played."
FONT = "A font file is missing or broken; another font stands in for it."
LOGO = "The office's logo cannot be read."
NO_CARD = {"SDL_AUDIODRIVER": "alsa", "ALSA_CONFIG_PATH": "/dev/null"}
"""No card of any machine can be opened without ALSA's own settings."""


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The program with assets of its own, which may be broken."""
    for part in ("kiosk", "config", "assets"):
        shutil.copytree(resource(part), tmp_path / part)
    (tmp_path / "tests").mkdir()
    shutil.copy(resource("tests", "builders.py"), tmp_path / "tests")
    shutil.copy(resource("assets", "generated", "light", "hills.png"), tmp_path / "logo.png")
    return tmp_path


def lose_font(installed: Path) -> None:
    (installed / "assets" / "fonts" / "BeVietnamPro-Regular.ttf").unlink()


def break_font(installed: Path) -> None:
    font = installed / "assets" / "fonts" / "BeVietnamPro-Bold.ttf"
    font.write_bytes(font.read_bytes()[:5000])


def break_logo(installed: Path) -> None:
    logo = installed / "logo.png"
    logo.write_bytes(logo.read_bytes()[:100])


def break_sound(installed: Path) -> None:
    (installed / "assets" / "generated" / "sounds" / "press.wav").write_bytes(b"no sound")


def nothing(_installed: Path) -> None:
    pass


@pytest.mark.parametrize(
    ("harm", "environment", "told", "listens"),
    [
        (nothing, {}, [], True),
        (nothing, NO_CARD, [SILENT], False),
        (break_sound, {}, [SILENT], False),
        (lose_font, {}, [FONT], True),
        (break_font, {}, [FONT], True),
        (break_logo, {}, [LOGO], True),
    ],
    ids=["whole", "no sound card", "broken sound", "missing font", "broken font", "broken logo"],
)
def test_broken_thing_is_told_once_and_every_press_is_thanked(
    installed: Path, harm: Callable[[Path], None], environment: dict[str, str], told: list[str], listens: bool
):
    harm(installed)

    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=installed, capture_output=True, text=True, timeout=60, check=False,
        env=os.environ | {"PYTHONPATH": str(installed), "SDL_VIDEODRIVER": "offscreen", "SDL_AUDIODRIVER": "dummy"}
        | environment,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == f"3 {listens} {told}"
    said = [json.loads(line) for line in done.stderr.splitlines() if '"logger": "kiosk' in line]
    assert [one["event"] for one in said if one["level"] != "info"] == told
    assert "Traceback" not in done.stderr
