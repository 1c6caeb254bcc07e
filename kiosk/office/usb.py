"""USB: the stick that somebody put into the kiosk."""

import os
from contextlib import suppress
from pathlib import Path

from kiosk.base.errors import SpokenError
from kiosk.base.private_file import open_to_readers, sync_directory

MOUNTS = (Path("/media"), Path("/run/media"))
"""Where Linux desktops mount what is put in, directly or in a folder of the user's."""


class NoStick(SpokenError):
    """No USB stick is there, or it cannot be written: put one in and try again."""


class StickRefused(SpokenError):
    """The stick is full or was pulled out: take another one and try again."""


def find_stick(mounts: tuple[Path, ...] = MOUNTS) -> Path:
    """The folder of the stick.

    Raises NoStick.
    """
    for mount in mounts:
        for folder in (*sorted(mount.glob("*")), *sorted(mount.glob("*/*"))):
            if folder.is_mount() and os.access(folder, os.W_OK):
                return folder
    raise NoStick("no USB stick that can be written is in this machine: put one in, wait a moment, and try again")


def write_whole(file: Path, content: bytes) -> None:
    """Write ``file``, so that it is there whole, also if the stick is pulled out right after, or not at all.

    Raises StickRefused.
    """
    unfinished = file.with_name(f".{file.name}.unfinished")
    try:
        with unfinished.open("wb") as writing:
            writing.write(content)
            writing.flush()
            os.fsync(writing.fileno())
        open_to_readers(unfinished)
        unfinished.replace(file)
        sync_directory(file.parent)
    except OSError as error:
        with suppress(OSError):  # a stick that was pulled out
            unfinished.unlink(missing_ok=True)
        raise StickRefused(
            "{file} could not be written ({why}): take another USB stick and try again",
            file=file.name,
            why=error.strerror,
        ) from error
