"""Screen sizes: what the running screen says of its panel, its window and its drawing, for the doctor."""

import contextlib
import logging
import os
from pathlib import Path
from typing import NamedTuple

import msgspec

from kiosk.base.private_file import write_private

_log = logging.getLogger(__name__)
FILE = "screen.json"
Size = tuple[int, int]
"""Width and height in pixels."""


class ScreenSizes(NamedTuple):
    """Three sizes, which are equal where the citizen sees the whole screen and every face can be pressed."""

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
    """Keep the sizes for whoever looks; a disk that refuses is no reason to fail."""
    try:
        write_private(folder / FILE, msgspec.json.encode(_Written(sizes, os.getpid())), durable=False)
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
    """Forget the sizes: the screen is closed."""
    with contextlib.suppress(OSError):
        (folder / FILE).unlink(missing_ok=True)
