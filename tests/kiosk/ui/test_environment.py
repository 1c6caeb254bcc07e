"""Whoever starts the kiosk cannot change it: no variable, no file in a home, brings in a module or another setting."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kiosk.base.resources import resource

pytestmark = [pytest.mark.window, pytest.mark.timeout(120)]

PROGRAM = """
import json, os, sys
from kiosk.ui.app import WindowOptions, prepare_window

window = prepare_window(WindowOptions(800, 500, fullscreen=False))
from kivy import kivy_data_dir, platform
from kivy.base import EventLoop
from kivy.clock import Clock
from kivy.config import Config
from kivy.metrics import Metrics
import kivy.core.audio, kivy.core.text
from kivy.modules import Modules

settings = {f"{part}.{key}": Config.get(part, key) for part in Config.sections() for key in Config.options(part)}
print(json.dumps({
    "settings": settings, "data": kivy_data_dir, "size": window.size, "dpi": Metrics.dpi, "density": Metrics.density,
    "fontscale": Metrics.fontscale, "clock": type(Clock).__name__, "platform": str(platform), "argv": sys.argv,
    "providers": [type(each).__name__ for each in EventLoop.input_providers], "window": type(window).__name__,
    "text": kivy.core.text.LabelBase.__mro__[0].__name__ and kivy.core.text.Label.__name__,
    "foreign": [path for path in sys.path if "foreign" in path], "mods": sorted(Modules.list()),
    "sdl": sorted(name for name in os.environ if name.startswith("SDL_")),
}))
"""
FOREIGN = """
import pathlib
pathlib.Path(__file__).with_name("was-loaded").touch()
def start(win, ctx): pass
def stop(win, ctx): pass
"""


def kiosk_in(tmp_path: Path, environment: dict[str, str], home: Path | None = None) -> dict[str, Any]:
    base = {name: value for name, value in os.environ.items() if not name.startswith(("KIVY_", "KCFG_", "SDL_"))}
    base |= {"SDL_VIDEODRIVER": "offscreen", "SDL_AUDIODRIVER": "dummy", "PYTHONPATH": str(resource())}
    base["HOME"] = str(home or tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=base | environment, cwd=tmp_path, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


@pytest.fixture(scope="module")
def untouched(tmp_path_factory) -> dict[str, Any]:
    """What a kiosk is that nobody meddles with."""
    return kiosk_in(tmp_path_factory.mktemp("plain"), {})


@pytest.fixture
def foreign(tmp_path) -> Path:
    """A home with a settings file of Kivy's and a module that leaves a trace where it is loaded."""
    mods = tmp_path / "foreign" / "mods"
    mods.mkdir(parents=True)
    (mods / "spy.py").write_text(FOREIGN)
    (mods.parent / "config.ini").write_text(
        "[kivy]\nlog_level = debug\n[input]\nspy = mouse\n[modules]\nspy =\ntouchring =\n[graphics]\nwidth = 333\n"
    )
    (mods.parent / ".kivy").symlink_to(mods.parent)
    return mods.parent


WAYS: dict[str, dict[str, str]] = {
    "a module": {"KCFG_MODULES_SPY": "", "KCFG_MODULES_TOUCHRING": "", "KCFG_MODULES_INSPECTOR": ""},
    "a second provider": {"KCFG_INPUT_SPY": "mouse", "KCFG_INPUT_MTDEV_1": "hidinput,/dev/input/event0"},
    "other settings": {
        "KCFG_KIVY_EXIT_ON_ESCAPE": "1",
        "KCFG_GRAPHICS_MAXFPS": "1",
        "KCFG_KIVY_KIVY_CLOCK": "free_all",
    },
    "its switch off": {"KIVY_NO_ENV_CONFIG": "0", "KCFG_MODULES_SPY": "", "KCFG_WIDGETS_SCROLL_DISTANCE": "999"},
    "no arguments off": {"KIVY_NO_ARGS": "0", "KIVY_LOG_MODE": "MIXED"},
    "the clock": {"KIVY_CLOCK": "free_all", "KIVY_EVENTLOOP": "trio"},
    "the size of everything": {"KIVY_DPI": "400", "KIVY_METRICS_DENSITY": "3", "KIVY_METRICS_FONTSCALE": "2.5"},
    "other drawing": {"KIVY_WINDOW": "x11", "KIVY_TEXT": "pil", "KIVY_IMAGE": "pil", "KIVY_GL_BACKEND": "mock"},
    "a telephone": {"P4A_BOOTSTRAP": "sdl2", "ANDROID_ARGUMENT": "", "KIVY_BUILD": "ios"},
    "touches as SDL takes them": {"SDL_TOUCH_MOUSE_EVENTS": "0", "SDL_MOUSE_TOUCH_EVENTS": "1", "SDL_IM_MODULE": "x"},
    "a library of SDL's": {"SDL_DYNAMIC_API": "/nowhere/libSDL2.so", "SDL_VIDEO_GL_DRIVER": "/nowhere/libGL.so"},
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_variable_changes_nothing(tmp_path, untouched, foreign, way):
    found = kiosk_in(tmp_path, way | {"KIVY_HOME": str(foreign)})

    assert found == untouched
    assert not (foreign / "mods" / "was-loaded").exists()


@pytest.mark.parametrize("how", ["KIVY_HOME", "KIVY_MODULES_DIR", "KIVY_DATA_DIR", "HOME"])
def test_folder_of_somebodys_own_changes_nothing(tmp_path, untouched, foreign, how):
    folder = foreign / "mods" if how == "KIVY_MODULES_DIR" else foreign

    found = kiosk_in(tmp_path, {how: str(folder), "KCFG_MODULES_SPY": ""})

    assert found == untouched
    assert not (foreign / "mods" / "was-loaded").exists()


def test_machine_still_says_where_the_kiosk_shows_and_sounds(untouched):
    assert untouched["sdl"] == ["SDL_AUDIODRIVER", "SDL_VIDEODRIVER"]
    assert not {key for key in untouched["settings"] if key.startswith("modules.")}
