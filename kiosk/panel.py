"""Panel: prepares the bare X screen that the kiosk machine starts, and keeps it up.

It is the X server's only client beside the citizen's screen: turned, never blank unless the settings say so, and
touched where it is seen. What a machine does not have – a touch panel, a program – is told in the log and left out:
a screen that is not turned is better than none.
"""

import logging
import re
import signal
import subprocess
from collections.abc import Callable, Iterator

from kiosk.config import Screen, load_kiosk_settings
from kiosk.log import write_log
from kiosk.notify import ServiceManager

_log = logging.getLogger(__name__)
_ROTATIONS = {0: "normal", 90: "right", 180: "inverted", 270: "left"}
_CALIBRATED = "libinput Calibration Matrix"
"""Every touch panel has this property, no mouse has."""

Run = Callable[[list[str]], str]


def prepare_panel(screen: Screen, run: Run) -> None:
    """Turn every output, aim the touch at it, and set when it goes dark."""
    outputs = re.findall(r"^(\S+) connected", run(["xrandr", "--query"]), re.MULTILINE)
    for output in outputs:
        run(["xrandr", "--output", output, "--auto", "--rotate", _ROTATIONS[screen.rotation_deg]])
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
        return subprocess.run(command, capture_output=True, text=True, timeout=20, check=True).stdout
    except (OSError, subprocess.SubprocessError) as error:
        _log.warning("%s could not be done: %s", " ".join(command), error)
        return ""


def main() -> None:
    """The client that ``startx`` starts: when it ends, the screen ends."""
    write_log()
    prepare_panel(load_kiosk_settings(None, None).screen, _run)
    ServiceManager().ready()
    signal.sigwait({signal.SIGTERM, signal.SIGINT, signal.SIGHUP})


if __name__ == "__main__":
    main()
