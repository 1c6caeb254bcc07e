"""Reserve: a few megabytes kept beside the journal, given up when the disk is full, so that the last presses fit."""

import os
import shutil
from pathlib import Path

RESERVE_BYTES = 4 * 1024 * 1024
LOW_BYTES = 64 * 1024 * 1024
"""With less room than this left, the reserve is not made again and staff are told."""


class Reserve:
    """The reserve file of one journal."""

    def __init__(self, path: Path, size: int = RESERVE_BYTES) -> None:
        """The reserve that belongs to the journal at ``path``."""
        self._path = path.with_suffix(".reserve")
        self._size = size

    def fill(self) -> bool:
        """Make the reserve if it is missing and there is room to spare; whether it is there afterwards."""
        if self._path.exists():
            return True
        if free_bytes(self._path.parent) < LOW_BYTES:
            return False
        try:
            file = os.open(self._path, os.O_CREAT | os.O_WRONLY, 0o600)
            try:
                _allocate(file, self._size)
            finally:
                os.close(file)
        except OSError:
            self.give_up()
            return False
        return True

    def give_up(self) -> bool:
        """Free the room; whether there was any to free."""
        try:
            self._path.unlink()
        except OSError:
            return False
        return True


def free_bytes(folder: Path) -> int:
    """Room left for this user on the disk below ``folder``."""
    if not hasattr(os, "statvfs"):
        return shutil.disk_usage(folder).free
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


def _allocate(file: int, size: int) -> None:
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file, 0, size)
    else:
        os.write(file, bytes(size))
