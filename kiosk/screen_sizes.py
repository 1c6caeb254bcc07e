"""Screen sizes: what the running screen says of its panel, its window and its drawing, for the doctor."""

import contextlib
import logging
import os
from pathlib import Path
from typing import NamedTuple

import msgspec

_log = logging.getLogger(__name__)
FILE = "screen.json"
Size = tuple[int, int]
"""Width and height in pixels."""


class ScreenSizes(NamedTuple):
    """Equal, all three, where the citizen sees the whole screen and every face can be pressed."""

    panel: Size
    window: Size
    """As the display's server has it."""
    drawing: Size
    """What the screens were arranged for."""
    fullscreen: bool = True


class _Written(msgspec.Struct, frozen=True):
    sizes: ScreenSizes
    pid: int


def write_screen_sizes(folder: Path, sizes: ScreenSizes) -> None:
    """Keep them for whoever looks; a disk that refuses is no reason to fail."""
    fresh = folder / f"{FILE}.new"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
            file.write(msgspec.json.encode(_Written(sizes, os.getpid())))
        fresh.replace(folder / FILE)
    except OSError as error:
        _log.warning("the sizes of the screen were not written: %s", error)


def read_screen_sizes(folder: Path) -> tuple[ScreenSizes, int] | None:
    """The sizes that were written last, and by which process; None where there are none."""
    try:
        written = msgspec.json.decode((folder / FILE).read_bytes(), type=_Written)
    except (OSError, msgspec.MsgspecError):
        return None
    return written.sizes, written.pid


def forget_screen_sizes(folder: Path) -> None:
    """The screen is closed."""
    with contextlib.suppress(OSError):
        (folder / FILE).unlink(missing_ok=True)
