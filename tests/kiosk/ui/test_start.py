"""What keeps the screen from opening is told in one sentence, and a press driver drives what does open."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.base.clock import SystemClock
from kiosk.base.resources import resource
from kiosk.base.survey_file import load_survey
from kiosk.ui.app import ScreenUnavailable, Wiring
from kiosk.ui.look.errors import ThemeInvalid
from kiosk.ui.wiring.wiring import require_assets
from tests.builders import ZONE

PROGRAM = """
from pathlib import Path
from concurrent.futures import Future
from types import SimpleNamespace
from kiosk.base.clock import SystemClock
from kiosk.base.survey_file import load_survey
from kiosk.domain.visit.rules import VisitRules
from kiosk.base.resources import resource
from kiosk.ui.app import ScreenUnavailable, Wiring, WindowOptions, run_kiosk
from tests.builders import ZONE

class Kept:
    levels = []
    def record(self, fact):
        if hasattr(fact, "standing"):
            self.levels.append(fact.level)
        future = Future()
        future.set_result(SimpleNamespace(seq=len(self.levels)))
        return future

def started(app):
    from kiosk.ui.stage.made_touches import PressDriver
    PressDriver(6, Path("SHOTS"), on_finished=told)(app)

def told(driver):
    pictures = sorted(path.name for path in driver.screenshots)
    print(driver.thanked, driver.refused, driver.stuck, sorted(set(Kept.levels)), pictures)

try:
    run_kiosk(Wiring(
        load_survey(resource("config", "surveys", "sipas-5.toml")), Kept(), SystemClock(ZONE), {"vi": "Phường Bình An"},
        rules=VisitRules(repeat_window_s=0, thanks_s=1.0), window=WindowOptions(800, 500, False), on_started=started,
    ))
except ScreenUnavailable as unavailable:
    print("unavailable:", unavailable)
"""


def run(tmp_path: Path, **environment: str) -> str:
    without = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    without.pop("SDL_VIDEODRIVER", None)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.replace("SHOTS", str(tmp_path))],
        env=without | {"PYTHONPATH": str(resource())} | environment,
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    assert done.returncode == 0
    return done.stdout.strip()


@pytest.mark.window
def test_driver_presses_every_level_is_thanked_for_each_and_leaves_pictures(tmp_path: Path):
    said = run(tmp_path, SDL_VIDEODRIVER="offscreen", SDL_AUDIODRIVER="dummy")

    assert said == "6 0 None [1, 2, 3, 4, 5] ['pressed.png', 'question.png', 'reasons.png', 'thanks.png']"


@pytest.mark.window
def test_without_a_display_nothing_runs_unseen(tmp_path: Path):
    assert run(tmp_path).startswith("unavailable: there is no display")


@pytest.mark.window
def test_without_opengl_the_packages_are_named(tmp_path: Path):
    said = run(tmp_path, SDL_VIDEODRIVER="dummy")

    assert said.startswith("unavailable: no window with OpenGL can be opened (OpenGL support")
    assert "apt install libgl1 libegl1" in said


def test_unknown_theme_is_refused_with_those_there_are():
    with pytest.raises(ThemeInvalid, match="'autumn'; known are dark, high-contrast, light"):
        require_assets(wiring(theme="autumn"))


def test_missing_pictures_are_refused_before_a_window_opens(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    shipped = resource
    missing = lambda *parts: tmp_path / "nowhere" if "generated" in parts else shipped(*parts)  # noqa: E731
    monkeypatch.setattr("kiosk.ui.wiring.wiring.resource", missing)

    with pytest.raises(ScreenUnavailable, match=r"is missing: run python assets/build\.py"):
        require_assets(wiring())


def test_icon_that_nobody_drew_is_refused(tmp_path: Path):
    source = (
        resource("config", "surveys", "sipas-5.toml").read_text("utf-8").replace('icon = "fee"', 'icon = "unicorn"')
    )
    (tmp_path / "odd.toml").write_text(source, "utf-8")

    with pytest.raises(ScreenUnavailable, match="asks for the icon 'unicorn'"):
        require_assets(wiring(tmp_path / "odd.toml"))


def wiring(survey: Path | None = None, theme: str = "light") -> Wiring:
    path = survey or resource("config", "surveys", "sipas-5.toml")
    return Wiring(load_survey(path), None, SystemClock(ZONE), {"vi": "Phường Bình An"}, theme=theme)  # type: ignore[arg-type]
