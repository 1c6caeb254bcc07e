"""Wake: notices within a second that a file was written, at the price of a stat or two.

Not by asking SQLite: every question there takes a shared lock, and in TRUNCATE mode a
reader's lock can make the next press wait. A stat takes none and costs two microseconds.
"""

from pathlib import Path

_Look = tuple[tuple[int, int, int], ...]


class FileWatch:
    """Whether a file, or its SQLite write-ahead log, changed since it was last asked."""

    def __init__(self, path: Path) -> None:
        """Changes count from now on."""
        self._paths = (path, path.with_name(path.name + "-wal"))
        self._last = self._look()

    def changed(self) -> bool:
        """True once after each change; the file may come and go."""
        before, self._last = self._last, self._look()
        return before != self._last

    def _look(self) -> _Look:
        return tuple(_stat(path) for path in self._paths)


def _stat(path: Path) -> tuple[int, int, int]:
    try:
        found = path.stat()
    except OSError:
        return (0, 0, 0)
    return (found.st_mtime_ns, found.st_size, found.st_ino)
