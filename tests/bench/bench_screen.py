"""How soon the screen is there, and how soon it answers a finger; on SDL's offscreen driver."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from harness import Figure

HERE = Path(__file__).parent
TIMES = 7
FRAME = 1.0


def figures() -> Iterator[Figure]:
    """Processes of their own: what was imported once would not be measured again."""
    with tempfile.TemporaryDirectory() as folder:
        programs = {
            "bare": [str(HERE / "bare_kivy.py")],
            "kiosk": [str(HERE / "kiosk_start.py"), folder],
        }
        seconds = _alternate(programs, Path(folder) / "bytecode")
    yield Figure("start to first pressable frame", seconds["kiosk"], "s", seconds["bare"], budget=1.5)
    yield Figure("finger down to pressed look", _frames_to_pressed_look(), "frames", FRAME, budget=1.0)


def _alternate(programs: dict[str, list[str]], bytecode: Path) -> dict[str, float]:
    """Median seconds to the first frame; taken in turn, after one start that only compiles."""
    taken: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(TIMES + 1):
        for name, program in programs.items():
            taken[name].append(_seconds_to_first_frame(program, bytecode))
    return {name: statistics.median(each[1:]) for name, each in taken.items()}


def _environment(bytecode: Path | None = None) -> dict[str, str]:
    environment = os.environ | {"SDL_VIDEODRIVER": "offscreen", "SDL_AUDIODRIVER": "dummy"}
    environment |= {"PYTHONPATH": str(HERE.parent.parent), "HAILONG_KIOSK_SCREEN__FULLSCREEN": "false"}
    if bytecode is not None:
        # As installed: without compiled modules both programs would mostly measure the compiler.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        environment["PYTHONPYCACHEPREFIX"] = str(bytecode)
    return environment


def _seconds_to_first_frame(program: list[str], bytecode: Path) -> float:
    began = time.perf_counter()
    with subprocess.Popen([sys.executable, *program], env=_environment(bytecode), stdout=subprocess.PIPE) as running:
        assert running.stdout is not None
        said = running.stdout.readline()
        seconds = time.perf_counter() - began
    if said != b"first frame\n":
        raise RuntimeError(f"{program[0]} showed no frame")
    return seconds


def _frames_to_pressed_look() -> float:
    run = subprocess.run(
        [sys.executable, str(HERE / "screen_press.py")],
        env=_environment(), stdout=subprocess.PIPE, check=True, text=True, timeout=60,
    )  # fmt: skip
    return float(run.stdout)
