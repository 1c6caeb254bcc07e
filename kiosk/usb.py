"""USB: the stick that somebody put into the kiosk."""

import os
from pathlib import Path

from kiosk.errors import SpokenError

MOUNTS = (Path("/media"), Path("/run/media"))
"""Where Linux desktops mount what is put in, directly or in a folder of the user's."""


class NoStick(SpokenError):
    """No USB stick is there, or it cannot be written: put one in and try again."""


def find_stick(mounts: tuple[Path, ...] = MOUNTS) -> Path:
    """The folder of the stick.

    Raises NoStick.
    """
    for mount in mounts:
        for folder in (*sorted(mount.glob("*")), *sorted(mount.glob("*/*"))):
            if folder.is_mount() and os.access(folder, os.W_OK):
                return folder
    raise NoStick("no USB stick that can be written is in this machine: put one in, wait a moment, and try again")
