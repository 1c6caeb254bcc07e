"""Panel: prepares the bare X screen of a kiosk machine, each time before the citizen's screen starts.

It is turned, never blank unless the settings say so, and touched where it is seen. What a machine does not have – a
touch panel, a program – is told in the log and left out: a screen that is not turned is better than none.
"""

import logging
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

from kiosk.base.log import write_log
from kiosk.office.settings import Screen, load_kiosk_settings

_log = logging.getLogger(__name__)
_ROTATIONS = {0: "normal", 90: "right", 180: "inverted", 270: "left"}
_CALIBRATED = "libinput Calibration Matrix"
"""Every touch panel has this property, no mouse has."""

SERVER_S_MAX = 60.0
"""How long the X server may take to answer."""

Run = Callable[[list[str]], str]


def await_server(run: Run, sleep: Callable[[float], None] = time.sleep) -> bool:
    """Wait until the X server answers; whether it did."""
    deadline = time.monotonic() + SERVER_S_MAX
    while not run(["xset", "q"]):
        if time.monotonic() > deadline:
            return False
        sleep(0.2)
    return True


def prepare_panel(screen: Screen, run: Run) -> None:
    """Turn every output, aim the touch at it, and set when it goes dark."""
    outputs = re.findall(r"^(\S+) connected", run(["xrandr", "--query"]), re.MULTILINE)
    for output in outputs:
        # The first is the one that is touched; the window fills it.
        first = ["--primary"] if output == outputs[0] else []
        run(["xrandr", "--output", output, *first, "--auto", "--rotate", _ROTATIONS[screen.rotation_deg]])
    for device in _touch_devices(run):
        # Which part of the desk a touch means, with the rotation that the output has by now.
        run(["xinput", "map-to-output", device, *outputs[:1]])
    for words in _blanking(screen.blank_min):
        run(["xset", *words])


def _touch_devices(run: Run) -> Iterator[str]:
    for device in run(["xinput", "list", "--id-only"]).split():
        if _CALIBRATED in run(["xinput", "list-props", device]):
            yield device


def _blanking(minutes: int) -> list[list[str]]:
    # The screen saver paints over the kiosk: only the panel's own power saving is ever used.
    never = [["s", "off"], ["s", "noblank"]]
    if not minutes:
        return [*never, ["-dpms"]]
    return [*never, ["+dpms"], ["dpms", "0", "0", str(minutes * 60)]]


def _run(command: list[str]) -> str:
    try:
        return _told(command)
    except (OSError, subprocess.SubprocessError) as error:
        _log.warning("%s could not be done: %s", " ".join(command), error)
        return ""


def _answer(command: list[str]) -> str:
    """As ``_run``, but in silence: nobody answers yet is what is being waited for."""
    try:
        return _told(command)
    except subprocess.SubprocessError:
        return ""
    except FileNotFoundError:
        return "nobody can ask: the machine has no xset"


def _told(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, timeout=20, check=True).stdout


def main() -> None:
    """What the service does before the citizen's screen; without an X server it is started again."""
    write_log()
    if not await_server(_answer):
        sys.exit(f"the X server does not answer after {SERVER_S_MAX:.0f} s: see journalctl -u hailong-screen")
    prepare_panel(load_kiosk_settings(None, None).screen, _run)


if __name__ == "__main__":
    main()
